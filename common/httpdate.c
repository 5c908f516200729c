#include "httpdate.h"

#define DATE_MAX 40			/* and to spare */

/* botocore has the second one. */
#define GMT "%a, %d %b %Y %H:%M:%S GMT"
#define ZERO "%a, %d %b %Y %H:%M:%S -0000"

/* strptime() takes more than the form says: a date is one when it is written the same again. */
static bool
parse_form(const char *text, bool gmt, time_t *when)
{
	struct tm tm = { .tm_sec = 0 };
	char again[DATE_MAX];
	const char *end = strptime(text, gmt ? GMT : ZERO, &tm);

	if (end == NULL || *end != '\0' || (*when = timegm(&tm)) < 0 || gmtime_r(when, &tm) == NULL)
		return false;
	if (gmt)
		strftime(again, sizeof again, GMT, &tm);
	else
		strftime(again, sizeof again, ZERO, &tm);
	return strcmp(again, text) == 0;
}

bool
httpdate_parse(struct view text, time_t *when)
{
	char copy[DATE_MAX];

	if (text.len == 0 || text.len >= sizeof copy || view_find(text, '\0') < text.len)
		return false;
	memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	return parse_form(copy, true, when) || parse_form(copy, false, when);
}
