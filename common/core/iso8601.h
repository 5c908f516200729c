/*
 * core/iso8601: UTC times, to and from seconds since 1970.
 */
#ifndef SSM_CORE_ISO8601_H
#define SSM_CORE_ISO8601_H

#include <time.h>

#include "core/bytes.h"

#define AMZ_DATE_LEN 16			/* 20150830T123600Z */
#define ISO8601_LEN 20			/* 2015-08-30T12:36:00Z */

/* Basic form, as in X-Amz-Date; text gets a NUL too. Years 1970 to 9999. */
void iso8601_format_basic(char text[AMZ_DATE_LEN + 1], time_t when);

/* Extended form, as in documents of keys; the same years. */
void iso8601_format_extended(char text[ISO8601_LEN + 1], time_t when);

/*
 * A time of the years 1970 to 9999: basic (20150830T123600Z) or extended (2015-08-30T12:36:00Z), without
 * seconds too, a fraction of them (dropped), an offset (+05:30, +0530, +05, Z, UTC), 't', 'z' and a blank
 * for T allowed; without a zone it is UTC. False when it is anything else.
 */
bool iso8601_parse(struct view text, time_t *when);

#endif
