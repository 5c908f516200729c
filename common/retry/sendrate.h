/*
 * retry/sendrate: a token bucket: so many requests in so much time.
 *
 * Units:    milliseconds by a clock that never jumps, with fractions; rates per second.
 * Does not: sleep, read a clock.
 */
#ifndef SSM_RETRY_SENDRATE_H
#define SSM_RETRY_SENDRATE_H

#include "core/bytes.h"

struct sendrate {
	double rate;			/* tokens a second; 0: no limit */
	double capacity;		/* as many are kept at most */
	double tokens;
	double last;			/* when they were counted */
};

#define SENDRATE_INIT { .rate = 0 }	/* no limit */

/*
 * A rate as it is typed: 50, 0.5/s, 100/m. False for nothing, 0, what is no number, and what is less
 * than one a week or more than a million a second.
 */
bool sendrate_parse(struct view text, double *rate);

/* Starts full: with what a tenth of a second brings, or one. */
void sendrate_start(struct sendrate *bucket, double rate, double now);

/* Counts what came in by the old rate, then goes on with another. */
void sendrate_change(struct sendrate *bucket, double rate, double capacity, double now);

/* How long until a request may go, rounded up; 0: now. */
unsigned sendrate_wait(struct sendrate *bucket, double now);

/* One goes. When sendrate_wait() did not allow it, the next waits the longer. */
void sendrate_take(struct sendrate *bucket, double now);

#endif
