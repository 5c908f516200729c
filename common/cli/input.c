#include "cli/input.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "core/ascii.h"
#include "core/io.h"
#include "core/pathexpand.h"

#define READ_SIZE 65536

void
input_start(struct input *in, int fd, const char *name, size_t record_max)
{
	*in = (struct input){ .fd = fd, .name = name, .record_max = record_max,
	    .buffer = BYTES_INIT(2 * record_max + 2 * READ_SIZE), .line = 1, .column = 1 };
}

enum ssm_err
input_open(struct input *in, const char *path, size_t record_max, struct ssm_error *err)
{
	struct bytes expanded = BYTES_INIT(PATHEXPAND_MAX);
	const char *name;
	enum ssm_err rc = SSM_OK;
	int fd = -1;

	if (strcmp(path, "-") == 0) {
		input_start(in, STDIN_FILENO, "standard input", record_max);
		return SSM_OK;
	}
	if ((name = pathexpand_given(&expanded, view_of(path))) == NULL)
		rc = ssm_fail_memory(err);
	else if ((fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY)) < 0)
		rc = ssm_fail(err, SSM_E_INPUT, "InvalidInput", "cannot open '%s': %s", name, strerror(errno));
	bytes_clear(&expanded);
	if (rc == SSM_OK)
		input_start(in, fd, path, record_max);
	return rc;
}

/* More bytes behind what is buffered: INPUT_RECORD, or one of the other three and nothing new. */
static enum input_status
fill(struct input *in, struct ssm_error *err)
{
	char *room;
	ssize_t n;

	if (in->end)
		return INPUT_END;
	if (in->no_wait && !io_readable(in->fd))
		return INPUT_WAIT;
	if (in->begin > 0 && in->begin >= in->buffer.len / 2) {
		bytes_drop(&in->buffer, in->begin);
		in->begin = 0;
	}
	if ((room = bytes_room(&in->buffer, READ_SIZE)) == NULL) {
		ssm_fail_memory(err);
		return INPUT_FAILED;
	}
	if (in->before_wait != NULL)
		in->before_wait(in->context);
	if ((n = io_read(in->fd, room, READ_SIZE)) < 0) {
		ssm_fail(err, SSM_E_OTHER, "InputError", "cannot read %s: %s", in->name,
		    strerror(errno));
		return INPUT_FAILED;
	}
	in->end = n == 0;
	bytes_grew(&in->buffer, (size_t)n);
	return n > 0 ? INPUT_RECORD : INPUT_END;
}

static struct view
unread(const struct input *in)
{
	return view_slice(bytes_view(&in->buffer), in->begin, in->buffer.len);
}

/* Takes len bytes, which hold whole lines or blanks, and keeps the position. */
static void
take(struct input *in, size_t len)
{
	const char *at = unread(in).ptr;

	for (size_t i = 0; i < len; i++) {
		in->line += at[i] == '\n';
		in->column = at[i] == '\n' ? 1 : in->column + 1;
	}
	in->begin += len;
}

static void
take_blanks(struct input *in)
{
	struct view rest = unread(in);
	size_t len = 0;

	while (len < rest.len && ascii_is_blank(rest.ptr[len]))
		len++;
	take(in, len);
}

/*
 * Whether a line that begins with c can be a record of its own in NDJSON. What jq prints indented has
 * such lines only where a document begins: all others start with a blank or a closing bracket.
 */
static bool
begins_record(char c)
{
	return !ascii_is_blank(c) && c != '}' && c != ']';
}

/* A document may begin at a '{' behind a '}', which no value has inside; what follows it is lost with it. */
static void
note_lost(struct input *in, struct view skipped)
{
	for (size_t i = 0; i < skipped.len; i++) {
		char c = skipped.ptr[i];

		if (in->lost > 0 || (c == '{' && in->last == '}'))
			in->lost++;
		else if (!ascii_is_blank(c))
			in->last = c;
		else if (in->loose)
			in->last = '}';
	}
}

