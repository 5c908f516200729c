/*
 * core/utf8: strict UTF-8 (RFC 3629): no overlong form, no surrogate, nothing above U+10FFFF.
 */
#ifndef SSM_CORE_UTF8_H
#define SSM_CORE_UTF8_H

#include "core/bytes.h"

/* Length in bytes (1 to 4) of the character that text starts with, or 0 when it is malformed or cut. */
size_t utf8_length(struct view text);

/* Offset of the first byte that is not UTF-8, or text.len when all is well. */
size_t utf8_check(struct view text);

/* Characters in a text that is UTF-8. */
size_t utf8_count(struct view text);

/* The character that text starts with (utf8_length() is not 0). */
unsigned utf8_decode(struct view text);

/* The character's bytes (1 to 4) to `to`; returns how many. The code is not looked at. */
size_t utf8_encode(char *to, unsigned code);

#endif
