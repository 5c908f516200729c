#include "json/scan.h"

#include <string.h>

#include "core/ascii.h"
#include "json/plain.h"

enum state {
	S_VALUE,		/* a value must come */
	S_FIRST_ITEM,		/* after [ */
	S_FIRST_KEY,		/* after { */
	S_KEY,			/* after a comma in an object */
	S_COLON,
	S_AFTER,		/* after a value inside a container */
	S_STRING,
	S_MINUS, S_ZERO, S_DIGITS, S_POINT, S_FRACTION, S_E, S_E_SIGN, S_EXPONENT,
	S_WORD,			/* a literal that is all there */
	S_LITERAL,
	S_DONE,
};

void
json_scan_start(struct json_scan *scan, size_t line, size_t column)
{
	scan->why = scan->literal = NULL;
	scan->at = scan->count = 0;
	scan->line = line;
	scan->column = column;
	scan->objects = 0;
	scan->depth = 0;
	scan->state = S_VALUE;
	scan->in_key = scan->uncapped = false;
}

static bool
bad(struct json_scan *scan, const char *why)
{
	scan->why = why;
	return false;
}

static bool
is_blank(unsigned char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool
in_object(const struct json_scan *scan)
{
	return scan->depth > 0 && (scan->objects >> (scan->depth - 1) & 1) != 0;
}

static bool
at_member(const struct json_scan *scan)
{
	return scan->depth == 1 && in_object(scan);
}

/* NULL: there is none, or no room for where it is. */
static struct json_span *
current_member(struct json_scan *scan)
{
	return at_member(scan) && scan->count < JSON_MEMBERS_MAX ? &scan->members[scan->count] : NULL;
}

/* A value ended before offset `end`. */
static bool
end_value(struct json_scan *scan, size_t end)
{
	struct json_span *member = current_member(scan);

	if (member != NULL)
		member->value_end = (uint32_t)end;
	scan->count += at_member(scan);
	scan->state = scan->depth == 0 ? S_DONE : S_AFTER;
	return true;
}

static bool
open_container(struct json_scan *scan, bool object)
{
	if (scan->depth == JSON_DEPTH_MAX)
		return bad(scan, "nested more than 64 deep");
	scan->objects &= ~((uint64_t)1 << scan->depth);
	scan->objects |= (uint64_t)object << scan->depth;
	scan->depth++;
	scan->state = object ? S_FIRST_KEY : S_FIRST_ITEM;
	return true;
}

static bool
close_container(struct json_scan *scan)
{
	scan->depth--;
	return end_value(scan, scan->at + 1);
}

static bool
begin_string(struct json_scan *scan, bool key)
{
	scan->in_key = key;
	scan->state = S_STRING;
	scanstring_start(&scan->string);
	return true;
}

static bool
begin_key(struct json_scan *scan, unsigned char c)
{
	struct json_span *member;

	if (c != '"')
		return bad(scan, "a member name in double quotes is expected");
	if (scan->depth == 1 && scan->count == JSON_MEMBERS_MAX && !scan->uncapped)
		return bad(scan, "more than 256 members");
	if ((member = current_member(scan)) != NULL)
		member->key = (uint32_t)(scan->at + 1);
	return begin_string(scan, true);
}

static bool
begin_literal(struct json_scan *scan, const char *rest)
{
	scan->literal = rest;
	scan->state = S_LITERAL;
	return true;
}

static bool
begin_value(struct json_scan *scan, unsigned char c)
{
	struct json_span *member = current_member(scan);

	if (member != NULL)
		member->value = (uint32_t)scan->at;
	switch (c) {
	case '{': return open_container(scan, true);
	case '[': return open_container(scan, false);
	case '"': return begin_string(scan, false);
	case 't': return begin_literal(scan, "rue");
	case 'f': return begin_literal(scan, "alse");
	case 'n': return begin_literal(scan, "ull");
	case '-': scan->state = S_MINUS; return true;
	case '0': scan->state = S_ZERO; return true;
	default:
		if (c < '1' || c > '9')
			return bad(scan, "a value is expected");
		scan->state = S_DIGITS;
		return true;
	}
}

static void
end_string(struct json_scan *scan)
{
	struct json_span *member;

	if (!scan->in_key) {
		end_value(scan, scan->at + 1);
		return;
	}
	if ((member = current_member(scan)) != NULL)
		member->key_end = (uint32_t)scan->at;
	scan->state = S_COLON;
}

/* What is not plain, and not the quote at the end. */
static bool
take_string(struct json_scan *scan, unsigned char c)
{
	scan->why = scanstring_take(&scan->string, c);
	return scan->why == NULL;
}

static bool
take_after(struct json_scan *scan, unsigned char c)
{
	bool object = in_object(scan);

	if (is_blank(c))
		return true;
	if (c == ',') {
		scan->state = object ? S_KEY : S_VALUE;
		return true;
	}
	if (c == (object ? '}' : ']'))
		return close_container(scan);
	return bad(scan, object ? "',' or '}' is expected" : "',' or ']' is expected");
}

static bool take(struct json_scan *scan, unsigned char c);

/* Numbers end at the first byte that is not theirs, which belongs to what follows. */
static bool
end_number(struct json_scan *scan, unsigned char c)
{
	end_value(scan, scan->at);
	return scan->state == S_DONE ? true : take(scan, c);
}

static bool
take_number(struct json_scan *scan, unsigned char c)
{
	bool digit = c >= '0' && c <= '9';

	switch (scan->state) {
	case S_MINUS:
		scan->state = c == '0' ? S_ZERO : S_DIGITS;
		return digit || bad(scan, "a digit is expected");
	case S_POINT:
		scan->state = S_FRACTION;
		return digit || bad(scan, "a digit is expected");
	case S_E:
		scan->state = digit ? S_EXPONENT : S_E_SIGN;
		return digit || c == '+' || c == '-' || bad(scan, "a digit is expected");
	case S_E_SIGN:
		scan->state = S_EXPONENT;
		return digit || bad(scan, "a digit is expected");
	default:
		break;
	}
	if (digit && scan->state == S_ZERO)
		return bad(scan, "a number with a leading zero");
	if (digit)
		return true;
	if (c == '.' && (scan->state == S_ZERO || scan->state == S_DIGITS))
		scan->state = S_POINT;
	else if ((c == 'e' || c == 'E') && scan->state != S_EXPONENT)
		scan->state = S_E;
	else
		return end_number(scan, c);
	return true;
}

static bool
take_literal(struct json_scan *scan, unsigned char c)
{
	if (c != (unsigned char)*scan->literal)
		return bad(scan, "a value is expected");
	if (*++scan->literal != '\0')
		return true;
	if (scan->depth > 0)
		return end_value(scan, scan->at + 1);
	scan->state = S_WORD;		/* as a number, it has its end where something follows */
	return true;
}

static bool
take_between(struct json_scan *scan, unsigned char c)
{
	if (is_blank(c))
		return true;
	switch (scan->state) {
	case S_FIRST_ITEM:
		return c == ']' ? close_container(scan) : begin_value(scan, c);
	case S_FIRST_KEY:
		return c == '}' ? close_container(scan) : begin_key(scan, c);
	case S_KEY:
		return begin_key(scan, c);
	case S_COLON:
		scan->state = S_VALUE;
		return c == ':' || bad(scan, "':' is expected");
	default:
		return begin_value(scan, c);
	}
}

static bool
take(struct json_scan *scan, unsigned char c)
{
	switch (scan->state) {
	case S_STRING:	return take_string(scan, c);
	case S_AFTER:	return take_after(scan, c);
	case S_LITERAL:	return take_literal(scan, c);
	case S_VALUE: case S_FIRST_ITEM: case S_FIRST_KEY: case S_KEY: case S_COLON:
		return take_between(scan, c);
	case S_WORD:
		return end_value(scan, scan->at);
	default:
		return take_number(scan, c);
	}
}

enum json_scan_status
json_scan_feed(struct json_scan *scan, struct view text)
{
	while (scan->at < text.len && scan->state != S_DONE) {
		bool open_end = scan->depth == 0 && scan->state >= S_MINUS && scan->state <= S_WORD;
		unsigned char c;

		/* Without the state machine. */
		if (scan->state == S_STRING && scan->string.state == SCANSTRING_PLAIN) {
			size_t run = plain_run(text, scan->at);

			scan->at += run;
			scan->column += run;
			if (scan->at == text.len)
				break;
			if (text.ptr[scan->at] == '"') {
				end_string(scan);
				scan->at++;
				scan->column++;
				continue;
			}
		}
		c = (unsigned char)text.ptr[scan->at];
		if (!take(scan, c))
			return JSON_SCAN_BAD;
		if (scan->state == S_DONE && open_end)
			break;			/* c is what stands behind it */
		scan->at++;
		scan->line += c == '\n';
		scan->column = c == '\n' ? 1 : scan->column + 1;
	}
	return scan->state == S_DONE ? JSON_SCAN_DONE : JSON_SCAN_MORE;
}

enum json_scan_status
json_scan_end(struct json_scan *scan)
{
	if (scan->state == S_DONE)
		return JSON_SCAN_DONE;
	if (scan->depth == 0 && (scan->state == S_ZERO || scan->state == S_DIGITS ||
	    scan->state == S_FRACTION || scan->state == S_EXPONENT || scan->state == S_WORD)) {
		scan->state = S_DONE;
		return JSON_SCAN_DONE;
	}
	bad(scan, scan->at == 0 ? "no value" : "it ends in the middle");
	return JSON_SCAN_BAD;
}

struct view
json_scan_whole(struct view text)
{
	while (text.len > 0 && ascii_is_blank(text.ptr[text.len - 1]))
		text.len--;
	return text;
}

enum ssm_err
json_scan_text(struct json_scan *scan, struct view text, const char *what, struct view *whole,
    struct ssm_error *err)
{
	*whole = json_scan_whole(text);
	if (whole->len == 0)
		return ssm_fail(err, SSM_E_INPUT, "InvalidDocument", "%s is empty", what);
	if (scan->why != NULL || json_scan_feed(scan, *whole) == JSON_SCAN_BAD ||
	    json_scan_end(scan) == JSON_SCAN_BAD)
		return ssm_fail(err, SSM_E_INPUT, "InvalidDocument",
		    "%s is not JSON: line %zu, column %zu: %s", what, scan->line, scan->column, scan->why);
	return SSM_OK;
}
