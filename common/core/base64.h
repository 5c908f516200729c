/*
 * core/base64: RFC 4648, both alphabets.
 *
 * Errors: the bytes that are appended to are sticky.
 */
#ifndef SSM_CORE_BASE64_H
#define SSM_CORE_BASE64_H

#include "core/bytes.h"

/* With '+', '/' and padding. */
void base64_add(struct bytes *out, struct view raw);

/* With '-' and '_', without padding. */
void base64_add_url(struct bytes *out, struct view raw);

/*
 * The first alphabet with its padding, CR and LF anywhere, and nothing else; false when it is something
 * else, or empty. What was decoded until then has been appended.
 */
bool base64_decode(struct bytes *out, struct view text) __attribute__((warn_unused_result));

#endif
