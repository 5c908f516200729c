#include "request/shorthand_words.h"

#include "core/blank.h"
#include "core/utf8.h"

static bool
begins_word(struct view here)
{
	unsigned code = utf8_decode(here);

	return code > ' ' && code <= 0xFFFF && memchr("\"',=[{", here.ptr[0], 6) == NULL;
}

static bool
goes_on(struct view here, enum shorthand_place place)
{
	unsigned code = utf8_decode(here);

	if (code < ' ' || code == ' ')
		return blank_length(here) > 0;
	return code <= 0xFFFF && memchr(place == SHORTHAND_FIRST ? "\"',]}" : "\"',=", here.ptr[0],
	    place == SHORTHAND_FIRST ? 5 : 4) == NULL;
}

size_t
shorthand_word(struct view text, enum shorthand_place place)
{
	size_t at = 0;

	while (at < text.len) {
		struct view here = view_slice(text, at, text.len);

		if (view_starts(here, VIEW("\\,")))
			at += 2;
		else if (at == 0 ? begins_word(here) : goes_on(here, place))
			at += utf8_length(here);
		else
			break;
	}
	return at;
}

size_t
shorthand_quoted(struct view text)
{
	size_t escaped = 0;

	for (size_t at = 1; at < text.len; at++) {
		if (text.ptr[at] == text.ptr[0])
			return at;
		if (text.ptr[at] == '\\' && at + 1 < text.len && text.ptr[at + 1] == text.ptr[0])
			escaped = ++at;
	}
	return escaped;
}

void
shorthand_unescape(struct bytes *out, struct view raw, char c)
{
	bytes_reset(out);
	for (size_t i = 0; i < raw.len; i++) {
		if (raw.ptr[i] == '\\' && i + 1 < raw.len && raw.ptr[i + 1] == c)
			i++;
		bytes_add_char(out, raw.ptr[i]);
	}
}
