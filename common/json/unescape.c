#include "json/unescape.h"

#include "core/ascii.h"
#include "core/utf8.h"

static unsigned
hex_unit(const char *digits)
{
	unsigned unit = 0;

	for (int i = 0; i < 4; i++)
		unit = unit << 4 | (unsigned)ascii_hex(digits[i]);
	return unit;
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
	return to + utf8_encode(to, code);
}

struct view
jsonunescape(char *to, struct view raw)
{
	const char *from = raw.ptr, *end = raw.ptr + raw.len;
	char *text = to;

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

struct view
jsonunescape_into(struct bytes *room, struct view raw)
{
	char *to;

	if (!jsonunescape_is_needed(raw))
		return raw;
	bytes_reset(room);
	if ((to = bytes_room(room, raw.len)) == NULL)
		return VIEW_NONE;
	bytes_grew(room, jsonunescape(to, raw).len);
	return bytes_view(room);
}
