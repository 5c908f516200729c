#include "sandbox/http.h"

#include "core/ascii.h"
#include "core/header_field.h"

#define KEEP_MAX 16384
#define SIZE_DIGITS_MAX 12

static void
refuse(struct sandbox_reader *reader, unsigned status, const char *why)
{
	reader->state = SANDBOX_BAD;
	reader->status = status;
	reader->why = why;
}

/* Visible characters, and the blanks that are named. */
static bool
is_text(struct view v, const char *blanks)
{
	for (size_t i = 0; i < v.len; i++)
		if (((unsigned char)v.ptr[i] <= ' ' && (v.ptr[i] == '\0' || strchr(blanks, v.ptr[i]) == NULL)) ||
		    v.ptr[i] == 0x7F)
			return false;
	return true;
}

/* The next line off *rest, without its end. */
static struct view
take_line(struct view *rest)
{
	struct view line = view_take(rest, '\n');

	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	return line;
}

/* METHOD TARGET HTTP/1.x, one blank between them. */
static void
read_request_line(struct sandbox_reader *reader, struct view line)
{
	struct sandbox_request *request = &reader->request;
	struct view target, version = line;

	request->method = view_take(&version, ' ');
	target = view_take(&version, ' ');
	if (!header_field_is_token(request->method) || target.len == 0 || target.ptr[0] != '/' ||
	    !is_text(target, "")) {
		refuse(reader, 400, "not a request line with a path");
		return;
	}
	if (!view_is(version, "HTTP/1.1") && !view_is(version, "HTTP/1.0")) {
		refuse(reader, 505, "neither HTTP/1.1 nor HTTP/1.0");
		return;
	}
	request->path = view_take(&target, '?');
	request->query = target;
	request->keep_alive = view_is(version, "HTTP/1.1");
}

static void
read_header(struct sandbox_reader *reader, struct view line)
{
	struct sandbox_request *request = &reader->request;
	size_t colon = view_find(line, ':');
	struct header_field *header = &request->headers[request->header_count];
	char *name = reader->head.ptr + (line.ptr - reader->head.ptr);

	if (request->header_count == SANDBOX_HEADERS_MAX) {
		refuse(reader, 431, "too many headers");
		return;
	}
	header->name = view_slice(line, 0, colon);
	if (colon == line.len || !header_field_is_token(header->name)) {
		refuse(reader, 400, "not a header line");
		return;
	}
	header->value = view_trim(view_slice(line, colon + 1, line.len));
	if (!is_text(header->value, " \t")) {
		refuse(reader, 400, "a control character in a header");
		return;
	}
	for (size_t i = 0; i < colon; i++)
		name[i] = ascii_lower(name[i]);
	request->header_count++;
}

static void
read_length(struct sandbox_reader *reader, struct view value)
{
	unsigned long long length;

	if (!view_number(value, &length) || value.len > SIZE_DIGITS_MAX) {
		refuse(reader, 400, "Content-Length is no number");
		return;
	}
	reader->remaining = length;
	reader->state = length == 0 ? SANDBOX_DONE : SANDBOX_BODY;
}

/* What follows the head. */
static void
choose_body(struct sandbox_reader *reader)
{
	const struct sandbox_request *request = &reader->request;
	struct view length, coding, expect;
	size_t lengths = sandbox_request_header(request, "content-length", &length);
	size_t codings = sandbox_request_header(request, "transfer-encoding", &coding);

	reader->state = SANDBOX_DONE;
	if (lengths + codings > 1)
		refuse(reader, 400, "more than one length");
	else if (lengths == 1)
		read_length(reader, length);
	else if (codings == 1 && !view_equal_nocase(coding, VIEW("chunked")))
		refuse(reader, 501, "a transfer coding other than chunked");
	else if (codings == 1)
		reader->state = SANDBOX_CHUNKS;
	reader->expects_continue = reader->state < SANDBOX_DONE &&
	    sandbox_request_header(request, "expect", &expect) > 0 &&
	    view_equal_nocase(expect, VIEW("100-continue"));
}

