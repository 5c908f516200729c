/* iso8601: what is a time and what is none, and X-Amz-Date. */
#include "core/iso8601.h"
#include "tap.h"

#define YEAR_2099 4070908800LL			/* 2099-01-01T00:00:00Z */

static const struct {
	const char *text;
	long long seconds;
} good[] = {
	{ "1970-01-01T00:00:00Z", 0 },
	{ "1970-01-01T00:00:01Z", 1 },
	{ "20150830T123600Z", 1440938160 },
	{ "2015-08-30T12:36:00Z", 1440938160 },
	{ "2099-01-01T00:00:00Z", YEAR_2099 },
	{ "20990101T000000Z", YEAR_2099 },
	{ "2099-01-01T00:00:00+00:00", YEAR_2099 },
	{ "2099-01-01T00:00:00-00:00", YEAR_2099 },
	{ "2099-01-01T00:00:00+0530", YEAR_2099 - 19800 },
	{ "2099-01-01T00:00:00+05:30", YEAR_2099 - 19800 },
	{ "2099-01-01T00:00:00-0800", YEAR_2099 + 28800 },
	{ "2099-01-01T00:00:00+14:00", YEAR_2099 - 50400 },
	{ "2099-01-01T00:00:00.123Z", YEAR_2099 },
	{ "2099-01-01T00:00:00.999999999+00:00", YEAR_2099 },
	{ "2099-01-01T00:00:00,5Z", YEAR_2099 },
	{ "20990101T000000.5Z", YEAR_2099 },
	{ "2099-01-01T00:00:00UTC", YEAR_2099 },
	{ "2099-01-01T00:00:00 UTC", YEAR_2099 },
	{ "2099-01-01T00:00:00GMT", YEAR_2099 },
	{ "2099-01-01T00:00:00 GMT", YEAR_2099 },
	{ "2099-01-01 00:00:00 GMT", YEAR_2099 },
	{ "2099-01-01t00:00:00z", YEAR_2099 },
	{ "2099-01-01 00:00:00Z", YEAR_2099 },
	{ "2099-01-01T00:00:00", YEAR_2099 },
	{ "2099-01-01", YEAR_2099 },
	{ "20990101", YEAR_2099 },
	{ "1999-12-31T23:59:59Z", 946684799 },
	{ "2000-02-29T00:00:00Z", 951782400 },
	{ "2000-03-01T00:00:00Z", 951868800 },
	{ "2024-02-29T12:00:00Z", 1709208000 },
	{ "2100-02-28T23:59:59Z", 4107542399 },
	{ "2100-03-01T00:00:00Z", 4107542400 },
	{ "1970-01-01T00:30:00+00:30", 0 },
	{ "9999-12-31T23:59:59Z", 253402300799 },
};

static const struct {
	const char *text, *why;
} bad[] = {
	{ "", "empty" },
	{ "now", "a word" },
	{ "1440938160", "seconds since 1970" },
	{ "1440938160000", "milliseconds" },
	{ "2099", "a year" },
	{ "2099-01", "a month" },
	{ "2099-13-01T00:00:00Z", "month 13" },
	{ "2099-00-01T00:00:00Z", "month 0" },
	{ "2099-01-00T00:00:00Z", "day 0" },
	{ "2099-01-32T00:00:00Z", "day 32" },
	{ "2099-04-31T00:00:00Z", "day 31 of April" },
	{ "2099-02-29T00:00:00Z", "29 February of a common year" },
	{ "2100-02-29T00:00:00Z", "29 February of 2100" },
	{ "2099-01-01T24:00:00Z", "hour 24" },
	{ "2099-01-01T00:60:00Z", "minute 60" },
	{ "2099-01-01T00:00:60Z", "second 60" },
	{ "2099-01-01T", "nothing behind T" },
	{ "2099-01-01T00Z", "an hour alone" },
	{ "2099-01-01T00:00:00.Z", "a point without a fraction" },
	{ "2099-01-01T00:00:00+5", "an offset of one digit" },
	{ "2099-01-01T00:00:00+15:00", "an offset of 15 hours" },
	{ "2099-01-01T00:00:00+00:60", "an offset of 60 minutes" },
	{ "2099-01-01T00:00:00+00:00Z", "two zones" },
	{ "2099-01-01T00:00:00CET", "another zone's name" },
	{ "2099-01-01T00:00:00Zx", "a letter behind it" },
	{ " 2099-01-01T00:00:00Z", "a blank before it" },
	{ "2099-1-1T00:00:00Z", "single digits" },
	{ "2099/01/01T00:00:00Z", "slashes" },
	{ "-2099-01-01T00:00:00Z", "a minus sign" },
	{ "1969-12-31T23:59:59Z", "a second before 1970" },
	{ "1970-01-01T00:00:00+00:01", "before 1970 in UTC" },
	{ "9999-12-31T23:59:59-00:01", "after 9999 in UTC" },
	{ "10000-01-01T00:00:00Z", "a year of five digits" },
};

static const struct {
	time_t when;
	const char *text;
} dates[] = {
	{ 0, "19700101T000000Z" },
	{ 1440938160, "20150830T123600Z" },
	{ 951782399, "20000228T235959Z" },
	{ 951782400, "20000229T000000Z" },
	{ 1709251199, "20240229T235959Z" },
	{ 4107542400, "21000301T000000Z" },
	{ 253402300799, "99991231T235959Z" },
};

/* Every 19th hour for 60 years, there and back. */
static void
test_round_trip(void)
{
	char text[AMZ_DATE_LEN + 1];
	long long wrong = 0;
	time_t back;

	for (time_t when = 0; when < 60LL * 366 * 86400; when += 19 * 3600 + 7) {
		iso8601_format_basic(text, when);
		if (!iso8601_parse(view_of(text), &back) || back != when)
			wrong++;
	}
	is_number(wrong, 0, "what is formatted is parsed to the same time");
}

static void
test_nul(void)
{
	time_t when;

	ok(!iso8601_parse(VIEW("2099-01-01\0"), &when), "a NUL behind a date is refused");
	ok(!iso8601_parse(VIEW("2099-01-01T00:00:00\0"), &when), "a NUL for a zone is refused");
	ok(!iso8601_parse(VIEW_NONE, &when), "no text is no time");
}

int
main(void)
{
	char text[AMZ_DATE_LEN + 1];
	time_t when;

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		if (ok(iso8601_parse(view_of(good[i].text), &when), "'%s' is a time", good[i].text))
			is_number(when, good[i].seconds, "'%s' in seconds", good[i].text);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		ok(!iso8601_parse(view_of(bad[i].text), &when), "'%s' is refused: %s", bad[i].text,
		    bad[i].why);
	for (size_t i = 0; i < ARRAY_LEN(dates); i++) {
		iso8601_format_basic(text, dates[i].when);
		is_text(text, dates[i].text, "%lld as X-Amz-Date", (long long)dates[i].when);
	}
	test_round_trip();
	test_nul();
	return done_testing();
}
