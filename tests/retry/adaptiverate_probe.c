/*
 * adaptiverate_probe: the adaptive limit at work on a tape of events.
 *
 * Reads lines `start T`, `send T`, `throttled T`, `other T`, T in milliseconds, and prints after each
 * one the wait, whether the limit is awake, the measured rate, and of the bucket rate, capacity and
 * tokens. A `send` goes when its wait is over.
 */
#include <stdio.h>

#include "retry/adaptiverate.h"

int
main(void)
{
	struct adaptiverate limit;
	char what[16];
	double now;

	while (scanf("%15s %lf", what, &now) == 2) {
		unsigned wait = 0;

		if (strcmp(what, "start") == 0)
			adaptiverate_start(&limit, now);
		else if (strcmp(what, "send") == 0) {
			wait = adaptiverate_wait(&limit, now);
			adaptiverate_take(&limit, now + wait);
		} else
			adaptiverate_answered(&limit, strcmp(what, "throttled") == 0, now);
		printf("%u %d %.17g %.17g %.17g %.17g\n", wait, limit.awake, limit.measured,
		    limit.bucket.rate, limit.bucket.capacity, limit.bucket.tokens);
	}
	return 0;
}
