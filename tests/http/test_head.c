/* http/head: what an answer's head asks for. */
#include "http/head.h"

#include <stdio.h>

#include "tap.h"

/* Retry-After and Date of an answer that came an hour early by its Date; NULL for none. */
static void
check_after(const char *after, const char *date, unsigned expected)
{
	struct httphead head = HTTPHEAD_INIT;
	char line[160];

	httphead_line(&head, VIEW("HTTP/1.1 503 X\r\n"));
	if (after != NULL) {
		snprintf(line, sizeof line, "Retry-After: %s\r\n", after);
		httphead_line(&head, view_of(line));
	}
	if (date != NULL) {
		snprintf(line, sizeof line, "Date: %s\r\n", date);
		httphead_line(&head, view_of(line));
	}
	is_number(httphead_retry_after(&head, 1440938160 + 3600), 0, "a head that is cut asks for nothing");
	httphead_line(&head, VIEW("\r\n"));
	is_number(httphead_retry_after(&head, 1440938160 + 3600), expected, "Retry-After '%s', Date '%s'",
	    after == NULL ? "" : after, date == NULL ? "" : date);
	httphead_clear(&head);
}

static void
test_after(void)
{
	static const char at[] = "Sun, 30 Aug 2015 12:36:00 GMT", next[] = "Sun, 30 Aug 2015 12:36:07 GMT",
	    hour[] = "Sun, 30 Aug 2015 13:36:05 GMT";

	check_after(NULL, at, 0);
	check_after("7", at, 7000);
	check_after("0", NULL, 0);
	check_after("007", NULL, 7000);
	check_after("-7", NULL, 0);
	check_after("7.5", NULL, 0);
	check_after("7 s", NULL, 0);
	check_after("", NULL, 0);
	check_after("soon", at, 0);
	check_after("1999999", NULL, 1999999000);
	check_after("2000001", NULL, HTTPHEAD_RETRY_AFTER_MAX);
	check_after("99999999999999999999999999", NULL, HTTPHEAD_RETRY_AFTER_MAX);
	check_after(next, at, 7000);
	check_after(at, next, 0);
	check_after(hour, NULL, 5000);
	check_after(hour, "some day", 5000);
	check_after("Fri, 31 Dec 9999 23:59:59 GMT", at, HTTPHEAD_RETRY_AFTER_MAX);
}

int
main(void)
{
	test_after();
	return done_testing();
}
