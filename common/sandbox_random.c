#include "sandbox_random.h"

#include <stdlib.h>

static const char hex[] = "0123456789abcdef";

void
sandbox_random_hex(struct bytes *out, size_t digits)
{
	while (digits-- > 0)
		bytes_add_char(out, hex[arc4random_uniform(16)]);
}

void
sandbox_random_base64(struct bytes *out, size_t groups)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned char raw[96];

	while (groups > 0) {
		size_t count = 4 * groups < sizeof raw ? 4 * groups : sizeof raw;

		arc4random_buf(raw, count);
		for (size_t i = 0; i < count; i++)
			bytes_add_char(out, digits[raw[i] & 63]);
		groups -= count / 4;
	}
}

void
sandbox_random_uuid(char out[UUID_LEN + 1])
{
	unsigned char raw[16];
	size_t at = 0;

	arc4random_buf(raw, sizeof raw);
	raw[6] = (unsigned char)(0x40 | (raw[6] & 0x0F));
	raw[8] = (unsigned char)(0x80 | (raw[8] & 0x3F));
	for (size_t i = 0; i < sizeof raw; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			out[at++] = '-';
		out[at++] = hex[raw[i] >> 4];
		out[at++] = hex[raw[i] & 15];
	}
	out[at] = '\0';
}
