/*
 * calls: many calls on their way at once.
 *
 * Purpose:   one loop that reads request documents, sends them, and hands their answers on: in the order
 *            of the input or as they come, never more than the window of them in memory, nothing held
 *            back that could go out, no wait longer than was allowed.
 * Units:     milliseconds; 0 is no limit.
 * Errors:    each document's through records; the run's exit code too.
 */
#ifndef SSM_CALLS_H
#define SSM_CALLS_H

#include "call.h"
#include "callprogress.h"
#include "interrupt.h"
#include "records.h"

#define CALLS_CONCURRENCY_MAX 1024
#define CALLS_WINDOW 4			/* documents in memory for each request in flight */

struct calls_options {
	unsigned concurrency;		/* requests in flight, at most */
	bool unordered;
	unsigned deadline;		/* for all there is to do */
	double rate;			/* requests a second; 0 is no limit */
	enum progress_when progress;
};

/*
 * Works through r->in. A signal ends it early, with interrupt->signal set: what was answered has been
 * written, and a message says how much was not.
 */
void calls_run(struct records *r, struct call_world *world, const struct calls_options *options,
    struct interrupt *interrupt);

#endif
