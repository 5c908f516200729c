/* signatureage: how old a signature is, and what is told of clocks. */
#include <stdio.h>

#include "service/signatureage.h"
#include "tap.h"

#define SIGNED 1440938160000LL		/* 20150830T123600Z, in milliseconds */

static struct header_field headers[] = {
	{ .name = { "x-amz-date", 10 }, .value = { "20150830T123600Z", 16 } },
	{ .name = { "authorization", 13 }, .value = { "AWS4-HMAC-SHA256 x", 18 } },
};

static const struct request signed_request = { .headers = headers, .header_count = 2 },
    unsigned_request = { .headers = headers, .header_count = 1 };

static void
test_age(void)
{
	struct header_field other = { VIEW("x-amz-date"), VIEW("now") };
	struct header_field pair[] = { other, headers[1] };
	const struct request odd = { .headers = pair, .header_count = 2 };
	long long age;

	ok(signatureage_of(&signed_request, SIGNED + 1500, &age) && age == 1500, "an age");
	ok(signatureage_of(&signed_request, SIGNED - 1500, &age) && age == -1500, "one to come");
	ok(!signatureage_of(&unsigned_request, SIGNED, &age), "what is not signed has none");
	ok(!signatureage_of(&odd, SIGNED, &age), "nor what has no date");
	ok(!signatureage_is_over(&signed_request, SIGNED, 0, 300000), "300 s are not too long");
	ok(signatureage_is_over(&signed_request, SIGNED, 0, 300001), "more are");
	ok(signatureage_is_over(&signed_request, SIGNED + 299000, 0, 1001), "waiting counts");
	ok(!signatureage_is_over(&signed_request, SIGNED - 60000, 0, 300000), "from when it was made, or by a date before that");
	ok(!signatureage_is_over(&unsigned_request, SIGNED + 900000, 0, 0), "what is not signed is never too old");
	ok(!signatureage_is_over(&odd, SIGNED + 900000, 0, 0), "nor is what has no date");
	ok(signatureage_is_over(&signed_request, SIGNED + 1, 0, 2000000000), "the longest wait is too long");
	ok(signatureage_is_over(&signed_request, 0, 0, 300001), "also by a date of long ago");
	ok(signatureage_is_over(&signed_request, 0, 200000, 100001), "which makes it no younger than it is known for");
	ok(!signatureage_is_over(&signed_request, 0, 200000, 100000), "and no older");
}

static void
test_now(void)
{
	struct httphead head = HTTPHEAD_INIT;

	httphead_line(&head, VIEW("HTTP/1.1 503 X\r\n"));
	httphead_line(&head, VIEW("\r\n"));
	is_number(signatureage_now(&head, SIGNED + 1), SIGNED + 1, "an answer without a Date tells no time");
	httphead_clear(&head);
	httphead_line(&head, VIEW("HTTP/1.1 503 X\r\n"));
	httphead_line(&head, VIEW("Date: Sun, 30 Aug 2015 12:36:00 GMT\r\n"));
	httphead_line(&head, VIEW("\r\n"));
	is_number(signatureage_now(&head, SIGNED + 900000), SIGNED, "one with a Date tells the service's");
	is_number(signatureage_now(&head, SIGNED - 900000), SIGNED - 900000, "which counts when it is earlier");
	httphead_clear(&head);
}

