/* http/head: which heads are right, their fields, and what they ask for. */
#include "http/head.h"

#include <stdio.h>

#include "tap.h"

static const char *
line_fault(struct httphead *head, const char *const *lines)
{
	for (; *lines != NULL; lines++)
		if (!httphead_line(head, view_of(*lines)))
			return head->why;
	return httphead_is_framed(head) ? "" : "not framed";
}

static void
test_head(const char *expected, const char *title, const char *const *lines)
{
	struct httphead head = HTTPHEAD_INIT;

	is_text(line_fault(&head, lines), expected, "a head: %s", title);
	httphead_clear(&head);
}

#define HEAD(expected, title, ...) \
	test_head(expected, title, (const char *const[]){ __VA_ARGS__, NULL })

static void
test_nul(void)
{
	struct httphead head = HTTPHEAD_INIT;

	ok(httphead_line(&head, VIEW("HTTP/1.1 200 OK\r\n")) && !httphead_line(&head, VIEW("A: b\0c\r\n")),
	    "a head with a NUL is refused");
	is_text(head.why, "a NUL in the head", "for this reason");
	httphead_clear(&head);
}

static void
test_heads(void)
{
	HEAD("", "a length", "HTTP/1.1 200 OK\r\n", "Content-Length: 5\r\n", "\r\n");
	HEAD("", "chunks", "HTTP/1.1 200\r\n", "transfer-encoding:CHUNKED\r\n", "\r\n");
	HEAD("", "a 204 has no body", "HTTP/1.1 204 No\r\n", "\r\n");
	HEAD("", "interim", "HTTP/1.1 100 C\r\n", "Content-Length: 5\r\n", "\r\n", "HTTP/1.1 200 OK\r\n",
	    "Content-Length: 0\r\n", "\r\n");
	HEAD("not framed", "no length", "HTTP/1.1 200 OK\r\n", "\r\n");
	HEAD("not framed", "no end", "HTTP/1.1 200 OK\r\n", "Content-Length: 5\r\n");
	HEAD("not framed", "interim only", "HTTP/1.1 100 C\r\n", "\r\n");
	HEAD("a status line without a status", "no status", "HTTP/1.1\r\n");
	HEAD("a status line without a status", "two digits", "HTTP/1.1 20\r\n");
	HEAD("a status line without a status", "four digits", "HTTP/1.1 2000\r\n");
	HEAD("a status line without a status", "letters", "HTTP/1.1 2x0 OK\r\n");
	HEAD("a status line without a status", "one below 100", "HTTP/1.1 011 X\r\n");
	HEAD("a field before the status line", "no status line", "A: b\r\n");
	HEAD("a line of the head that is no field", "no colon", "HTTP/1.1 200 OK\r\n", "A\r\n");
	HEAD("a line of the head that is no field", "a folded line", "HTTP/1.1 200 OK\r\n", "A: b\r\n",
	    " c: d\r\n");
	HEAD("a line of the head that is no field", "a quote", "HTTP/1.1 200 OK\r\n", "\"A\": b\r\n");
	HEAD("the length of the body is said twice", "twice", "HTTP/1.1 200 OK\r\n",
	    "Content-Length: 5\r\n", "content-length: 5\r\n");
	HEAD("the length of the body is said twice", "length and chunks", "HTTP/1.1 200 OK\r\n",
	    "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n");
	HEAD("a Content-Length that is no number", "empty", "HTTP/1.1 200 OK\r\n", "Content-Length:\r\n");
	HEAD("a Content-Length that is no number", "huge", "HTTP/1.1 200 OK\r\n",
	    "Content-Length: 99999999999999999999\r\n");
	HEAD("a CR inside a line of the head", "a bare CR in a value", "HTTP/1.1 200 OK\r\n",
	    "A: b\rContent-Length: 9\r\n", "Content-Length: 5\r\n", "\r\n");
	HEAD("a CR inside a line of the head", "two of them at the end", "HTTP/1.1 200 OK\r\n", "A: b\r\r\n");
	test_nul();
	HEAD("an unknown Transfer-Encoding", "gzip", "HTTP/1.1 200 OK\r\n",
	    "Transfer-Encoding: gzip, chunked\r\n");
}

static void
test_fields(void)
{
	static const char *const lines[] = { "HTTP/1.1 200 OK\r\n", "X-Two:  a b \r\n", "x-TWO: c\r\n",
	    "Empty:\r\n", "Content-Length: 5\r\n", "\r\n", "Trailer: x\r\n", NULL };
	struct httphead head = HTTPHEAD_INIT;

	is_text(line_fault(&head, lines), "", "a head with a trailer");
	is_number(head.count, 4, "the trailer is left out");
	is_view(httphead_name(&head, 1), VIEW("x-two"), "names are in lower case");
	is_view(httphead_find(&head, "x-two"), VIEW("a b"), "the first of a name is found, trimmed");
	is_number(httphead_find(&head, "empty").len, 0, "an empty value");
	ok(httphead_find(&head, "none").ptr == NULL, "no value");
	httphead_clear(&head);
}

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
	test_heads();
	test_fields();
	test_after();
	return done_testing();
}
