/*
 * check/run: asks the service about the items of a checklist.
 *
 * Purpose:   a round runs the suite's own tools, a pipeline for the sessions and one for the targets, at
 *            the same time, over all items that are not settled for good; rounds follow one another
 *            while waiting can help and there is time.
 * Units:     milliseconds of clock.h.
 * Ownership: everything is the caller's. When time is over the stages are told to end; one that does
 *            not is waited for no longer than a second.
 * Errors:    an item that nothing was heard of stays unknown, with the reason.
 * Does not:  open a socket, look at a token.
 */
#ifndef SSM_CHECK_RUN_H
#define SSM_CHECK_RUN_H

#include "check/pipe.h"
#include "process/signals.h"

struct checkrun {
	const struct cli *cli;
	const struct calloptions *options;	/* what the stages are told */
	struct checklist *list;
	struct signals *interrupt;
	uint64_t until;			/* everything ends then */
	uint64_t wait_until;		/* no new round begins then; 0: one round */
};

/* Returns early when a signal came: run->interrupt->signal is set then. */
void checkrun(struct checkrun *run);

#endif
