/*
 * promise: what a simulated client's connections keep to, measured by a clock of its own and not by what the client's
 * modules believe.
 *
 * Purpose:   - at most SCHEDULE_CALLS questions in any SCHEDULE_SPAN;
 *            - the next question comes within the step of the back-off: at once behind a loss, then 250 ms, twice as
 *              much each time, never more than SCHEDULE_LONGEST; at once when the machine wakes up or its network
 *              changes; only the first rule may put it off;
 *            - the client is back within one longest step, an answer and a dial, from when the service answers, or
 *              from the end of an attempt that began before;
 *            - a connection over which nothing comes is lost: a ping's interval and LIVENESS_PATIENCE behind the last
 *              sign of life, twice LIVENESS_SOON behind input that is not answered, LIVENESS_SOON behind a wake-up;
 *            - it is given up when the user has said so, neither sooner nor later.
 * Units:     milliseconds of the client's clock, which a machine asleep does not count.
 * Errors:    go to the ledger.
 */
#ifndef SSM_TESTS_PROMISE_H
#define SSM_TESTS_PROMISE_H

#include "ledger.h"
#include "session/schedule.h"

#define PROMISE_ANSWER_MAX 2500		/* for a question and a dial that find a service which answers */

struct promise {
	struct ledger *ledger;
	uint64_t calls[SCHEDULE_CALLS];	/* the last ones, in a ring */
	size_t count;
	unsigned failures;		/* since a connection stood for SCHEDULE_STABLE */
	uint64_t asked_by;		/* the next question comes until then */
	uint64_t free_from;		/* nothing has kept the client away since */
	bool under_way;			/* an attempt is */
	bool spoiled;			/* and has met an outage */
	uint64_t lost;			/* since when there is no connection; UINT64_MAX: there is one */
	uint64_t went_on;		/* when this process did last that was stopped */
	bool open;
	uint64_t opened, heard;		/* the connection; the last sign of life */
	uint64_t waits, waits_from;	/* input: of when it is, and since when that is known */
	uint64_t doubt;			/* a sign of life is due until then */
};

void promise_open(struct promise *promise, struct ledger *ledger);

void promise_opened(struct promise *promise, uint64_t now);
void promise_heard(struct promise *promise, uint64_t now);
void promise_waits(struct promise *promise, uint64_t since, uint64_t now);
void promise_woke(struct promise *promise, uint64_t now, bool slept);

/* Its network has changed, or it has slept. */
void promise_changed(struct promise *promise, uint64_t now);

/* A connection or an attempt is at its end, and there is to be another one. */
void promise_failed(struct promise *promise, uint64_t now);
void promise_asked(struct promise *promise, uint64_t now);

/* There is an outage until then. */
void promise_outage(struct promise *promise, uint64_t until);

/* While a connection stands, and while there is none; give_up 0: never. */
void promise_check_open(struct promise *promise, uint64_t now, unsigned every, bool held);
void promise_check_lost(struct promise *promise, uint64_t now, unsigned give_up);
void promise_check_given_up(struct promise *promise, uint64_t now, unsigned give_up);

#endif