/*
 * Goes on behind a bad document, at the next line that can be a record. Only as far as bytes have
 * arrived, since waiting for more would hold back the message. False when that line is yet to come.
 */
static bool
skip_arrived(struct input *in)
{
	for (;;) {
		struct view rest = unread(in);
		size_t at = view_find(rest, '\n');

		note_lost(in, view_slice(rest, 0, at));
		take(in, at);
		if (at + 1 >= rest.len)
			return false;
		take(in, 1);
		if (begins_record(rest.ptr[at + 1]))
			return true;
	}
}

static void
skip_bad(struct input *in)
{
	if (in->skipping)
		in->skipping = !skip_arrived(in);
}

/* INPUT_RECORD when a byte that is not blank has arrived. */
static enum input_status
arrive(struct input *in, struct ssm_error *err)
{
	enum input_status status;

	for (;;) {
		skip_bad(in);
		if (!in->skipping)
			take_blanks(in);
		if (!in->skipping && in->begin < in->buffer.len)
			return INPUT_RECORD;
		if ((status = fill(in, err)) != INPUT_RECORD)
			return status;
	}
}

int
input_peek(struct input *in, struct ssm_error *err)
{
	return arrive(in, err) == INPUT_RECORD ? (unsigned char)in->buffer.ptr[in->begin] : -1;
}

static bool
has_arrived(struct input *in)
{
	skip_bad(in);
	return !in->skipping && view_trim(unread(in)).len > 0;
}

bool
input_has_more(struct input *in)
{
	struct ssm_error ignored = SSM_ERROR_INIT;

	while (!has_arrived(in) && !in->end && io_readable(in->fd) &&
	    fill(in, &ignored) == INPUT_RECORD)
		;
	ssm_error_clear(&ignored);
	return has_arrived(in);
}

/* The next line that can be a record is where reading goes on. */
static enum input_status
skip_from_here(struct input *in, bool loose)
{
	in->skipping = true;
	in->bad_line = in->line;
	in->lost = 0;
	in->loose = loose;
	in->last = '\0';
	return INPUT_BAD;
}

static enum input_status
tell_lost(struct input *in, struct ssm_error *err)
{
	ssm_fail(err, SSM_E_INPUT, "InvalidDocument", "line %zu of %s: %zu bytes behind what is no JSON were "
	    "skipped, and may hold documents: each needs a line of its own", in->bad_line, in->name, in->lost);
	in->lost = 0;
	return INPUT_BAD;
}

static enum input_status
bad_document(struct input *in, struct ssm_error *err)
{
	const struct json_scan *scan = &in->scan;

	if (scan->at > in->record_max)
		ssm_fail(err, SSM_E_INPUT, "InvalidDocument",
		    "line %zu of %s: a document of more than %zu bytes", in->line, in->name,
		    in->record_max);
	else
		ssm_fail(err, SSM_E_INPUT, "InvalidDocument", "%s is not JSON: line %zu, column %zu: %s",
		    in->name, scan->line, scan->column, scan->why);
	return skip_from_here(in, false);
}

static enum input_status
not_an_object(struct input *in, struct ssm_error *err)
{
	ssm_fail(err, SSM_E_INPUT, "InvalidDocument",
	    "%s: line %zu, column %zu: a JSON object is expected", in->name, in->line, in->column);
	return skip_from_here(in, in->buffer.ptr[in->begin] != '[');
}

/*
 * Whether a number or a word runs into what follows: 2024-01-02 is no three numbers. A bracket or a
 * quote ends by itself.
 */
static bool
is_joined(struct view text, size_t len)
{
	return strchr("}]\"", text.ptr[len - 1]) == NULL && len < text.len && !ascii_is_blank(text.ptr[len]) &&
	    strchr("{[\"", text.ptr[len]) == NULL;
}

