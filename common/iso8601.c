#include "iso8601.h"

#define LAST_SECOND 253402300799LL		/* of the year 9999 */

/* Days from 1970-01-01 to a day of the Gregorian calendar. */
static long long
days_from_civil(int year, int month, int day)
{
	int y = month <= 2 ? year - 1 : year, era = y / 400, year_of_era = y - era * 400;
	int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return (long long)era * 146097 + day_of_era - 719468;
}

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
	if (v->len < digits)
		return false;
	*number = 0;
	for (size_t i = 0; i < digits; i++) {
		if (v->ptr[i] < '0' || v->ptr[i] > '9')
			return false;
		*number = *number * 10 + (v->ptr[i] - '0');
	}
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

static bool
take_date(struct view *v, long long *days)
{
	static const int lengths[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int year, month, day;
	bool extended, leap;

	if (!take_number(v, 4, &year))
		return false;
	extended = take_char(v, "-");
	if (!take_number(v, 2, &month) || (extended && !take_char(v, "-")) || !take_number(v, 2, &day))
		return false;
	leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	if (year < 1970 || month < 1 || month > 12 || day < 1 || day > lengths[month - 1] ||
	    (month == 2 && day == 29 && !leap))
		return false;
	*days = days_from_civil(year, month, day);
	return true;
}

static bool
take_clock(struct view *v, int *seconds)
{
	int hour, minute, second, digit;
	bool extended;

	if (!take_number(v, 2, &hour))
		return false;
	extended = take_char(v, ":");
	if (!take_number(v, 2, &minute) || (extended && !take_char(v, ":")) ||
	    !take_number(v, 2, &second) || hour > 23 || minute > 59 || second > 59)
		return false;
	if (take_char(v, ".,")) {
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
	int sign, hours, minutes;

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
	take_char(v, ":");
	if (!take_number(v, 2, &minutes) || hours > 14 || minutes > 59)
		return false;
	*seconds = sign * (hours * 3600 + minutes * 60);
	return true;
}

bool
iso8601_parse(struct view text, time_t *when)
{
	long long days, total;
	int seconds = 0, zone = 0;

	if (!take_date(&text, &days))
		return false;
	if (text.len > 0 && (!take_char(&text, "Tt ") || !take_clock(&text, &seconds) ||
	    !take_zone(&text, &zone) || text.len > 0))
		return false;
	total = days * 86400 + seconds - zone;
	*when = (time_t)total;
	return total >= 0 && total <= LAST_SECOND;
}
