/*
 * retry: which failures are tried again, and when, as the SDKs' standard mode does it.
 *
 * Units:    delays in milliseconds; attempts count the first one.
 * Does not: sleep, draw random numbers, read a clock.
 */
#ifndef SSM_RETRY_H
#define SSM_RETRY_H

#include "bytes.h"

#define RETRY_ATTEMPTS_DEFAULT 3
#define RETRY_QUOTA_MAX 500
#define RETRY_DELAY_MAX 20000

enum retry_class {
	RETRY_NEVER,
	RETRY_TRANSIENT,		/* the service stumbled, or the connection broke */
	RETRY_TIMEOUT,			/* nobody answered in time: costs twice as much */
	RETRY_THROTTLED,
};

/* What a service error is, by its HTTP status and code. */
enum retry_class retry_class_of_error(int status, struct view code);

/* A process's allowance: what keeps many calls from hammering a service that is down. */
struct retry_quota {
	unsigned left;
};

#define RETRY_QUOTA_INIT { .left = RETRY_QUOTA_MAX }

/* One call. */
struct retry {
	unsigned attempts;		/* made so far */
	unsigned cost;			/* of the last retry; 0 before the first */
};

#define RETRY_INIT { .attempts = 0, .cost = 0 }

enum retry_verdict {
	RETRY_GO,			/* after retry_delay() */
	RETRY_STOP,			/* the failure is final */
	RETRY_USED_UP,			/* it would be tried again, but that was the last attempt */
};

/* The last attempt (counted by the caller) failed: RETRY_GO takes the cost from the quota. */
enum retry_verdict retry_next(struct retry *retry, struct retry_quota *quota,
    unsigned attempts_max, enum retry_class failure);

/* How long to wait before the next attempt; random is from 0 up to, not including, 1. */
unsigned retry_delay(const struct retry *retry, double random);

/* The call has ended with a 2xx answer: gives back to the quota. */
void retry_succeeded(const struct retry *retry, struct retry_quota *quota);

#endif
