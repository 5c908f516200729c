#include "core/base64.h"

#define LETTERS_AND_DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

static const char plain[] = LETTERS_AND_DIGITS "+/";

static void
add(struct bytes *out, struct view raw, const char *digits)
{
	unsigned bits = 0, count = 0;

	for (size_t i = 0; i < raw.len; i++) {
		bits = (bits << 8 | (unsigned char)raw.ptr[i]) & 0xFFFF;
		for (count += 8; count >= 6; count -= 6)
			bytes_add_char(out, digits[bits >> (count - 6) & 63]);
	}
	if (count > 0)
		bytes_add_char(out, digits[bits << (6 - count) & 63]);
}

void
base64_add(struct bytes *out, struct view raw)
{
	add(out, raw, plain);
	for (size_t i = raw.len; i % 3 != 0; i++)
		bytes_add_char(out, '=');
}

void
base64_add_url(struct bytes *out, struct view raw)
{
	add(out, raw, LETTERS_AND_DIGITS "-_");
}

bool
base64_decode(struct bytes *out, struct view text)
{
	unsigned group = 0;
	size_t count = 0, padding = 0;

	for (size_t i = 0; i < text.len; i++) {
		const char *digit = memchr(plain, text.ptr[i], sizeof plain - 1);

		if (text.ptr[i] == '\n' || text.ptr[i] == '\r')
			continue;
		if (text.ptr[i] == '=') {
			padding++;
			continue;
		}
		if (digit == NULL || padding > 0)
			return false;
		group = group << 6 | (unsigned)(digit - plain);
		if (++count % 4 != 1)
			bytes_add_char(out, (char)(group >> (6 - 2 * ((count - 1) % 4)) & 0xFF));
	}
	return count > 0 && padding < 4 && (count + padding) % 4 == 0;
}
