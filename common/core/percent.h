/*
 * core/percent: RFC 3986 percent encoding.
 */
#ifndef SSM_CORE_PERCENT_H
#define SSM_CORE_PERCENT_H

#include "core/bytes.h"

/*
 * Every byte but the unreserved (A-Z a-z 0-9 - . _ ~) and those of `keep` as %XX, upper-case
 * hexadecimal.
 */
void percent_encode(struct bytes *out, struct view text, const char *keep);

/*
 * %XX decoded once; '+' stays a plus. False when a '%' is not followed by two hexadecimal digits
 * or the result holds a control character or is not UTF-8.
 */
bool percent_decode(struct bytes *out, struct view text);

#endif
