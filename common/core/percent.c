#include "core/percent.h"

#include "core/ascii.h"
#include "core/utf8.h"

static bool
is_unreserved(char c)
{
	return ascii_is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

void
percent_encode(struct bytes *out, struct view text, const char *keep)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (is_unreserved(c) || (c != '\0' && strchr(keep, c) != NULL)) {
			bytes_add_char(out, c);
			continue;
		}
		bytes_add_char(out, '%');
		bytes_add_char(out, digits[(unsigned char)c >> 4]);
		bytes_add_char(out, digits[(unsigned char)c & 15]);
	}
}

static bool
is_text(struct view v)
{
	for (size_t i = 0; i < v.len; i++)
		if ((unsigned char)v.ptr[i] < 0x20 || v.ptr[i] == 0x7F)
			return false;
	return utf8_check(v) == v.len;
}

bool
percent_decode(struct bytes *out, struct view text)
{
	size_t from = out->len;

	for (size_t i = 0; i < text.len; i++) {
		int high, low;

		if (text.ptr[i] != '%') {
			bytes_add_char(out, text.ptr[i]);
			continue;
		}
		if (i + 2 >= text.len || (high = ascii_hex(text.ptr[i + 1])) < 0 ||
		    (low = ascii_hex(text.ptr[i + 2])) < 0)
			return false;
		bytes_add_char(out, (char)(high << 4 | low));
		i += 2;
	}
	return bytes_failed(out) || is_text(view_slice(bytes_view(out), from, out->len));
}
