#include "core/uuid.h"

#include <string.h>

void
uuid_mark(unsigned char id[UUID_BYTES])
{
	id[6] = (unsigned char)((id[6] & 0x0F) | 0x40);		/* version 4 */
	id[8] = (unsigned char)((id[8] & 0x3F) | 0x80);		/* of the RFC's kind */
}

void
uuid_text(char out[UUID_LEN + 1], const unsigned char id[UUID_BYTES])
{
	static const char digits[] = "0123456789abcdef";

	for (unsigned i = 0; i < UUID_BYTES; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*out++ = '-';
		*out++ = digits[id[i] >> 4];
		*out++ = digits[id[i] & 0x0F];
	}
	*out = '\0';
}

void
uuid_format(char out[UUID_LEN + 1], const unsigned char random[UUID_BYTES])
{
	unsigned char id[UUID_BYTES];

	memcpy(id, random, sizeof id);
	uuid_mark(id);
	uuid_text(out, id);
}
