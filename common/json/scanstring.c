#include "json/scanstring.h"

#include <string.h>

#include "core/ascii.h"

void
scanstring_start(struct scanstring *string)
{
	string->state = SCANSTRING_PLAIN;
	string->pair = false;
}

/* The lead byte of a longer character; low and high bound the byte after it. */
static const char *
begin_utf8(struct scanstring *string, unsigned char c)
{
	if (c < 0xC2 || c > 0xF4)
		return "a byte that is not UTF-8";
	string->need = c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3;
	string->low = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
	string->high = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
	string->state = SCANSTRING_UTF8;
	return NULL;
}

static const char *
take_utf8(struct scanstring *string, unsigned char c)
{
	if (c < string->low || c > string->high)
		return "a byte that is not UTF-8";
	string->low = 0x80;
	string->high = 0xBF;
	if (--string->need == 0)
		string->state = SCANSTRING_PLAIN;
	return NULL;
}

/* What no plain text is, but for the quote at the end. */
static const char *
take_string(struct scanstring *string, unsigned char c)
{
	if (c == '\\')
		string->state = SCANSTRING_ESCAPE;
	else if (c < 0x20)
		return "a control character in a string";
	else if (c >= 0x80)
		return begin_utf8(string, c);
	return NULL;
}

static const char *
take_escape(struct scanstring *string, unsigned char c)
{
	if (c == 'u') {
		string->need = 4;
		string->unit = 0;
		string->state = SCANSTRING_HEX;
		return NULL;
	}
	if (c == '\0' || strchr("\"\\/bfnrt", c) == NULL)
		return "an unknown escape in a string";
	string->state = SCANSTRING_PLAIN;
	return NULL;
}

static const char *
end_unit(struct scanstring *string)
{
	bool high = string->unit >= 0xD800 && string->unit <= 0xDBFF;
	bool low = string->unit >= 0xDC00 && string->unit <= 0xDFFF;

	if (string->unit == 0)
		return "\\u0000 in a string";
	if (string->pair != low)
		return "half a surrogate pair in a string";
	string->pair = high;
	string->state = high ? SCANSTRING_PAIR : SCANSTRING_PLAIN;
	return NULL;
}

static const char *
take_hex(struct scanstring *string, unsigned char c)
{
	int digit = ascii_hex((char)c);

	if (digit < 0)
		return "\\u without four hexadecimal digits";
	string->unit = (uint16_t)((unsigned)string->unit << 4 | (unsigned)digit);
	return --string->need == 0 ? end_unit(string) : NULL;
}

const char *
scanstring_take(struct scanstring *string, unsigned char c)
{
	switch (string->state) {
	case SCANSTRING_UTF8:	return take_utf8(string, c);
	case SCANSTRING_ESCAPE:	return take_escape(string, c);
	case SCANSTRING_HEX:	return take_hex(string, c);
	case SCANSTRING_PAIR:
		string->state = SCANSTRING_PAIR_U;
		return c == '\\' ? NULL : "half a surrogate pair in a string";
	case SCANSTRING_PAIR_U:
		return c == 'u' ? take_escape(string, c) : "half a surrogate pair in a string";
	default:
		return take_string(string, c);
	}
}
