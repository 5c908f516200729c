#include "sandbox_http.h"

#include "percent.h"

#define TRAILER_MAX 8192
#define KEEP_MAX 16384
#define SIZE_DIGITS_MAX 12

static void
refuse(struct sandbox_reader *reader, unsigned status, const char *why)
{
	reader->state = SANDBOX_BAD;
	reader->status = status;
	reader->why = why;
}

static bool
is_token(struct view v)
{
	static const char others[] = "!#$%&'*+-.^_`|~";

	for (size_t i = 0; i < v.len; i++) {
		char c = v.ptr[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
		    memchr(others, c, sizeof others - 1) == NULL)
			return false;
	}
	return v.len > 0;
}

static bool
is_field_text(struct view v)
{
	for (size_t i = 0; i < v.len; i++)
		if (((unsigned char)v.ptr[i] < ' ' && v.ptr[i] != '\t') || v.ptr[i] == 0x7F)
			return false;
	return true;
}

static bool
is_visible(struct view v)
{
	for (size_t i = 0; i < v.len; i++)
		if ((unsigned char)v.ptr[i] <= ' ' || v.ptr[i] == 0x7F)
			return false;
	return true;
}

/* The next line off *rest, without its end. */
static struct view
take_line(struct view *rest)
{
	size_t end = view_find(*rest, '\n');
	struct view line = view_slice(*rest, 0, end);

	*rest = view_slice(*rest, end < rest->len ? end + 1 : end, rest->len);
	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	return line;
}

/* METHOD TARGET HTTP/1.x, one blank between them. */
static void
read_request_line(struct sandbox_reader *reader, struct view line)
{
	struct sandbox_request *request = &reader->request;
	size_t first = view_find(line, ' '), second, question;
	struct view rest, target, version;

	request->method = view_slice(line, 0, first);
	rest = view_slice(line, first < line.len ? first + 1 : first, line.len);
	second = view_find(rest, ' ');
	target = view_slice(rest, 0, second);
	version = view_slice(rest, second < rest.len ? second + 1 : second, rest.len);
	if (!is_token(request->method) || target.len == 0 || target.ptr[0] != '/' ||
	    !is_visible(target)) {
		refuse(reader, 400, "not a request line with a path");
		return;
	}
	if (!view_is(version, "HTTP/1.1") && !view_is(version, "HTTP/1.0")) {
		refuse(reader, 505, "neither HTTP/1.1 nor HTTP/1.0");
		return;
	}
	question = view_find(target, '?');
	request->path = view_slice(target, 0, question);
	request->query = view_slice(target, question < target.len ? question + 1 : question,
	    target.len);
	request->keep_alive = view_is(version, "HTTP/1.1");
}

static void
read_header(struct sandbox_reader *reader, struct view line)
{
	struct sandbox_request *request = &reader->request;
	size_t colon = view_find(line, ':');
	struct sigv4_header *header = &request->headers[request->header_count];
	char *name = reader->head.ptr + (line.ptr - reader->head.ptr);

	if (request->header_count == SANDBOX_HEADERS_MAX) {
		refuse(reader, 431, "too many headers");
		return;
	}
	header->name = view_slice(line, 0, colon);
	if (colon == line.len || !is_token(header->name)) {
		refuse(reader, 400, "not a header line");
		return;
	}
	header->value = view_trim(view_slice(line, colon + 1, line.len));
	if (!is_field_text(header->value)) {
		refuse(reader, 400, "a control character in a header");
		return;
	}
	for (size_t i = 0; i < colon; i++)
		if (name[i] >= 'A' && name[i] <= 'Z')
			name[i] = (char)(name[i] - 'A' + 'a');
	request->header_count++;
}

static void
read_length(struct sandbox_reader *reader, struct view value)
{
	reader->remaining = 0;
	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] < '0' || value.ptr[i] > '9' || i == SIZE_DIGITS_MAX) {
			refuse(reader, 400, "Content-Length is no number");
			return;
		}
		reader->remaining = reader->remaining * 10 + (uint64_t)(value.ptr[i] - '0');
	}
	if (value.len == 0)
		refuse(reader, 400, "Content-Length is empty");
	else
		reader->state = reader->remaining == 0 ? SANDBOX_DONE : SANDBOX_BODY;
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
		reader->state = SANDBOX_CHUNK_SIZE;
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
feed_body(struct sandbox_reader *reader, struct view data, enum sandbox_reading next)
{
	size_t used = data.len < reader->remaining ? data.len : (size_t)reader->remaining;

	keep_body(reader, view_slice(data, 0, used));
	reader->remaining -= used;
	if (reader->remaining == 0)
		reader->state = next;
	return used;
}

/* Hexadecimal digits, perhaps an extension, and the end of the line. */
static void
feed_chunk_size(struct sandbox_reader *reader, char c)
{
	int digit = percent_hex(c);

	if (c == '\n' && reader->digits > 0) {
		reader->state = reader->remaining > 0 ? SANDBOX_CHUNK : SANDBOX_TRAILER;
		reader->digits = 0;
		reader->trailer = 0;
	} else if (reader->trailer > 0 || (reader->digits > 0 && (c == ';' || c == '\r' || c == ' '))) {
		if (++reader->trailer > TRAILER_MAX)
			refuse(reader, 400, "a chunk extension without end");
	} else if (digit < 0 || reader->digits++ == SIZE_DIGITS_MAX) {
		refuse(reader, 400, "not the size of a chunk");
	} else {
		reader->remaining = reader->remaining * 16 + (uint64_t)digit;
	}
}

/* `digits` counts the characters of the current line. */
static void
feed_trailer(struct sandbox_reader *reader, char c)
{
	if (++reader->trailer > TRAILER_MAX)
		refuse(reader, 400, "trailers without end");
	else if (c == '\n' && reader->digits == 0)
		reader->state = SANDBOX_DONE;
	else if (c == '\n')
		reader->digits = 0;
	else if (c != '\r')
		reader->digits++;
}

static size_t
feed_chunk_end(struct sandbox_reader *reader, char c)
{
	if (c == '\n')
		reader->state = SANDBOX_CHUNK_SIZE;
	else if (c != '\r')
		refuse(reader, 400, "a chunk longer than its size");
	reader->remaining = reader->digits = 0;
	reader->trailer = 0;
	return 1;
}

static size_t
feed_some(struct sandbox_reader *reader, struct view data)
{
	switch (reader->state) {
	case SANDBOX_HEAD:
		return feed_head(reader, data);
	case SANDBOX_BODY:
		return feed_body(reader, data, SANDBOX_DONE);
	case SANDBOX_CHUNK:
		return feed_body(reader, data, SANDBOX_CHUNK_END);
	case SANDBOX_CHUNK_SIZE:
		feed_chunk_size(reader, data.ptr[0]);
		return 1;
	case SANDBOX_CHUNK_END:
		return feed_chunk_end(reader, data.ptr[0]);
	case SANDBOX_TRAILER:
		feed_trailer(reader, data.ptr[0]);
		return 1;
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

static void
empty(struct bytes *b)
{
	if (b->cap > KEEP_MAX)
		bytes_clear(b);
	else
		bytes_reset(b);
}

void
sandbox_reader_reset(struct sandbox_reader *reader)
{
	empty(&reader->head);
	empty(&reader->body);
	reader->state = SANDBOX_HEAD;
	reader->line = reader->trailer = 0;
	reader->remaining = 0;
	reader->digits = reader->status = 0;
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
