#include "service/signatureage.h"

#include <stdio.h>

#include "core/iso8601.h"
#include "http/date.h"

#define SECOND 1000

bool
signatureage_of(const struct request *request, long long now, long long *age)
{
	time_t signed_at;

	if (request_header(request, "authorization").len == 0 ||
	    !iso8601_parse(request_header(request, "x-amz-date"), &signed_at))
		return false;
	*age = now - (long long)signed_at * SECOND;
	return true;
}

long long
signatureage_now(const struct httphead *head, long long now)
{
	time_t date;

	if (!httpdate_parse(httphead_find(head, "date"), &date) || (long long)date * SECOND > now)
		return now;
	return (long long)date * SECOND;
}

/* The age for deciding: a Date of long ago would make a signature that never gets old. */
static bool
age_at_least(const struct request *request, long long now, unsigned held, long long *age)
{
	if (!signatureage_of(request, now, age))
		return false;
	if (*age < held)
		*age = held;
	return true;
}

bool
signatureage_is_over(const struct request *request, long long now, unsigned held, unsigned wait)
{
	long long age;

	return age_at_least(request, now, held, &age) && age + wait > SIGNATUREAGE_MAX * SECOND;
}

static void
format_age(char *text, size_t size, long long age, unsigned wait)
{
	if (wait > 0)
		snprintf(text, size, "the signature was made %lld s ago and would be too old in %.1f s, at the "
		    "next attempt (%d s)", age / SECOND, wait / (double)SECOND, SIGNATUREAGE_MAX);
	else
		snprintf(text, size, "the signature was made %lld s ago and is too old (%d s)", age / SECOND,
		    SIGNATUREAGE_MAX);
}

/* The last failure's code and message go behind ours, where a message that is too long is cut. */
enum ssm_err
signatureage_fail(const struct request *request, long long now, unsigned held, unsigned wait,
    struct ssm_error *err)
{
	char text[160];
	long long age = 0;

	age_at_least(request, now, held, &age);
	format_age(text, sizeof text, age, wait);
	if (err->rc == SSM_OK)
		err->message[0] = '\0';
	else if (err->service)
		ssm_error_prefix(err, "; the last attempt failed: %s: ", err->code);
	else
		ssm_error_prefix(err, "; the last attempt failed: ");
	ssm_error_prefix(err, "%s: the request must be signed again", text);
	err->rc = SSM_E_AGAIN;
	err->service = false;
	err->retryable = true;
	err->clock_skew = 0;
	snprintf(err->code, sizeof err->code, "SignatureExpired");
	return err->rc;
}

static const char *const codes_of_time[] = { "InvalidSignatureException", "RequestExpired",
    "RequestTimeTooSkewed", "RequestInTheFuture", "SignatureDoesNotMatch" };
static const char *const words_of_time[] = { "Signature expired", "not yet current" };

static bool
is_of_time(const struct ssm_error *err)
{
	for (size_t i = 0; i < ARRAY_LEN(codes_of_time); i++)
		if (strcmp(err->code, codes_of_time[i]) == 0)
			return true;
	for (size_t i = 0; i < ARRAY_LEN(words_of_time); i++)
		if (strstr(err->message, words_of_time[i]) != NULL)
			return true;
	return false;
}

static bool
has_any(struct view text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count && text.len > 0; i++)
		if (memmem(text.ptr, text.len, words[i], strlen(words[i])) != NULL)
			return true;
	return false;
}

/* Rounded, since a Date has whole seconds. */
static long long
seconds(long long milliseconds)
{
	return (milliseconds + (milliseconds < 0 ? -SECOND / 2 : SECOND / 2)) / SECOND;
}

/* What this machine's clock is ahead by, when that is more than a service lets pass. */
static bool
find_skew(const struct httphead *head, long long now, long long *skew)
{
	time_t date;

	if (!httpdate_parse(httphead_find(head, "date"), &date))
		return false;
	*skew = seconds(now - (long long)date * SECOND);
	return *skew > SIGNATUREAGE_SKEW || *skew < -SIGNATUREAGE_SKEW;
}

bool
signatureage_find_skew(const struct httphead *head, struct view body, long long now, long long *skew)
{
	return head->status >= 400 && head->status < 500 &&
	    (has_any(body, codes_of_time, ARRAY_LEN(codes_of_time)) ||
	    has_any(body, words_of_time, ARRAY_LEN(words_of_time))) && find_skew(head, now, skew);
}

void
signatureage_explain(const struct request *request, const struct httphead *head, long long now,
    struct ssm_error *err)
{
	long long skew, age;
	time_t date;

	if (now == 0 || !is_of_time(err) || !httpdate_parse(httphead_find(head, "date"), &date))
		return;
	if (find_skew(head, now, &skew)) {
		err->clock_skew = skew;
		ssm_error_add(err, "; this machine's clock is %lld s %s", skew < 0 ? -skew : skew,
		    skew < 0 ? "behind" : "ahead");
	} else if (signatureage_of(request, now, &age) && age > SIGNATUREAGE_MAX * SECOND)
		ssm_error_add(err, "; the request was signed %lld s ago", seconds(age));
	else if (signatureage_of(request, now, &age) && age < -SIGNATUREAGE_MAX * SECOND)
		ssm_error_add(err, "; the request was signed with a clock that is %lld s ahead", seconds(-age));
}
