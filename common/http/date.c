#include "http/date.h"

#include <stdio.h>

#define DATE_MAX 40			/* and to spare */
#define FORM "%a, %d %b %Y %H:%M:%S"

/*
 * strptime() takes more than the form says: a date is one when it is written the same again. botocore has
 * the second zone.
 */
bool
httpdate_parse(struct view text, time_t *when)
{
	char copy[DATE_MAX];
	struct tm tm = { .tm_sec = 0 };
	struct view zone;

	if (text.len < HTTPDATE_LEN || text.len >= sizeof copy)
		return false;
	snprintf(copy, sizeof copy, "%.*s", VIEW_ARG(text));
	if (strptime(copy, FORM, &tm) == NULL || (*when = timegm(&tm)) < 0 || gmtime_r(when, &tm) == NULL ||
	    strftime(copy, sizeof copy, FORM, &tm) == 0 || !view_starts(text, view_of(copy)))
		return false;
	zone = view_slice(text, strlen(copy), text.len);
	return view_is(zone, " GMT") || view_is(zone, " -0000");
}

void
httpdate_format(char out[HTTPDATE_LEN + 1], time_t when)
{
	struct tm tm;

	gmtime_r(&when, &tm);
	strftime(out, HTTPDATE_LEN + 1, FORM " GMT", &tm);
}
