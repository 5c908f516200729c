#include "core/iso8601.h"

#include "core/ascii.h"

#define LAST_SECOND 253402300799LL		/* of the year 9999 */

static struct tm
split(time_t when)
{
	struct tm tm;

	if (when < 0 || when > LAST_SECOND || gmtime_r(&when, &tm) == NULL)
		memset(&tm, 0, sizeof tm);
	return tm;
}

void
iso8601_format_basic(char text[AMZ_DATE_LEN + 1], time_t when)
{
	struct tm tm = split(when);

	strftime(text, AMZ_DATE_LEN + 1, "%Y%m%dT%H%M%SZ", &tm);
}

void
iso8601_format_extended(char text[ISO8601_LEN + 1], time_t when)
{
	struct tm tm = split(when);

	strftime(text, ISO8601_LEN + 1, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

/* Exactly `digits` digits off the front of *v. */
static bool
take_number(struct view *v, size_t digits, int *number)
{
	unsigned long long read;

	if (v->len < digits || !view_number(view_slice(*v, 0, digits), &read))
		return false;
	*number = (int)read;
	*v = view_slice(*v, digits, v->len);
	return true;
}

static bool
take_char(struct view *v, const char *any)
{
	if (v->len == 0 || strchr(any, v->ptr[0]) == NULL || v->ptr[0] == '\0')
		return false;
	*v = view_slice(*v, 1, v->len);
	return true;
}

/* The day's first second. timegm() takes any day of any month for one: then it is another one. */
static bool
take_date(struct view *v, time_t *when)
{
	struct tm tm = { .tm_sec = 0 };
	int year, month, day;
	bool extended;

	if (!take_number(v, 4, &year))
		return false;
	extended = take_char(v, "-");
	if (!take_number(v, 2, &month) || (extended && !take_char(v, "-")) || !take_number(v, 2, &day))
		return false;
	tm.tm_year = year - 1900;
	tm.tm_mon = month - 1;
	tm.tm_mday = day;
	*when = timegm(&tm);
	return year >= 1970 && tm.tm_mon == month - 1 && tm.tm_mday == day;
}

static bool
take_clock(struct view *v, int *seconds)
{
	int hour, minute, second, digit;
	bool extended, to_the_minute;

	if (!take_number(v, 2, &hour))
		return false;
	extended = take_char(v, ":");
	if (!take_number(v, 2, &minute))
		return false;
	to_the_minute = extended ? !take_char(v, ":") : v->len == 0 || !ascii_is_digit(v->ptr[0]);
	second = 0;
	if ((!to_the_minute && !take_number(v, 2, &second)) || hour > 23 || minute > 59 || second > 59)
		return false;
	if (!to_the_minute && take_char(v, ".,")) {
		if (!take_number(v, 1, &digit))
			return false;
		while (take_number(v, 1, &digit))
			;
	}
	*seconds = hour * 3600 + minute * 60 + second;
	return true;
}

/* Seconds east of UTC. */
static bool
take_zone(struct view *v, int *seconds)
{
	int sign, hours, minutes = 0;

	*seconds = 0;
	take_char(v, " ");
	if (v->len == 0 || view_equal_nocase(*v, VIEW("z")) || view_equal_nocase(*v, VIEW("utc")) ||
	    view_equal_nocase(*v, VIEW("gmt"))) {
		v->len = 0;
		return true;
	}
	sign = v->ptr[0] == '-' ? -1 : 1;
	if (!take_char(v, "+-") || !take_number(v, 2, &hours))
		return false;
	if ((take_char(v, ":") || v->len > 0) && !take_number(v, 2, &minutes))
		return false;
	if (hours > 14 || minutes > 59)
		return false;
	*seconds = sign * (hours * 3600 + minutes * 60);
	return true;
}

bool
iso8601_parse(struct view text, time_t *when)
{
	int seconds = 0, zone = 0;

	if (!take_date(&text, when))
		return false;
	if (text.len > 0 && (!take_char(&text, "Tt ") || !take_clock(&text, &seconds) ||
	    !take_zone(&text, &zone) || text.len > 0))
		return false;
	*when += seconds - zone;
	return *when >= 0 && *when <= LAST_SECOND;
}
