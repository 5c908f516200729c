#include "promise.h"

#include <inttypes.h>

#include "session/liveness.h"

#define NEVER UINT64_MAX
#define DOUBLINGS_MAX 10

static uint64_t
later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

void
promise_open(struct promise *promise, struct ledger *ledger)
{
	*promise = (struct promise){ .ledger = ledger, .asked_by = NEVER, .waits = NEVER, .doubt = NEVER,
	    .lost = NEVER };
}

void
promise_opened(struct promise *promise, uint64_t now)
{
	promise->opened = promise->heard = now;
	promise->waits = promise->doubt = NEVER;
	promise->lost = NEVER;
	promise->open = true;
	promise->under_way = false;
	promise->asked_by = NEVER;
}

void
promise_heard(struct promise *promise, uint64_t now)
{
	promise->heard = now;
	promise->doubt = NEVER;
}

void
promise_waits(struct promise *promise, uint64_t since, uint64_t now)
{
	if (since != promise->waits)
		promise->waits_from = now;
	promise->waits = since;
}

/* Who was stopped has not read meanwhile what came. */
void
promise_woke(struct promise *promise, uint64_t now, bool slept)
{
	promise->free_from = later(promise->free_from, now);
	if (promise->asked_by != NEVER)
		promise->asked_by = later(promise->asked_by, now);
	if (slept)
		promise->doubt = now + LIVENESS_SOON;
	else
		promise_heard(promise, promise->went_on = now);
}

static uint64_t
step(unsigned failures)
{
	uint64_t longest = SCHEDULE_FIRST;

	if (failures == 0)
		return 0;
	for (unsigned i = 1; i < failures && i < DOUBLINGS_MAX; i++)
		longest *= 2;
	return longest < SCHEDULE_LONGEST ? longest : SCHEDULE_LONGEST;
}

/* The first rule stands above the others. */
static uint64_t
allowed(const struct promise *promise, uint64_t at)
{
	uint64_t oldest = promise->calls[promise->count % SCHEDULE_CALLS];

	return promise->count < SCHEDULE_CALLS ? at : later(at, oldest + SCHEDULE_SPAN + 1);
}

void
promise_changed(struct promise *promise, uint64_t now)
{
	uint64_t soon = allowed(promise, now);

	if (soon < promise->asked_by && promise->asked_by != NEVER)
		promise->asked_by = soon;
}

void
promise_failed(struct promise *promise, uint64_t now)
{
	if (promise->open && now - promise->opened >= SCHEDULE_STABLE)
		promise->failures = 0;
	if (promise->open || promise->spoiled)
		promise->free_from = later(promise->free_from, now);
	if (promise->lost == NEVER)
		promise->lost = now;
	promise->open = promise->under_way = promise->spoiled = false;
	promise->asked_by = allowed(promise, now + step(promise->failures++));
}

void
promise_asked(struct promise *promise, uint64_t now)
{
	uint64_t *oldest = &promise->calls[promise->count % SCHEDULE_CALLS];

	if (promise->count >= SCHEDULE_CALLS && now - *oldest < SCHEDULE_SPAN)
		ledger_blame(promise->ledger, "more than %d questions in %d ms", SCHEDULE_CALLS, SCHEDULE_SPAN);
	if (now > promise->asked_by)
		ledger_blame(promise->ledger, "a question comes %" PRIu64 " ms too late", now - promise->asked_by);
	*oldest = now;
	promise->count++;
	promise->asked_by = NEVER;
	promise->under_way = true;
}

void
promise_outage(struct promise *promise, uint64_t until)
{
	promise->spoiled |= promise->under_way;
	promise->free_from = later(promise->free_from, until);
}

void
promise_check_open(struct promise *promise, uint64_t now, unsigned every, bool held)
{
	uint64_t from = later(later(promise->waits == NEVER ? 0 : promise->waits, promise->waits_from), promise->heard);

	if (held)
		promise_heard(promise, now);
	else if (now > promise->heard + every + LIVENESS_PATIENCE)
		ledger_blame(promise->ledger, "the connection is silent, and not lost");
	else if (promise->waits != NEVER && now > from + 2 * LIVENESS_SOON)
		ledger_blame(promise->ledger, "input is not answered, and the connection not lost");
	else if (now > promise->doubt)
		ledger_blame(promise->ledger, "nothing comes behind a sleep, and the connection is not lost");
}

void
promise_check_lost(struct promise *promise, uint64_t now, unsigned give_up)
{
	if (promise->asked_by != NEVER && now > promise->asked_by)
		ledger_blame(promise->ledger, "it is time for a question, and none comes");
	if (give_up != 0 && now > later(promise->lost + give_up, promise->went_on))
		ledger_blame(promise->ledger, "the session is not given up in time");
	if (!promise->spoiled && now > promise->free_from + SCHEDULE_LONGEST + 1 + PROMISE_ANSWER_MAX)
		ledger_blame(promise->ledger, "the service answers for %" PRIu64 " ms, and the client is not back",
		    now - promise->free_from);
}

void
promise_check_given_up(struct promise *promise, uint64_t now, unsigned give_up)
{
	if (give_up == 0 || now != later(promise->lost + give_up, promise->went_on))
		ledger_blame(promise->ledger, "given up %" PRIu64 " ms behind the loss", now - promise->lost);
}
