/*
 * service/signatureage: how old the signature of a request is, and whether clocks agree.
 *
 * Purpose:  a signature is good for five minutes by the service's clock. A request that would go out
 *           later than that need not be sent; of one that was refused for its time it is told which
 *           clock is wrong, or that it came too late.
 * Units:    now, and when an answer came, in milliseconds since 1970, by this machine's clock; waits
 *           in milliseconds, as is `held`: how long this process has had the request, by a clock that
 *           nobody's answer can move. No signature is younger than that, whatever a Date claims.
 * Errors:   SSM_E_AGAIN.
 * Does not: read the clock, look at a request without an authorization field.
 */
#ifndef SSM_SERVICE_SIGNATUREAGE_H
#define SSM_SERVICE_SIGNATUREAGE_H

#include "aws/request.h"
#include "http/head.h"

#define SIGNATUREAGE_MAX 300		/* seconds */
#define SIGNATUREAGE_SKEW 240		/* seconds that clocks may differ by before it is told */

/* How old the signature is, below 0 when it is of a time to come; false when there is none. */
bool signatureage_of(const struct request *request, long long now, long long *age);

/*
 * The time that an answer leaves for a signature: the earlier of this machine's and the service's, which
 * its Date tells. A request may have been signed with the service's time since this machine's is wrong.
 */
long long signatureage_now(const struct httphead *head, long long now);

/* Whether the request would go out too late after a wait. */
bool signatureage_is_over(const struct request *request, long long now, unsigned held, unsigned wait);

/*
 * Makes of the failure in err (of the last attempt; or SSM_OK, when there was none) that the next one
 * would come too late: SignatureExpired, exit code 75. What err knows of the last answer stays in it.
 */
enum ssm_err signatureage_fail(const struct request *request, long long now, unsigned held,
    unsigned wait, struct ssm_error *err);

/*
 * Whether an answer in any form refuses a signature for its time, or may, and the service's Date says that
 * this machine's clock is wrong: by *skew seconds, above 0 when it is ahead.
 */
bool signatureage_find_skew(const struct httphead *head, struct view body, long long now, long long *skew);

/*
 * To a failure that may be one of time (skewed clock, expired or future signature, wrong signature)
 * adds what the answer's Date tells of it: this machine's clock is wrong, which err->clock_skew then
 * says too, or the request was signed too long ago.
 */
void signatureage_explain(const struct request *request, const struct httphead *head, long long now,
    struct ssm_error *err);

#endif