/* Scans on to the end of the document; INPUT_RECORD when it is there. */
static enum input_status
scan_on(struct input *in, struct ssm_error *err)
{
	enum json_scan_status status;

	while ((status = json_scan_feed(&in->scan, unread(in))) == JSON_SCAN_MORE) {
		enum input_status more;

		if (in->scan.at > in->record_max)
			return bad_document(in, err);
		if ((more = fill(in, err)) == INPUT_FAILED || more == INPUT_WAIT)
			return more;
		if (more == INPUT_END && (status = json_scan_end(&in->scan)) != JSON_SCAN_MORE)
			break;
	}
	if (status == JSON_SCAN_DONE && is_joined(unread(in), in->scan.at)) {
		in->scan.why = "a blank is expected behind the value";
		status = JSON_SCAN_BAD;
	}
	if (status == JSON_SCAN_BAD || in->scan.at > in->record_max)
		return bad_document(in, err);
	return INPUT_RECORD;
}

enum input_status
input_document_text(struct input *in, struct view *text, struct ssm_error *err)
{
	enum input_status status;

	ssm_error_clear(err);
	if (!in->scanning) {
		status = arrive(in, err);
		if (in->lost > 0 && (!in->skipping || status == INPUT_END))
			return tell_lost(in, err);
		if (status != INPUT_RECORD)
			return status;
		if (in->buffer.ptr[in->begin] != '{' && !in->any_value)
			return not_an_object(in, err);
		json_scan_start(&in->scan, in->line, in->column);
		in->scan.uncapped = in->any_value;
	}
	status = scan_on(in, err);
	in->scanning = status == INPUT_WAIT;
	if (status != INPUT_RECORD)
		return status;
	in->line = in->scan.line;
	in->column = in->scan.column;
	in->begin += in->scan.at;
	*text = view_slice(bytes_view(&in->buffer), in->begin - in->scan.at, in->begin);
	return INPUT_RECORD;
}

enum input_status
input_document(struct input *in, struct json_doc *doc, struct ssm_error *err)
{
	struct view text;
	enum input_status status = input_document_text(in, &text, err);

	if (status == INPUT_RECORD && json_adopt(doc, text, &in->scan, err) != SSM_OK)
		return err->rc == SSM_E_INPUT ? INPUT_BAD : INPUT_FAILED;
	return status;
}

/* Drops the rest of a line that is too long. */
static enum input_status
skip_long_line(struct input *in, struct ssm_error *err)
{
	size_t line = in->line;
	enum input_status more = INPUT_RECORD;

	while (more == INPUT_RECORD) {
		struct view rest = unread(in);
		size_t at = view_find(rest, '\n');

		take(in, at);
		if (at < rest.len)
			break;
		more = fill(in, err);
	}
	if (more == INPUT_FAILED)
		return INPUT_FAILED;
	ssm_fail(err, SSM_E_INPUT, "InvalidInput", "%s: line %zu is longer than %zu bytes", in->name,
	    line, in->record_max);
	return INPUT_BAD;
}

enum input_status
input_line(struct input *in, struct view *line, struct ssm_error *err)
{
	size_t searched = 0;

	for (;;) {
		struct view rest = unread(in);
		size_t at = searched + view_find(view_slice(rest, searched, rest.len), '\n');
		enum input_status more = INPUT_RECORD;

		if (at == rest.len && at <= in->record_max &&
		    (more = fill(in, err)) == INPUT_RECORD) {
			searched = at;
			continue;
		}
		if (more == INPUT_FAILED)
			return INPUT_FAILED;
		if (at > in->record_max)
			return skip_long_line(in, err);
		rest = unread(in);		/* reading, to no avail, may have moved it */
		*line = view_slice(rest, 0, at);
		in->begin += at < rest.len ? at + 1 : at;
		in->line++;
		if (at > 0 && line->ptr[at - 1] == '\r')
			line->len--;
		searched = 0;
		if (view_trim(*line).len > 0)
			return INPUT_RECORD;
		if (at == rest.len)
			return INPUT_END;
	}
}

void
input_close(struct input *in)
{
	bytes_clear(&in->buffer);
	if (in->fd > STDERR_FILENO)
		close(in->fd);
}
