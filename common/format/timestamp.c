#include "format/timestamp.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define FIRST_SECOND (-62135596800LL)		/* of the year 1 */
#define LAST_SECOND 253402300799LL		/* of the year 9999 */
#define MICROSECONDS 1000000LL
#define NUMBER_MAX 64				/* of a number in quotes */
#define TEXT_MAX 160

struct moment {
	long long seconds, microseconds;
};

static long long
floor_of(double x)
{
	long long whole = (long long)x;

	return whole - ((double)whole > x);
}

/* Half to even, as Python does. */
static long long
rounded(double x)
{
	long long whole = floor_of(x);
	double rest = x - (double)whole;

	return rest > 0.5 || (rest == 0.5 && whole % 2 != 0) ? whole + 1 : whole;
}

/* As datetime.fromtimestamp() takes a float apart; false when it is out of bounds or none. */
static bool
split(struct moment *moment, double time)
{
	if (!(time >= (double)FIRST_SECOND && time < (double)LAST_SECOND + 1))
		return false;
	moment->seconds = floor_of(time);
	moment->microseconds = rounded((time - (double)moment->seconds) * (double)MICROSECONDS);
	if (moment->microseconds == MICROSECONDS) {
		moment->seconds++;
		moment->microseconds = 0;
	}
	return true;
}

/* The number in a text of nothing else. */
static bool
read_number(struct view text, double *number)
{
	char copy[NUMBER_MAX], *end;

	if (text.len == 0 || text.len >= sizeof copy ||
	    strspn(memcpy(copy, text.ptr, text.len), "+-.0123456789eE") < text.len)
		return false;
	copy[text.len] = '\0';
	*number = strtod(copy, &end);
	return *end == '\0' && end != copy;
}

/* "+05:30", and seconds of it where a zone has some. */
static void
add_offset(char *text, size_t size, long offset)
{
	long seconds = labs(offset);
	size_t len = (size_t)snprintf(text, size, "%c%02ld:%02ld", offset < 0 ? '-' : '+', seconds / 3600,
	    seconds / 60 % 60);

	if (seconds % 60 != 0)
		snprintf(text + len, size - len, ":%02ld", seconds % 60);
}

static const struct value *
format(struct arena *arena, const struct moment *moment)
{
	time_t when = (time_t)moment->seconds;
	char text[TEXT_MAX], fraction[32] = "", offset[48];
	struct tm tm;
	struct view copy;

	tzset();
	if (localtime_r(&when, &tm) == NULL || tm.tm_year < 1 - 1900 || tm.tm_year > 9999 - 1900)
		return NULL;
	if (moment->microseconds > 0)
		snprintf(fraction, sizeof fraction, ".%06lld", moment->microseconds);
	add_offset(offset, sizeof offset, tm.tm_gmtoff);
	snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d%s%s", tm.tm_year + 1900, tm.tm_mon + 1,
	    tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, fraction, offset);
	copy = arena_copy(arena, view_of(text));
	return copy.ptr == NULL ? NULL : value_string(arena, copy);
}

const struct value *
timestamp_iso8601(struct arena *arena, const struct value *value)
{
	struct moment moment;
	double time;

	if (value_is_number(value))
		time = value_double(value);
	else if (value->kind != VALUE_STRING || !read_number(value_text(value), &time))
		return value;
	return split(&moment, time) ? format(arena, &moment) : NULL;
}
