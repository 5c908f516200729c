/* Texts to values. The text has been checked when it comes to building, so nothing can be wrong in it. */
#include <stdlib.h>

#include "jsonscan.h"
#include "jsontext.h"
#include "value.h"

/* Items and members of the containers that are open, the innermost one's last. */
struct builder {
	struct arena *arena;
	struct view text;
	size_t at;
	struct value_member *pending;
	size_t count, room;
};

static bool
push(struct builder *b, struct view name, const struct value *value)
{
	if (value == NULL)
		return false;
	if (b->count == b->room) {
		size_t room = b->room == 0 ? 32 : 2 * b->room;
		struct value_member *grown = reallocarray(b->pending, room, sizeof *grown);

		if (grown == NULL)
			return false;
		b->pending = grown;
		b->room = room;
	}
	b->pending[b->count++] = (struct value_member){ name, value };
	return true;
}

static unsigned
hex_unit(const char *digits)
{
	unsigned unit = 0;

	for (int i = 0; i < 4; i++) {
		unsigned char c = (unsigned char)digits[i];

		unit = unit << 4 | (c <= '9' ? c - 0u - '0' : (c | 0x20u) - 'a' + 10u);
	}
	return unit;
}

static char *
put_utf8(char *to, unsigned code)
{
	if (code < 0x80) {
		*to++ = (char)code;
		return to;
	}
	if (code < 0x800) {
		*to++ = (char)(0xC0 | code >> 6);
	} else {
		if (code < 0x10000) {
			*to++ = (char)(0xE0 | code >> 12);
		} else {
			*to++ = (char)(0xF0 | code >> 18);
			*to++ = (char)(0x80 | (code >> 12 & 0x3F));
		}
		*to++ = (char)(0x80 | (code >> 6 & 0x3F));
	}
	*to++ = (char)(0x80 | (code & 0x3F));
	return to;
}

/* The escape behind a backslash at `from`; both move on. */
static char *
put_escape(char *to, const char **from)
{
	static const char letters[] = "bfnrt", meant[] = "\b\f\n\r\t";
	char letter = *(*from)++;
	const char *at = strchr(letters, letter);
	unsigned code;

	if (letter != 'u') {
		*to++ = at == NULL ? letter : meant[at - letters];
		return to;
	}
	code = hex_unit(*from);
	*from += 4;
	if (code >= 0xD800 && code <= 0xDBFF) {
		code = 0x10000 + ((code - 0xD800) << 10) + (hex_unit(*from + 2) - 0xDC00);
		*from += 6;
	}
	return put_utf8(to, code);
}

/* What stands between a string's quotes; no escape makes it longer. */
static struct view
decode(struct arena *arena, struct view raw)
{
	const char *from = raw.ptr, *end = raw.ptr + raw.len;
	char *text, *to;

	if (view_find(raw, '\\') == raw.len)
		return raw;
	if ((to = text = arena_alloc(arena, raw.len)) == NULL)
		return VIEW_NONE;
	while (from < end) {
		size_t plain = view_find((struct view){ from, (size_t)(end - from) }, '\\');

		memcpy(to, from, plain);
		to += plain;
		from += plain;
		if (from < end) {
			from++;
			to = put_escape(to, &from);
		}
	}
	return (struct view){ text, (size_t)(to - text) };
}

static struct view
next_token(struct builder *b)
{
	struct view token;

	b->at = jsontext_skip_blanks(b->text, b->at);
	token = jsontext_token(b->text, b->at);
	b->at += token.len;
	return token;
}

static const struct value *
close_array(struct builder *b, size_t base)
{
	size_t count = b->count - base;
	const struct value **items;

	b->count = base;
	if ((items = arena_alloc(b->arena, count * sizeof(const struct value *))) == NULL)
		return NULL;
	for (size_t i = 0; i < count; i++)
		items[i] = b->pending[base + i].value;
	return value_array(b->arena, items, count);
}

static const struct value *
close_object(struct builder *b, size_t base)
{
	size_t count = b->count == base ? 0 : value_unique(b->pending + base, b->count - base);
	struct value_member *members;

	b->count = base;
	if (count == SIZE_MAX ||
	    (members = arena_alloc(b->arena, count * sizeof *members)) == NULL)
		return NULL;
	if (count > 0)
		memcpy(members, b->pending + base, count * sizeof *members);
	return value_object(b->arena, members, count);
}

static const struct value *build(struct builder *b, struct view token);

static const struct value *
build_array(struct builder *b)
{
	size_t base = b->count;
	struct view token = next_token(b);

	while (token.ptr[0] != ']') {
		if (!push(b, VIEW_NONE, build(b, token)))
			return NULL;
		if ((token = next_token(b)).ptr[0] == ',')
			token = next_token(b);
	}
	return close_array(b, base);
}

static const struct value *
build_object(struct builder *b)
{
	size_t base = b->count;
	struct view token = next_token(b);

	while (token.ptr[0] != '}') {
		struct view name = decode(b->arena, view_slice(token, 1, token.len - 1));

		next_token(b);			/* the colon */
		if (name.ptr == NULL || !push(b, name, build(b, next_token(b))))
			return NULL;
		if ((token = next_token(b)).ptr[0] == ',')
			token = next_token(b);
	}
	return close_object(b, base);
}

static const struct value *
build_number(struct arena *arena, struct view token)
{
	if (view_is(token, "NaN"))
		return &value_nan;
	if (view_is(token, "Infinity"))
		return value_number(arena, VIEW("inf"));
	if (view_is(token, "-Infinity"))
		return value_number(arena, VIEW("-inf"));
	return value_number(arena, token);
}

static const struct value *
build(struct builder *b, struct view token)
{
	struct view text;

	switch (token.ptr[0]) {
	case '[': return build_array(b);
	case '{': return build_object(b);
	case 'n': return &value_null;
	case 't': return &value_true;
	case 'f': return &value_false;
	case '"':
		text = decode(b->arena, view_slice(token, 1, token.len - 1));
		return text.ptr == NULL ? NULL : value_string(b->arena, text);
	default:
		return build_number(b->arena, token);
	}
}

const struct value *
value_of_json(struct arena *arena, struct view text)
{
	struct builder b = { .arena = arena, .text = text };
	const struct value *made = build(&b, next_token(&b));

	free(b.pending);
	arena->failed |= made == NULL;
	return made;
}

enum ssm_err
value_parse(const struct value **out, struct arena *arena, struct view text, const char *what,
    struct ssm_error *err)
{
	struct json_scan *scan = malloc(sizeof *scan);
	struct view whole;
	enum ssm_err rc;

	if (scan == NULL)
		return ssm_fail_memory(err);
	rc = json_scan_text(scan, text, what, &whole, err);
	if (rc == SSM_OK && scan->at != whole.len)
		rc = ssm_fail(err, SSM_E_INPUT, "InvalidDocument",
		    "%s is more than one value: line %zu, column %zu", what, scan->line, scan->column);
	else if (rc == SSM_OK && (*out = value_of_json(arena, whole)) == NULL)
		rc = ssm_fail_memory(err);
	free(scan);
	return rc;
}
