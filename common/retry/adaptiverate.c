#include "retry/adaptiverate.h"

#define SECOND 1000.0
#define WINDOW 0.5			/* seconds */
#define SMOOTHING 0.8			/* the newest window's part in the measured rate */
#define SCALE 0.4
#define BETA 0.7			/* what is left of a rate that was too much */
#define RATE_MIN 0.5
#define MEASURED_TIMES 2		/* more than was measured is never allowed */

/* By Newton's method, from above: libm is not needed for this alone. */
static double
cube_root(double x)
{
	double root = x > 1 ? x : 1, next;

	if (x <= 0)
		return 0;
	for (;;) {
		next = (2 * root + x / (root * root)) / 3;
		if (next >= root)
			return root;
		root = next;
	}
}

void
adaptiverate_start(struct adaptiverate *limit, double now)
{
	*limit = (struct adaptiverate){ .window = (double)(long long)(now / SECOND),
	    .throttled = now / SECOND, .bucket = { .rate = 1, .capacity = 1, .last = now } };
}

unsigned
adaptiverate_wait(struct adaptiverate *limit, double now)
{
	return limit->awake ? sendrate_wait(&limit->bucket, now) : 0;
}

void
adaptiverate_take(struct adaptiverate *limit, double now)
{
	if (limit->awake)
		sendrate_take(&limit->bucket, now);
}

static void
measure(struct adaptiverate *limit, double now)
{
	double window = (double)(long long)(now / WINDOW) * WINDOW;

	limit->count++;
	if (window <= limit->window)
		return;
	limit->measured = (double)limit->count / (window - limit->window) * SMOOTHING +
	    limit->measured * (1 - SMOOTHING);
	limit->count = 0;
	limit->window = window;
}

static double
rate_after_throttling(struct adaptiverate *limit, double now)
{
	double rate = limit->measured;

	if (limit->awake && limit->bucket.rate < rate)
		rate = limit->bucket.rate;
	limit->awake = true;
	limit->too_much = rate;
	limit->until = cube_root(rate * (1 - BETA) / SCALE);
	limit->throttled = now;
	return rate * BETA;
}

static double
rate_after_success(const struct adaptiverate *limit, double now)
{
	double t = now - limit->throttled - limit->until;

	return SCALE * t * t * t + limit->too_much;
}

void
adaptiverate_answered(struct adaptiverate *limit, bool throttled, double now)
{
	double rate;

	measure(limit, now / SECOND);
	rate = throttled ? rate_after_throttling(limit, now / SECOND) :
	    rate_after_success(limit, now / SECOND);
	if (rate > MEASURED_TIMES * limit->measured)
		rate = MEASURED_TIMES * limit->measured;
	sendrate_change(&limit->bucket, rate > RATE_MIN ? rate : RATE_MIN, rate > 1 ? rate : 1, now);
}
