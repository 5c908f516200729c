/*
 * retry/adaptiverate: how fast a client may send that was throttled, as the SDKs' adaptive mode has it.
 *
 * Purpose:  asleep until the first answer that throttles; from then on each request waits for a token,
 *           and the rate of tokens falls with each such answer and grows again, first fast, then slowly
 *           about the rate that was too much, then fast (CUBIC).
 * Units:    milliseconds by a clock that never jumps, with fractions; rates per second.
 * Does not: sleep, read a clock.
 */
#ifndef SSM_RETRY_ADAPTIVERATE_H
#define SSM_RETRY_ADAPTIVERATE_H

#include "retry/sendrate.h"

struct adaptiverate {
	bool awake;
	struct sendrate bucket;
	double measured;		/* answers a second, smoothed */
	double window;			/* when the one began that is being counted, in seconds */
	unsigned long long count;	/* of answers in it */
	double too_much;		/* the rate at which it was throttled last */
	double until;			/* seconds after that at which the rate is there again */
	double throttled;		/* when that was, in seconds */
};

void adaptiverate_start(struct adaptiverate *limit, double now);

/* How long until a request may go, rounded up; 0: now. */
unsigned adaptiverate_wait(struct adaptiverate *limit, double now);

/* One goes. */
void adaptiverate_take(struct adaptiverate *limit, double now);

/* An attempt has ended, with whatever: throttled is whether its failure was RETRY_THROTTLED. */
void adaptiverate_answered(struct adaptiverate *limit, bool throttled, double now);

#endif
