/* httpdate: the dates of HTTP, and what is none. */
#include "http/date.h"
#include "tap.h"

static void
test_dates(void)
{
	static const struct {
		const char *text;
		time_t when;
	} rows[] = {
		{ "Sun, 30 Aug 2015 12:36:00 GMT", 1440938160 },
		{ "Sun, 30 Aug 2015 12:36:00 -0000", 1440938160 },
		{ "Thu, 01 Jan 1970 00:00:00 GMT", 0 },
		{ "Sat, 29 Feb 2020 23:59:59 GMT", 1583020799 },
		{ "Fri, 31 Dec 9999 23:59:59 GMT", 253402300799 },
	};
	char text[HTTPDATE_LEN + 1];
	time_t when;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		when = -1;
		ok(httpdate_parse(view_of(rows[i].text), &when), "'%s' is a date", rows[i].text);
		is_number(when, rows[i].when, "and that second");
		httpdate_format(text, when);
		ok(strncmp(text, rows[i].text, strlen("Sun, 30 Aug 2015 12:36:00 ")) == 0 &&
		    strcmp(text + HTTPDATE_LEN - 3, "GMT") == 0, "which is written so, in GMT");
	}
}

static void
test_others(void)
{
	static const char *const texts[] = { "", " ", "now", "0", "2015-08-30T12:36:00Z",
	    "Mon, 30 Aug 2015 12:36:00 GMT",			/* it was a Sunday */
	    "Sun, 30 Aug 2015 12:36:00", "Sun, 30 Aug 2015 12:36:00 CET",
	    "Sun, 30 Aug 2015 12:36:00 GMT ", " Sun, 30 Aug 2015 12:36:00 GMT",
	    "Sun,  30 Aug 2015 12:36:00 GMT", "Sun, 30 aug 2015 12:36:00 GMT",
	    "Sun, 30 Aug 2015 12:36:60 GMT", "Sun, 30 Aug 2015 24:00:00 GMT",
	    "Sunday, 30-Aug-15 12:36:00 GMT", "Sun Aug 30 12:36:00 2015", "Sun, 30 Aug 2015 12:36:00 +0000",
	    "Sun, 31 Feb 2015 12:36:00 GMT", "Wed, 31 Dec 1969 23:59:59 GMT",
	    "Sun, 30 Aug 2015 12:36:00 GMTGMTGMTGMTGMTGMTGMTGMTGMT" };
	time_t when;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		ok(!httpdate_parse(view_of(texts[i]), &when), "'%s' is none", texts[i]);
	ok(!httpdate_parse(VIEW_NONE, &when), "neither is nothing");
	ok(!httpdate_parse(VIEW("Sun, 30 Aug 2015 12:36:00 GMT\0x"), &when), "nor one with a NUL behind it");
}

int
main(void)
{
	test_dates();
	test_others();
	return done_testing();
}