static void
read_head(struct sandbox_reader *reader)
{
	struct sandbox_request *request = &reader->request;
	struct view rest = bytes_view(&reader->head), line = take_line(&rest), connection;

	read_request_line(reader, line);
	while (reader->state != SANDBOX_BAD && (line = take_line(&rest)).len > 0)
		read_header(reader, line);
	if (reader->state == SANDBOX_BAD)
		return;
	if (sandbox_request_header(request, "connection", &connection) > 0) {
		if (view_equal_nocase(connection, VIEW("close")))
			request->keep_alive = false;
		else if (view_equal_nocase(connection, VIEW("keep-alive")))
			request->keep_alive = true;
	}
	choose_body(reader);
}

/* Takes one line of the head, or what there is of it; an empty one ends the head. */
static size_t
feed_head(struct sandbox_reader *reader, struct view data)
{
	size_t end = view_find(data, '\n'), used = end < data.len ? end + 1 : end, len;

	bytes_add(&reader->head, view_slice(data, 0, used));
	if (bytes_failed(&reader->head)) {
		refuse(reader, 431, "the headers are too long");
		return used;
	}
	if (end == data.len)
		return used;
	len = reader->head.len - reader->line;
	if (len > 2 || (len == 2 && reader->head.ptr[reader->line] != '\r'))
		reader->line = reader->head.len;
	else if (reader->line == 0)
		bytes_reset(&reader->head);	/* empty lines before a request mean nothing */
	else
		read_head(reader);
	return used;
}

static void
keep_body(struct sandbox_reader *reader, struct view data)
{
	if (reader->request.body_too_long)
		return;
	bytes_add(&reader->body, data);
	if (bytes_failed(&reader->body)) {
		reader->request.body_too_long = true;
		bytes_clear(&reader->body);
	}
}

static size_t
feed_body(struct sandbox_reader *reader, struct view data)
{
	size_t used = data.len < reader->remaining ? data.len : (size_t)reader->remaining;

	keep_body(reader, view_slice(data, 0, used));
	reader->remaining -= used;
	if (reader->remaining == 0)
		reader->state = SANDBOX_DONE;
	return used;
}

static size_t
feed_chunks(struct sandbox_reader *reader, struct view data)
{
	struct view part;
	size_t used = chunks_next(&reader->chunks, data, &part);

	keep_body(reader, part);
	if (reader->chunks.state == CHUNKS_BAD)
		refuse(reader, 400, "not a chunked body");
	else if (chunks_done(&reader->chunks))
		reader->state = SANDBOX_DONE;
	return used;
}

static size_t
feed_some(struct sandbox_reader *reader, struct view data)
{
	switch (reader->state) {
	case SANDBOX_HEAD:
		return feed_head(reader, data);
	case SANDBOX_BODY:
		return feed_body(reader, data);
	case SANDBOX_CHUNKS:
		return feed_chunks(reader, data);
	case SANDBOX_DONE:
	case SANDBOX_BAD:
		break;
	}
	return 0;
}

size_t
sandbox_reader_feed(struct sandbox_reader *reader, struct view data)
{
	size_t used = 0;

	while (used < data.len && reader->state < SANDBOX_DONE)
		used += feed_some(reader, view_slice(data, used, data.len));
	if (reader->state == SANDBOX_DONE)
		reader->request.body = bytes_view(&reader->body);
	return used;
}

bool
sandbox_reader_busy(const struct sandbox_reader *reader)
{
	return reader->head.len > 0 && reader->state < SANDBOX_DONE;
}

size_t
sandbox_request_header(const struct sandbox_request *request, const char *name, struct view *value)
{
	size_t count = 0;

	*value = VIEW_NONE;
	for (size_t i = 0; i < request->header_count; i++)
		if (view_is(request->headers[i].name, name) && count++ == 0)
			*value = request->headers[i].value;
	return count;
}

void
sandbox_reader_reset(struct sandbox_reader *reader)
{
	bytes_recycle(&reader->head, KEEP_MAX);
	bytes_recycle(&reader->body, KEEP_MAX);
	reader->state = SANDBOX_HEAD;
	reader->line = 0;
	reader->remaining = 0;
	reader->chunks = (struct chunks)CHUNKS_INIT;
	reader->status = 0;
	reader->expects_continue = false;
	reader->request.header_count = 0;
	reader->request.body_too_long = false;
}

void
sandbox_reader_clear(struct sandbox_reader *reader)
{
	bytes_clear(&reader->head);
	bytes_clear(&reader->body);
	sandbox_reader_reset(reader);
}
