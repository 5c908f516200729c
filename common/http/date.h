/*
 * http/date: the dates of HTTP's header fields.
 *
 * Units: seconds since 1970, UTC.
 */
#ifndef SSM_HTTP_DATE_H
#define SSM_HTTP_DATE_H

#include <time.h>

#include "core/bytes.h"

/*
 * `Sun, 30 Aug 2015 12:36:00 GMT` (or -0000, as botocore writes GMT), with the day of the week that it
 * was. False for anything else, the two forms that nobody has used since 1997 too, and for years before
 * 1970.
 */
bool httpdate_parse(struct view text, time_t *when);

#define HTTPDATE_LEN 29

/* The first form, of years up to 9999, and a NUL. */
void httpdate_format(char out[HTTPDATE_LEN + 1], time_t when);

#endif
