/*
 * calls/run: a run over many documents: what it has, and what goes on to standard output.
 *
 * Purpose:   the documents that are in memory, from reading to the end of each; the answers whose turn it is.
 *            calls.c drives it, ending.c ends it early.
 * Memory:    documents that have no answer yet are never more than the window, and in all never more than
 *            that many are held for the sake of a reader who is slow. Where one has no answer, because it waits
 *            for its next attempt, and others stand behind it in order, those go on: their answers are kept
 *            for it, up to RUN_KEPT_MAX bytes.
 * Ownership: a run owns its calls; of all else it borrows.
 */
#ifndef SSM_CALLS_RUN_H
#define SSM_CALLS_RUN_H

#include "calls/call.h"
#include "calls/callprogress.h"
#include "calls/options.h"
#include "calls/outcome.h"
#include "cli/records.h"
#include "process/loop.h"
#include "process/signals.h"

#define RUN_WINDOW 4			/* documents in memory for each request in flight */
#define RUN_KEPT_MAX ((size_t)32 * 1024 * 1024)

TAILQ_HEAD(outcome_list, outcome);

/*
 * An outcome is in the window from the reading of its document until it was settled. Until it is done there
 * is an open call, which is ready (in the order of its document), in flight, or waiting for its next attempt.
 */
struct run {
	struct records *records;
	struct call_context *context;
	const struct calls_options *options;
	struct signals *interrupt;
	struct outcome_list window;
	struct call_list open, ready, waiting;
	size_t opened, in_flight, done;		/* calls; of them in flight; outcomes that are done */
	size_t kept;				/* bytes of those */
	bool fresh;				/* there is something to look at before any wait */
	size_t number;				/* of the last document read */
	bool reading;				/* the input may hold more */
	enum input_status ended;		/* how it ended */
	struct ssm_error input_error;
	struct loop loop;			/* which libcurl waits for beside its own descriptors */
	struct loop_watch interrupted, in, out;
	struct loop_timer deadline;
	unsigned held_back;			/* how long the first that is ready is, for a rate's sake */
	struct callprogress progress;
};

/* A call for the next document, whose turn is behind all others; NULL when memory ended. */
struct call *run_open(struct run *run);

/* The call is done: what is left of it is its outcome, and there is something to hand on. */
void run_close(struct run *run, struct call *call);

/* The same for a failure that is none of its own: err, which is taken over. */
void run_fail(struct run *run, struct call *call, struct ssm_error *err);

/* The call is given up, and its document forgotten. */
void run_drop(struct run *run, struct call *call);

/* Whether another document may be read. */
bool run_has_room(const struct run *run);

/* No more is read; err, which is taken over, says why when it was not the end. */
void run_end_reading(struct run *run, enum input_status status, struct ssm_error *err);

/* Hands on what is done and whose turn it is, as long as somebody takes it. */
void run_hand_on(struct run *run);

/* Of the loop: to be told when there is room for output, or nobody to read it. */
void run_ask_for_output(struct run *run);

/* Whether the deadline has passed. */
bool run_is_over(const struct run *run);

/* Forgets all that is left. */
void run_clear(struct run *run);

#endif
