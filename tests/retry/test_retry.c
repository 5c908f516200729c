/* retry: the classes, quota and back-off of each mode. */
#include <stdio.h>

#include "retry/retry.h"
#include "tap.h"

static void
test_classes(void)
{
	static const struct {
		int status;
		const char *code;
		enum retry_class expected;
	} cases[] = {
		{ 400, "Throttling", RETRY_THROTTLED }, { 400, "ThrottlingException", RETRY_THROTTLED },
		{ 400, "ThrottledException", RETRY_THROTTLED },
		{ 400, "RequestThrottledException", RETRY_THROTTLED },
		{ 400, "ProvisionedThroughputExceededException", RETRY_THROTTLED },
		{ 400, "RequestThrottled", RETRY_THROTTLED }, { 400, "SlowDown", RETRY_THROTTLED },
		{ 400, "TooManyRequestsException", RETRY_THROTTLED },
		{ 400, "TransactionInProgressException", RETRY_THROTTLED },
		{ 400, "RequestLimitExceeded", RETRY_THROTTLED },
		{ 400, "BandwidthLimitExceeded", RETRY_THROTTLED },
		{ 400, "LimitExceededException", RETRY_THROTTLED },
		{ 400, "PriorRequestNotComplete", RETRY_THROTTLED },
		{ 400, "EC2ThrottledException", RETRY_THROTTLED },
		{ 429, "ThrottlingException", RETRY_THROTTLED },
		{ 400, "RequestTimeout", RETRY_TRANSIENT },
		{ 400, "RequestTimeoutException", RETRY_TRANSIENT },
		{ 500, "500", RETRY_TRANSIENT }, { 502, "", RETRY_TRANSIENT },
		{ 503, "ServiceUnavailable", RETRY_TRANSIENT }, { 504, "x", RETRY_TRANSIENT },
		{ 501, "", RETRY_NEVER }, { 509, "", RETRY_NEVER }, { 599, "", RETRY_NEVER },
		{ 429, "429", RETRY_NEVER }, { 408, "408", RETRY_NEVER }, { 301, "301", RETRY_NEVER },
		{ 400, "InternalServerError", RETRY_NEVER }, { 400, "ServiceUnavailable", RETRY_NEVER },
		{ 400, "throttling", RETRY_NEVER }, { 400, "Throttlin", RETRY_NEVER },
		{ 403, "ExpiredTokenException", RETRY_NEVER },
		{ 403, "AccessDeniedException", RETRY_NEVER },
		{ 403, "InvalidSignatureException", RETRY_NEVER },
		{ 400, "DoesNotExistException", RETRY_NEVER },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		is_number(retry_class_of_error(RETRY_STANDARD, cases[i].status, view_of(cases[i].code)),
		    cases[i].expected, "the class of a %d %s", cases[i].status, cases[i].code);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		is_number(retry_class_of_error(RETRY_ADAPTIVE, cases[i].status, view_of(cases[i].code)),
		    cases[i].expected, "in adaptive mode: a %d %s", cases[i].status, cases[i].code);
}

static void
test_legacy_classes(void)
{
	static const struct {
		int status;
		const char *code;
		enum retry_class expected;
	} cases[] = {
		{ 500, "500", RETRY_TRANSIENT }, { 502, "", RETRY_TRANSIENT }, { 503, "x", RETRY_TRANSIENT },
		{ 504, "", RETRY_TRANSIENT }, { 509, "", RETRY_TRANSIENT }, { 501, "", RETRY_NEVER },
		{ 429, "429", RETRY_THROTTLED }, { 429, "AccessDeniedException", RETRY_THROTTLED },
		{ 400, "Throttling", RETRY_THROTTLED }, { 400, "ThrottlingException", RETRY_THROTTLED },
		{ 400, "ThrottledException", RETRY_THROTTLED },
		{ 400, "RequestThrottledException", RETRY_THROTTLED },
		{ 400, "ProvisionedThroughputExceededException", RETRY_THROTTLED },
		{ 403, "ThrottlingException", RETRY_NEVER }, { 400, "RequestThrottled", RETRY_NEVER },
		{ 400, "TooManyRequestsException", RETRY_NEVER }, { 400, "SlowDown", RETRY_NEVER },
		{ 400, "RequestLimitExceeded", RETRY_NEVER }, { 400, "RequestTimeout", RETRY_NEVER },
		{ 400, "RequestTimeoutException", RETRY_NEVER }, { 408, "408", RETRY_NEVER },
		{ 400, "ExpiredTokenException", RETRY_NEVER }, { 301, "301", RETRY_NEVER },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		is_number(retry_class_of_error(RETRY_LEGACY, cases[i].status, view_of(cases[i].code)),
		    cases[i].expected, "in legacy mode: a %d %s", cases[i].status, cases[i].code);
	ok(retry_is_passing(400, VIEW("SlowDown")), "what standard mode retries passes by itself");
	ok(retry_is_passing(509, VIEW("")), "so does what legacy mode retries");
	ok(!retry_is_passing(403, VIEW("AccessDeniedException")), "and nothing else");
}

static void
test_modes(void)
{
	static const char *const names[] = { "legacy", "standard", "adaptive" };
	static const enum retry_mode modes[] = { RETRY_LEGACY, RETRY_STANDARD, RETRY_ADAPTIVE };
	static const unsigned attempts[] = { 5, 3, 3 };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		is_number(retry_mode_of(names[i]), modes[i], "the mode %s", names[i]);
		is_text(retry_mode_name(modes[i]), names[i], "and its name");
		is_number(retry_attempts_default(modes[i]), attempts[i], "and its attempts");
	}
}

static void
test_attempts(void)
{
	struct retry_quota quota = RETRY_QUOTA_INIT;
	struct retry retry = RETRY_INIT;

	retry.attempts = 1;
	is_number(retry_next(&retry, &quota, 3, RETRY_NEVER), RETRY_STOP, "what cannot heal is final");
	is_number(quota.left, 500, "and costs nothing");
	is_number(retry_next(&retry, &quota, 3, RETRY_TRANSIENT), RETRY_GO, "a second attempt of three");
	retry.attempts = 2;
	is_number(retry_next(&retry, &quota, 3, RETRY_TIMEOUT), RETRY_GO, "a third");
	is_number(quota.left, 485, "a retry costs 5, one of a timeout 10");
	retry.attempts = 3;
	is_number(retry_next(&retry, &quota, 3, RETRY_THROTTLED), RETRY_USED_UP, "no fourth");
	is_number(quota.left, 485, "which costs nothing");
	is_number(retry_next(&retry, &quota, 3, RETRY_NEVER), RETRY_STOP,
	    "attempts are not used up by what is never tried again");
	retry.attempts = 1;
	is_number(retry_next(&retry, &quota, 1, RETRY_TRANSIENT), RETRY_USED_UP, "one attempt only");
}

static void
test_quota(void)
{
	struct retry_quota quota = RETRY_QUOTA_INIT;
	struct retry first = { .attempts = 1 }, second = { .attempts = 1 };
	unsigned made = 0;

	while (made < 1000 && retry_next(&first, &quota, 2, RETRY_TRANSIENT) == RETRY_GO)
		made++;
	is_number(made, 100, "the quota is for a hundred retries");
	is_number(retry_next(&second, &quota, 2, RETRY_TRANSIENT), RETRY_STOP,
	    "then a failure is final, without being told as used up");
	retry_succeeded(&second, &quota);
	is_number(quota.left, 1, "a success at the first attempt gives 1 back");
	quota.left = 9;
	is_number(retry_next(&second, &quota, 2, RETRY_TIMEOUT), RETRY_STOP, "9 are not enough for a timeout");
	is_number(retry_next(&second, &quota, 2, RETRY_THROTTLED), RETRY_GO, "but for something else");
	is_number(quota.left, 4, "4 are left");
	retry_succeeded(&second, &quota);
	is_number(quota.left, 9, "a success after retries gives back what the last one cost");
	quota.left = 498;
	retry_succeeded(&second, &quota);
	is_number(quota.left, 500, "there is never more than at the start");
}

static void
test_legacy(void)
{
	struct retry_quota quota = { .left = 3 };
	struct retry retry = { .mode = RETRY_LEGACY, .attempts = 1 };

	is_number(retry_next(&retry, &quota, 5, RETRY_TIMEOUT), RETRY_GO, "legacy mode asks no quota");
	is_number(quota.left, 3, "and takes nothing from it");
	retry_succeeded(&retry, &quota);
	is_number(quota.left, 3, "nor gives anything back");
	retry.attempts = 5;
	is_number(retry_next(&retry, &quota, 5, RETRY_TIMEOUT), RETRY_USED_UP, "attempts end all the same");
	is_number(retry_delay(&retry, 0.5, 0), 8000, "its wait doubles");
	retry.attempts = 7;
	is_number(retry_delay(&retry, 0.5, 0), 32000, "beyond 20 s");
	retry.attempts = 1000;
	is_number(retry_delay(&retry, 0.5, 0), RETRY_WAIT_MAX / 2, "as far as numbers go");
}

static void
test_asked_for(void)
{
	const struct retry retry = { .attempts = 2 };

	is_number(retry_delay(&retry, 0.5, 999), 1000, "the back-off counts when it is longer");
	is_number(retry_delay(&retry, 0.5, 1001), 1001, "else what was asked for");
}

static void
test_delay(void)
{
	static const unsigned longest[] = { 1000, 2000, 4000, 8000, 16000, 20000, 20000 };

	for (unsigned i = 0; i < ARRAY_LEN(longest); i++) {
		struct retry retry = { .attempts = i + 1 };

		is_number(retry_delay(&retry, 0.999999, 0), longest[i] - 1,
		    "the longest wait after failure %u", i + 1);
		is_number(retry_delay(&retry, 0.5, 0), longest[i] / 2, "half of it after failure %u", i + 1);
		is_number(retry_delay(&retry, 0, 0), 0, "the shortest after failure %u is none", i + 1);
	}
	is_number(retry_delay(&(struct retry){ .attempts = 4000000000U }, 0.5, 0), 10000,
	    "the wait after very many failures");
}

int
main(void)
{
	test_classes();
	test_legacy_classes();
	test_modes();
	test_attempts();
	test_quota();
	test_legacy();
	test_asked_for();
	test_delay();
	return done_testing();
}
