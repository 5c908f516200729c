#include "core/utf8.h"

static bool
continues(const unsigned char *p, size_t len)
{
	for (size_t i = 1; i < len; i++)
		if ((p[i] & 0xC0) != 0x80)
			return false;
	return true;
}

size_t
utf8_length(struct view text)
{
	const unsigned char *p = (const unsigned char *)text.ptr;
	size_t len;

	if (text.len == 0)
		return 0;
	if (p[0] < 0x80)
		return 1;
	len = p[0] >= 0xC2 && p[0] <= 0xDF ? 2 : (p[0] & 0xF0) == 0xE0 ? 3 :
	    p[0] >= 0xF0 && p[0] <= 0xF4 ? 4 : 0;
	if (len == 0 || text.len < len || !continues(p, len))
		return 0;
	if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F) ||
	    (p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F))
		return 0;
	return len;
}

size_t
utf8_check(struct view text)
{
	size_t at = 0, len;

	while (at < text.len && (len = utf8_length(view_slice(text, at, text.len))) != 0)
		at += len;
	return at;
}

size_t
utf8_count(struct view text)
{
	size_t count = 0;

	for (size_t i = 0; i < text.len; i++)
		count += ((unsigned char)text.ptr[i] & 0xC0) != 0x80;
	return count;
}

unsigned
utf8_decode(struct view text)
{
	static const unsigned char lead[] = { 0, 0x7F, 0x1F, 0x0F, 0x07 };
	size_t len = utf8_length(text);
	unsigned code = (unsigned char)text.ptr[0] & lead[len];

	for (size_t i = 1; i < len; i++)
		code = code << 6 | ((unsigned char)text.ptr[i] & 0x3F);
	return code;
}

size_t
utf8_encode(char *to, unsigned code)
{
	static const unsigned char lead[] = { 0, 0, 0xC0, 0xE0, 0xF0 };
	size_t len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

	for (size_t i = len - 1; i > 0; i--, code >>= 6)
		to[i] = (char)(0x80 | (code & 0x3F));
	to[0] = (char)(lead[len] | code);
	return len;
}
