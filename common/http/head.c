#include "http/head.h"

#include <stdint.h>

#include "core/header_field.h"
#include "http/date.h"

#define TEXT_MOSTLY 512			/* bytes that the names and values of a head mostly have */

static bool
bad(struct httphead *head, const char *why)
{
	head->why = why;
	return false;
}

static void
forget_fields(struct httphead *head)
{
	head->status = 0;
	head->has_length = head->chunked = false;
	head->length = head->count = 0;
	bytes_reset(&head->text);
}

/* HTTP/1.1 200 OK, or without the phrase. Whatever an interim head said is forgotten. */
static bool
status_line(struct httphead *head, struct view line)
{
	size_t at = view_find(line, ' ');
	unsigned long long status;

	forget_fields(head);
	if (bytes_room(&head->text, TEXT_MOSTLY) == NULL)
		return bad(head, "out of memory");
	if (line.len < at + 4 || (line.len > at + 4 && line.ptr[at + 4] != ' ') ||
	    !view_number(view_slice(line, at + 1, at + 4), &status) || status < 100)
		return bad(head, "a status line without a status");
	head->status = (int)status;
	return true;
}

static bool
read_length(struct httphead *head, struct view value)
{
	unsigned long long length;

	if (head->has_length || head->chunked)
		return bad(head, "the length of the body is said twice");
	head->has_length = true;
	if (!view_number(value, &length) || length >= SIZE_MAX)
		return bad(head, "a Content-Length that is no number");
	head->length = (size_t)length;
	return true;
}

static bool
read_coding(struct httphead *head, struct view value)
{
	if (head->has_length || head->chunked)
		return bad(head, "the length of the body is said twice");
	head->chunked = true;
	return view_equal_nocase(value, VIEW("chunked")) || bad(head, "an unknown Transfer-Encoding");
}

static void
keep_field(struct httphead *head, struct view name, struct view value)
{
	struct httphead_field *field = &head->fields[head->count++];

	field->name = (uint32_t)head->text.len;
	bytes_add_lower(&head->text, name);
	field->value = (uint32_t)head->text.len;
	bytes_add(&head->text, value);
	field->end = (uint32_t)head->text.len;
}

static bool
field_line(struct httphead *head, struct view line)
{
	size_t colon = view_find(line, ':');
	struct view name = view_slice(line, 0, colon), value;

	if (head->status == 0)
		return bad(head, "a field before the status line");
	if (colon == line.len || !header_field_is_token(name))
		return bad(head, "a line of the head that is no field");
	if (head->count == HTTPHEAD_FIELDS_MAX)
		return bad(head, "more than 128 fields");
	value = view_trim(view_slice(line, colon + 1, line.len));
	keep_field(head, name, value);
	if (bytes_failed(&head->text))
		return bad(head, "out of memory");
	if (view_equal_nocase(name, VIEW("content-length")))
		return read_length(head, value);
	if (view_equal_nocase(name, VIEW("transfer-encoding")))
		return read_coding(head, value);
	return true;
}

static bool
blank_line(struct httphead *head)
{
	if (head->status >= 200) {
		head->complete = true;
		return true;
	}
	if (head->status == 0 || ++head->interim > HTTPHEAD_INTERIM_MAX)
		return bad(head, "too many interim answers");
	forget_fields(head);
	return true;
}

/* One that ends no line: some take it for a line's end, and so for more fields than we see. */
static bool
holds_cr(struct view line)
{
	size_t at = view_find(line, '\r');

	return at + 1 < line.len && !view_is(view_slice(line, at, line.len), "\r\n");
}

bool
httphead_line(struct httphead *head, struct view line)
{
	head->size += line.len;
	if (head->why != NULL)
		return false;
	if (line.len > HTTPHEAD_LINE_MAX || head->size > HTTPHEAD_SIZE_MAX)
		return bad(head, "a head that is too long");
	if (view_find(line, '\0') < line.len)
		return bad(head, "a NUL in the head");
	if (holds_cr(line))
		return bad(head, "a CR inside a line of the head");
	if (head->complete)
		return true;			/* a trailer */
	if (view_starts(line, VIEW("HTTP/")))
		return status_line(head, view_trim(line));
	if (view_trim(line).len == 0)
		return blank_line(head);
	return field_line(head, line);
}

bool
httphead_is_framed(const struct httphead *head)
{
	return head->complete && head->why == NULL &&
	    (head->has_length || head->chunked || head->status == 204 || head->status == 304);
}

struct view
httphead_name(const struct httphead *head, size_t i)
{
	return view_slice(bytes_view(&head->text), head->fields[i].name, head->fields[i].value);
}

struct view
httphead_value(const struct httphead *head, size_t i)
{
	return view_slice(bytes_view(&head->text), head->fields[i].value, head->fields[i].end);
}

struct view
httphead_find(const struct httphead *head, const char *name)
{
	for (size_t i = 0; i < head->count; i++)
		if (view_is(httphead_name(head, i), name))
			return httphead_value(head, i);
	return VIEW_NONE;
}

void
httphead_reset(struct httphead *head)
{
	forget_fields(head);
	head->complete = false;
	head->size = head->interim = 0;
	head->why = NULL;
}

void
httphead_clear(struct httphead *head)
{
	httphead_reset(head);
	bytes_clear(&head->text);
}

/* Digits alone are seconds; a number beyond all bounds is the longest wait. */
static bool
read_seconds(struct view text, time_t *seconds)
{
	unsigned long long number;

	if (!view_number(text, &number))
		return false;
	*seconds = number < HTTPHEAD_RETRY_AFTER_MAX ? (time_t)number : HTTPHEAD_RETRY_AFTER_MAX;
	return true;
}

unsigned
httphead_retry_after(const struct httphead *head, time_t now)
{
	struct view asked = head->complete ? httphead_find(head, "retry-after") : VIEW_NONE;
	time_t seconds, until;

	if (!read_seconds(asked, &seconds)) {
		if (!httpdate_parse(asked, &until))
			return 0;
		if (!httpdate_parse(httphead_find(head, "date"), &seconds))
			seconds = now;
		seconds = until - seconds;
	}
	if (seconds <= 0)
		return 0;
	return seconds < HTTPHEAD_RETRY_AFTER_MAX / 1000 ? (unsigned)seconds * 1000 : HTTPHEAD_RETRY_AFTER_MAX;
}
