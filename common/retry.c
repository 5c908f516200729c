#include "retry.h"

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

static bool
is_one_of(struct view code, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (view_is(code, names[i]))
			return true;
	return false;
}

enum retry_class
retry_class_of_error(int status, struct view code)
{
	if (is_one_of(code, throttling_codes, ARRAY_LEN(throttling_codes)))
		return RETRY_THROTTLED;
	if (is_one_of(code, transient_codes, ARRAY_LEN(transient_codes)))
		return RETRY_TRANSIENT;
	return status == 500 || (status >= 502 && status <= 504) ? RETRY_TRANSIENT : RETRY_NEVER;
}

enum retry_verdict
retry_next(struct retry *retry, struct retry_quota *quota, unsigned attempts_max,
    enum retry_class failure)
{
	unsigned cost = failure == RETRY_TIMEOUT ? COST_OF_TIMEOUT : COST;

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
retry_delay(const struct retry *retry, double random)
{
	unsigned longest = 1000;

	for (unsigned n = 1; n < retry->attempts && longest < RETRY_DELAY_MAX; n++)
		longest *= 2;
	if (longest > RETRY_DELAY_MAX)
		longest = RETRY_DELAY_MAX;
	return (unsigned)(random * longest);
}

void
retry_succeeded(const struct retry *retry, struct retry_quota *quota)
{
	quota->left += retry->cost > 0 ? retry->cost : REFUND_OF_FIRST_ATTEMPT;
	if (quota->left > RETRY_QUOTA_MAX)
		quota->left = RETRY_QUOTA_MAX;
}
