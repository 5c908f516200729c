#include "core/blank.h"

#include "core/utf8.h"

static bool
is_blank(unsigned code)
{
	return (code >= 0x09 && code <= 0x0D) || (code >= 0x1C && code <= 0x20) || code == 0x85 ||
	    code == 0xA0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200A) ||
	    code == 0x2028 || code == 0x2029 || code == 0x202F || code == 0x205F || code == 0x3000;
}

size_t
blank_length(struct view text)
{
	unsigned char first;

	if (text.len == 0)
		return 0;
	if ((first = (unsigned char)text.ptr[0]) < 0x80)
		return is_blank(first) ? 1 : 0;
	return utf8_length(text) != 0 && is_blank(utf8_decode(text)) ? utf8_length(text) : 0;
}

size_t
blank_indent(struct view text)
{
	size_t count = 0, len;

	for (; (len = blank_length(text)) != 0; count++)
		text = view_slice(text, len, text.len);
	return count;
}

/* Where the last character of text (not empty) begins. */
static size_t
last_character(struct view text)
{
	size_t at = text.len - 1;

	while (at > 0 && ((unsigned char)text.ptr[at] & 0xC0) == 0x80)
		at--;
	return at;
}

struct view
blank_trim_end(struct view text)
{
	while (text.len > 0) {
		size_t at = last_character(text);

		if (blank_length(view_slice(text, at, text.len)) != text.len - at)
			break;
		text.len = at;
	}
	return text;
}

struct view
blank_trim_start(struct view text)
{
	size_t len;

	while ((len = blank_length(text)) != 0)
		text = view_slice(text, len, text.len);
	return text;
}

struct view
blank_trim(struct view text)
{
	return blank_trim_end(blank_trim_start(text));
}
