#include "retry/retry.h"

#define COST 5
#define COST_OF_TIMEOUT 10
#define REFUND_OF_FIRST_ATTEMPT 1

static const char *const throttling_codes[] = {
	"BandwidthLimitExceeded", "EC2ThrottledException", "LimitExceededException",
	"PriorRequestNotComplete", "ProvisionedThroughputExceededException", "RequestLimitExceeded",
	"RequestThrottled", "RequestThrottledException", "SlowDown", "ThrottledException",
	"Throttling", "ThrottlingException", "TooManyRequestsException",
	"TransactionInProgressException",
};

static const char *const transient_codes[] = { "RequestTimeout", "RequestTimeoutException" };

/* With status 400 alone. */
static const char *const legacy_codes[] = {
	"ProvisionedThroughputExceededException", "RequestThrottledException", "ThrottledException",
	"Throttling", "ThrottlingException",
};

static const struct {
	const char *name;
	unsigned attempts;
} modes[] = {
	[RETRY_STANDARD] = { "standard", RETRY_ATTEMPTS_DEFAULT },
	[RETRY_LEGACY] = { "legacy", RETRY_ATTEMPTS_LEGACY },
	[RETRY_ADAPTIVE] = { "adaptive", RETRY_ATTEMPTS_DEFAULT },
};

enum retry_mode
retry_mode_of(const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(modes); i++)
		if (strcmp(word, modes[i].name) == 0)
			return (enum retry_mode)i;
	return RETRY_STANDARD;
}

const char *
retry_mode_name(enum retry_mode mode)
{
	return modes[mode].name;
}

unsigned
retry_attempts_default(enum retry_mode mode)
{
	return modes[mode].attempts;
}

static bool
is_one_of(struct view code, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (view_is(code, names[i]))
			return true;
	return false;
}

static bool
is_stumble(int status)
{
	return status == 500 || (status >= 502 && status <= 504);
}

static enum retry_class
legacy_class(int status, struct view code)
{
	if (status == 429 ||
	    (status == 400 && is_one_of(code, legacy_codes, ARRAY_LEN(legacy_codes))))
		return RETRY_THROTTLED;
	return is_stumble(status) || status == 509 ? RETRY_TRANSIENT : RETRY_NEVER;
}

enum retry_class
retry_class_of_error(enum retry_mode mode, int status, struct view code)
{
	if (mode == RETRY_LEGACY)
		return legacy_class(status, code);
	if (is_one_of(code, throttling_codes, ARRAY_LEN(throttling_codes)))
		return RETRY_THROTTLED;
	if (is_one_of(code, transient_codes, ARRAY_LEN(transient_codes)))
		return RETRY_TRANSIENT;
	return is_stumble(status) ? RETRY_TRANSIENT : RETRY_NEVER;
}

bool
retry_is_passing(int status, struct view code)
{
	return retry_class_of_error(RETRY_STANDARD, status, code) != RETRY_NEVER ||
	    retry_class_of_error(RETRY_LEGACY, status, code) != RETRY_NEVER;
}

enum retry_verdict
retry_next(struct retry *retry, struct retry_quota *quota, unsigned attempts_max,
    enum retry_class failure)
{
	unsigned cost = retry->mode == RETRY_LEGACY ? 0 : failure == RETRY_TIMEOUT ? COST_OF_TIMEOUT :
	    COST;

	if (failure == RETRY_NEVER)
		return RETRY_STOP;
	if (retry->attempts >= attempts_max)
		return RETRY_USED_UP;
	if (quota->left < cost)
		return RETRY_STOP;
	quota->left -= cost;
	retry->cost = cost;
	return RETRY_GO;
}

unsigned
retry_delay(const struct retry *retry, double random, unsigned after)
{
	unsigned longest = 1000, wait;
	unsigned bound = retry->mode == RETRY_LEGACY ? RETRY_WAIT_MAX : RETRY_DELAY_MAX;

	for (unsigned n = 1; n < retry->attempts && longest < bound; n++)
		longest *= 2;
	if (longest > bound)
		longest = bound;
	wait = (unsigned)(random * longest);
	return wait > after ? wait : after;
}

void
retry_succeeded(const struct retry *retry, struct retry_quota *quota)
{
	if (retry->mode == RETRY_LEGACY)
		return;
	quota->left += retry->cost > 0 ? retry->cost : REFUND_OF_FIRST_ATTEMPT;
	if (quota->left > RETRY_QUOTA_MAX)
		quota->left = RETRY_QUOTA_MAX;
}