static void
test_fail(void)
{
	struct ssm_error err = SSM_ERROR_INIT;
	char filler[SSM_MESSAGE_MAX];

	ssm_fail(&err, SSM_E_AGAIN, "ThrottlingException", "slow down");
	err.service = true;
	snprintf(err.request_id, sizeof err.request_id, "r-1");
	bytes_set(&err.metadata, VIEW("{}"));
	is_number(signatureage_fail(&signed_request, SIGNED + 290900, 0, 12340, &err), SSM_E_AGAIN, "it is temporary");
	is_text(err.code, "SignatureExpired", "with a code");
	is_text(err.message, "the signature was made 290 s ago and would be too old in 12.3 s, at the next attempt (300 s): "
	    "the request must be signed again; the last attempt failed: ThrottlingException: slow down",
	    "and a reason");
	ok(err.retryable && !err.service, "ours, and one that can be tried again");
	is_text(err.request_id, "r-1", "what the last answer said is kept");
	is_view(bytes_view(&err.metadata), VIEW("{}"), "all of it");
	memset(filler, 'x', sizeof filler - 1);
	filler[sizeof filler - 1] = '\0';
	ssm_fail(&err, SSM_E_AGAIN, "X", "%s", filler);
	signatureage_fail(&signed_request, SIGNED + 400000, 0, 0, &err);
	ok(view_starts(view_of(err.message), VIEW("the signature was made 400 s ago and is too old (300 s): ")) &&
	    strlen(err.message) == SSM_MESSAGE_MAX - 1, "of a long message the end is cut");
	ssm_fail(&err, SSM_E_AGAIN, "ConnectTimeoutError", "Connect timeout");
	signatureage_fail(&signed_request, SIGNED + 400000, 0, 5, &err);
	ok(strstr(err.message, "; the last attempt failed: Connect timeout") != NULL, "a transport's words");
	ssm_error_clear(&err);
	signatureage_fail(&signed_request, SIGNED + 400000, 0, 0, &err);
	is_text(err.message, "the signature was made 400 s ago and is too old (300 s): the request must be signed again",
	    "with no attempt before");
	signatureage_fail(&signed_request, 0, 200000, 100500, &err);
	ok(view_starts(view_of(err.message), VIEW("the signature was made 200 s ago and would be too old in 100.5 s")),
	    "with a date of long ago");
	ssm_error_clear(&err);
}

/* now: by this machine's clock; date: the service's, NULL for none. */
static void
check_explained(const char *code, const char *message, const char *date, long long now,
    long long skew, const char *expected)
{
	struct httphead head = HTTPHEAD_INIT;
	struct ssm_error err = SSM_ERROR_INIT;
	char line[96], whole[512];

	httphead_line(&head, VIEW("HTTP/1.1 403 X\r\n"));
	if (date != NULL) {
		snprintf(line, sizeof line, "Date: %s\r\n", date);
		httphead_line(&head, view_of(line));
	}
	ssm_fail(&err, SSM_E_SERVICE, code, "%s", message);
	signatureage_explain(&signed_request, &head, now, &err);
	snprintf(whole, sizeof whole, "%s%s", message, expected);
	is_text(err.message, whole, "%s '%s' at %lld", code, message, now - SIGNED);
	is_number(err.clock_skew, skew, "and the difference of clocks");
	ssm_error_clear(&err);
	httphead_clear(&head);
}

static void
test_explain(void)
{
	static const char at[] = "Sun, 30 Aug 2015 12:36:00 GMT", later[] = "Sun, 30 Aug 2015 12:46:00 GMT",
	    none[] = "";

	check_explained("RequestTimeTooSkewed", "m", at, SIGNED + 600400, 600,
	    "; this machine's clock is 600 s ahead");
	check_explained("RequestTimeTooSkewed", "m", at, SIGNED - 600400, -600,
	    "; this machine's clock is 600 s behind");
	check_explained("InvalidSignatureException", "m", later, SIGNED, -600,
	    "; this machine's clock is 600 s behind");
	check_explained("X", "Signature expired: a is now earlier than b", at, SIGNED + 241000, 241,
	    "; this machine's clock is 241 s ahead");
	check_explained("X", "Signature not yet current: c", at, SIGNED + 240000, 0, none);
	check_explained("InvalidSignatureException", "m", at, SIGNED - 240000, 0, none);
	check_explained("InvalidSignatureException", "m", later, SIGNED + 600000, 0,
	    "; the request was signed 600 s ago");
	check_explained("InvalidSignatureException", "m", "Sun, 30 Aug 2015 12:26:00 GMT", SIGNED - 600000, 0,
	    "; the request was signed with a clock that is 600 s ahead");
	check_explained("RequestExpired", "m", NULL, SIGNED + 900000, 0, none);
	check_explained("RequestExpired", "m", "yesterday", SIGNED + 900000, 0, none);
	check_explained("RequestExpired", "m", at, 0, 0, none);
	check_explained("AccessDeniedException", "m", at, SIGNED + 900000, 0, none);
}

int
main(void)
{
	test_age();
	test_now();
	test_fail();
	test_explain();
	return done_testing();
}
