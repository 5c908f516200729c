#include "json/python.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/utf8.h"

void
python_float(char text[PYTHON_FLOAT_MAX], double number)
{
	int precision = 1, exponent;

	if (isnan(number) || isinf(number)) {
		strcpy(text, isnan(number) ? "nan" : number < 0 ? "-inf" : "inf");
		return;
	}
	do
		snprintf(text, PYTHON_FLOAT_MAX, "%.*e", precision - 1, number);
	while (strtod(text, NULL) != number && ++precision <= 17);
	exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
	if (exponent >= -4 && exponent < 16)
		snprintf(text, PYTHON_FLOAT_MAX, "%.*f",
		    precision - 1 > exponent ? precision - 1 - exponent : 1, number);
}

/* Unicode's controls, format characters, separators, private and lone halves; both ends belong to it. */
static const struct { unsigned first, last; } unseen[] = {
	{ 0x80, 0xA0 }, { 0xAD, 0xAD }, { 0x600, 0x605 }, { 0x61C, 0x61C }, { 0x6DD, 0x6DD },
	{ 0x70F, 0x70F }, { 0x890, 0x891 }, { 0x8E2, 0x8E2 }, { 0x1680, 0x1680 }, { 0x180E, 0x180E },
	{ 0x2000, 0x200F }, { 0x2028, 0x202F }, { 0x205F, 0x206F }, { 0x3000, 0x3000 },
	{ 0xD800, 0xF8FF }, { 0xFEFF, 0xFEFF }, { 0xFFF9, 0xFFFB }, { 0xFFFE, 0xFFFF },
	{ 0x110BD, 0x110BD }, { 0x110CD, 0x110CD }, { 0x13430, 0x13438 }, { 0x1BCA0, 0x1BCA3 },
	{ 0x1D173, 0x1D17A }, { 0xE0000, 0xE00FF }, { 0xE01F0, 0x10FFFF },
};

static bool
is_seen(unsigned code)
{
	if (code < 0x80)
		return code >= 0x20 && code != 0x7F;
	for (size_t i = 0; i < ARRAY_LEN(unseen); i++)
		if (code >= unseen[i].first && code <= unseen[i].last)
			return false;
	return true;
}

static void
add_escape(struct bytes *out, unsigned code)
{
	char text[16];

	if (code == '\n' || code == '\r' || code == '\t') {
		bytes_add_char(out, '\\');
		bytes_add_char(out, code == '\n' ? 'n' : code == '\r' ? 'r' : 't');
		return;
	}
	snprintf(text, sizeof text, code < 0x100 ? "\\x%02x" : code < 0x10000 ? "\\u%04x" : "\\U%08x",
	    code);
	bytes_add_text(out, text);
}

void
python_string(struct bytes *out, struct view text)
{
	char quote = view_find(text, '\'') < text.len && view_find(text, '"') == text.len ? '"' : '\'';

	bytes_add_char(out, quote);
	for (size_t at = 0, len; at < text.len; at += len) {
		struct view rest = view_slice(text, at, text.len);
		unsigned code = utf8_decode(rest);

		if ((len = utf8_length(rest)) == 0)
			break;
		if (code == (unsigned char)quote || code == '\\')
			bytes_add_char(out, '\\');
		if (is_seen(code))
			bytes_add(out, view_slice(text, at, at + len));
		else
			add_escape(out, code);
	}
	bytes_add_char(out, quote);
}
