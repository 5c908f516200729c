#include "json/text.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/utf8.h"
#include "json/plain.h"

static void
add_unit(struct bytes *out, unsigned unit)
{
	char text[8];

	snprintf(text, sizeof text, "\\u%04x", unit & 0xFFFF);
	bytes_add_text(out, text);
}

static void
add_escaped(struct bytes *out, unsigned char c)
{
	static const char names[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
	const char *at = c == '\0' ? NULL : strchr(names, c);

	if (at == NULL) {
		add_unit(out, c);
		return;
	}
	bytes_add_char(out, '\\');
	bytes_add_char(out, letters[at - names]);
}

static void
add_astral(struct bytes *out, unsigned code)
{
	if (code < 0x10000) {
		add_unit(out, code);
		return;
	}
	add_unit(out, 0xD800 + ((code - 0x10000) >> 10));
	add_unit(out, 0xDC00 + ((code - 0x10000) & 0x3FF));
}

static bool
is_literal(unsigned char c, bool ascii)
{
	return c >= 0x20 && c != '"' && c != '\\' && (!ascii || c < 0x7F);
}

/* What stands for itself. */
static size_t
literal_run(struct view text, size_t at, bool ascii)
{
	size_t from = at;

	while (at < text.len && is_literal((unsigned char)text.ptr[at], ascii)) {
		size_t run = ascii ? 1 : plain_run(text, at);

		at += run > 0 ? run : 1;
	}
	return at - from;
}

static void
add_string(struct bytes *out, struct view text, bool ascii)
{
	bytes_add_char(out, '"');
	for (size_t at = 0; at < text.len;) {
		size_t from = at;
		unsigned char c;

		at += literal_run(text, at, ascii);
		bytes_add(out, view_slice(text, from, at));
		if (at == text.len)
			break;
		c = (unsigned char)text.ptr[at];
		if (c < 0x7F) {
			add_escaped(out, c);
			at++;
		} else {
			struct view rest = view_slice(text, at, text.len);

			add_astral(out, utf8_decode(rest));
			at += utf8_length(rest);
		}
	}
	bytes_add_char(out, '"');
}

void
jsontext_string(struct bytes *out, struct view text)
{
	add_string(out, text, false);
}

void
jsontext_string_ascii(struct bytes *out, struct view text)
{
	add_string(out, text, true);
}

void
jsontext_begin(struct bytes *out)
{
	bytes_add_char(out, '{');
}

void
jsontext_end(struct bytes *out)
{
	bytes_add_char(out, '}');
}

static void
add_comma(struct bytes *out)
{
	char last = out->len == 0 ? '\0' : out->ptr[out->len - 1];

	if (last != '\0' && last != '{' && last != ',')
		bytes_add_char(out, ',');
}

void
jsontext_name_view(struct bytes *out, struct view raw_name)
{
	add_comma(out);
	bytes_add_char(out, '"');
	bytes_add(out, raw_name);
	bytes_add(out, VIEW("\":"));
}

void
jsontext_name(struct bytes *out, const char *name)
{
	jsontext_name_view(out, view_of(name));
}

void
jsontext_member(struct bytes *out, const char *name, struct view text)
{
	jsontext_name(out, name);
	jsontext_string(out, text);
}

void
jsontext_member_raw(struct bytes *out, const char *name, struct view json)
{
	jsontext_name(out, name);
	bytes_add(out, json);
}

void
jsontext_member_number(struct bytes *out, const char *name, long long number)
{
	char text[24];

	snprintf(text, sizeof text, "%lld", number);
	jsontext_member_raw(out, name, view_of(text));
}

void
jsontext_member_bool(struct bytes *out, const char *name, bool value)
{
	jsontext_member_raw(out, name, value ? VIEW("true") : VIEW("false"));
}

/* Behind the string that begins at `at`. */
static size_t
string_end(struct view document, size_t at)
{
	char c;

	for (at++; at += plain_run(document, at), (c = document.ptr[at]) != '"'; at++)
		at += c == '\\';
	return at + 1;
}

struct view
jsontext_token(struct view document, size_t at)
{
	static const char ends[] = "{}[],:\" \t\r\n";
	size_t end = at + 1;

	if (document.ptr[at] == '"') {
		end = string_end(document, at);
	} else if (memchr(ends, document.ptr[at], sizeof ends - 1) == NULL) {
		while (end < document.len && memchr(ends, document.ptr[end], sizeof ends - 1) == NULL)
			end++;
	}
	return view_slice(document, at, end);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

size_t
jsontext_skip_blanks(struct view document, size_t at)
{
	while (at < document.len && is_blank(document.ptr[at]))
		at++;
	return at;
}

size_t
jsontext_skip_value(struct view document, size_t at)
{
	size_t depth = 0;

	do {
		struct view token = jsontext_token(document, at = jsontext_skip_blanks(document, at));

		depth += token.ptr[0] == '[' || token.ptr[0] == '{';
		depth -= token.ptr[0] == ']' || token.ptr[0] == '}';
		at += token.len;
	} while (depth > 0);
	return at;
}

bool
jsontext_number(struct view spelling, double *out)
{
	struct bytes text = BYTES_INIT(spelling.len + 1);
	char little[64];
	const char *digits = little;

	if (spelling.len < sizeof little) {
		memcpy(little, spelling.ptr, spelling.len);
		little[spelling.len] = '\0';
	} else {
		bytes_set(&text, spelling);
		digits = bytes_cstr(&text);
	}
	if (digits != NULL)
		*out = strtod(digits, NULL);
	bytes_clear(&text);
	return digits != NULL;
}

void
jsontext_compact(struct bytes *out, struct view document)
{
	size_t from = 0, at = 0, end;

	while (at < document.len) {
		if (document.ptr[at] == '"') {
			at = string_end(document, at);
		} else if ((end = jsontext_skip_blanks(document, at)) > at) {
			bytes_add(out, view_slice(document, from, at));
			from = at = end;
		} else {
			at++;
		}
	}
	bytes_add(out, view_slice(document, from, at));
}

struct pretty {
	struct bytes *out;
	bool colour;
	unsigned depth;
};

static void
new_line(struct pretty *p)
{
	bytes_add_char(p->out, '\n');
	for (unsigned i = 0; i < p->depth; i++)
		bytes_add(p->out, VIEW("  "));
}

static void
add_coloured(struct pretty *p, struct view token, bool name)
{
	const char *colour = name ? "\033[34;1m" : token.ptr[0] == '"' ? "\033[32m" :
	    token.ptr[0] == 'n' ? "\033[1;30m" : "\033[39m";

	if (p->colour)
		bytes_add_text(p->out, colour);
	bytes_add(p->out, token);
	if (p->colour)
		bytes_add(p->out, VIEW("\033[0m"));
}

/* One token; `next` is the one behind it, which tells a name from a string and an empty container. */
static void
pretty_token(struct pretty *p, struct view token, char next)
{
	switch (token.ptr[0]) {
	case '{': case '[':
		bytes_add(p->out, token);
		p->depth++;
		if (next != '}' && next != ']')
			new_line(p);
		break;
	case '}': case ']':
		bytes_add(p->out, token);
		break;
	case ',':
		bytes_add(p->out, token);
		new_line(p);
		break;
	case ':':
		bytes_add(p->out, VIEW(": "));
		break;
	default:
		add_coloured(p, token, next == ':');
	}
}

void
jsontext_pretty(struct bytes *out, struct view document, bool colour)
{
	struct pretty p = { .out = out, .colour = colour };
	size_t at = jsontext_skip_blanks(document, 0);
	char before = '\0';

	while (at < document.len) {
		struct view token = jsontext_token(document, at);
		char first = token.ptr[0], next;

		at = jsontext_skip_blanks(document, at + token.len);
		next = at < document.len ? document.ptr[at] : '\0';
		if (first == '}' || first == ']') {
			p.depth--;
			if (before != '{' && before != '[')
				new_line(&p);
		}
		pretty_token(&p, token, next);
		before = first;
	}
}
