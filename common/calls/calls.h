/*
 * calls/calls: many calls in flight at once.
 *
 * Purpose:   one loop that reads request documents, sends them, and hands their answers on: in the order
 *            of the input or as they come, never more of them in memory than run.h says, nothing held
 *            back that could go out, no wait longer than was allowed.
 * Units:     milliseconds; 0 is no limit.
 * Errors:    each document's through records; the run's exit code too.
 */
#ifndef SSM_CALLS_CALLS_H
#define SSM_CALLS_CALLS_H

#include "calls/call.h"
#include "calls/options.h"
#include "cli/records.h"
#include "process/signals.h"

/*
 * Works through r->in. A signal ends it early, with interrupt->signal set: what was answered has been
 * written, and a message says how much was not.
 */
void calls_run(struct records *r, struct call_context *context, const struct calls_options *options,
    struct signals *interrupt);

#endif
