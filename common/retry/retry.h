/*
 * retry/retry: which failures are tried again, and when, as the SDKs' retry modes do it.
 *
 * Units:    delays in milliseconds; attempts count the first one.
 * Does not: sleep, draw random numbers, read a clock; hold calls back before they are throttled
 *           (adaptiverate.h).
 */
#ifndef SSM_RETRY_RETRY_H
#define SSM_RETRY_RETRY_H

#include <time.h>

#include "core/bytes.h"

#define RETRY_ATTEMPTS_DEFAULT 3
#define RETRY_ATTEMPTS_LEGACY 5
#define RETRY_QUOTA_MAX 500
#define RETRY_DELAY_MAX 20000		/* of the back-off; in legacy mode it goes on doubling */
#define RETRY_WAIT_MAX 2000000000	/* what no wait is longer than: three weeks */

enum retry_mode {
	RETRY_STANDARD,
	RETRY_LEGACY,			/* fewer codes, more attempts, no quota */
	RETRY_ADAPTIVE,			/* standard, and held back as adaptiverate.h says */
};

/* The mode of a word that settings_choice() has passed, its word, and how many attempts it makes. */
enum retry_mode retry_mode_of(const char *word);
const char *retry_mode_name(enum retry_mode mode);
unsigned retry_attempts_default(enum retry_mode mode);

enum retry_class {
	RETRY_NEVER,
	RETRY_TRANSIENT,		/* the service stumbled, or the connection broke */
	RETRY_TIMEOUT,			/* nobody answered in time: costs twice as much */
	RETRY_THROTTLED,
};

/* What a service error is, by its HTTP status and code. */
enum retry_class retry_class_of_error(enum retry_mode mode, int status, struct view code);

/* Whether it would pass by itself: some mode tries it again. That is no matter of the mode in use. */
bool retry_is_passing(int status, struct view code);

/* A process's allowance: what keeps many calls from hammering a service that is down. */
struct retry_quota {
	unsigned left;
};

#define RETRY_QUOTA_INIT { .left = RETRY_QUOTA_MAX }

/* One call. */
struct retry {
	enum retry_mode mode;
	unsigned attempts;		/* made so far */
	unsigned cost;			/* of the last retry; 0 before the first */
};

#define RETRY_INIT { .mode = RETRY_STANDARD, .attempts = 0, .cost = 0 }

enum retry_verdict {
	RETRY_GO,			/* after retry_delay() */
	RETRY_STOP,			/* the failure is final */
	RETRY_USED_UP,			/* it would be tried again, but that was the last attempt */
};

/*
 * The last attempt (counted by the caller) failed: RETRY_GO takes the cost from the quota, of which
 * legacy mode knows nothing.
 */
enum retry_verdict retry_next(struct retry *retry, struct retry_quota *quota,
    unsigned attempts_max, enum retry_class failure);

/*
 * How long to wait before the next attempt: the back-off, or `after` (what the answer asks for) when that is
 * longer. random is from 0 up to, not including, 1.
 */
unsigned retry_delay(const struct retry *retry, double random, unsigned after);

/* The call has ended with a 2xx answer: gives back to the quota. */
void retry_succeeded(const struct retry *retry, struct retry_quota *quota);

#endif
