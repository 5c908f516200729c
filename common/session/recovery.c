#include "session/recovery.h"

#define ASK_LIMIT 60000			/* milliseconds for one call, its retries and whatever finds the keys */

static void
on_due(void *owner)
{
	struct sessionrecovery *recovery = owner;

	recovery->due = true;
}

static void
set_timer(struct sessionrecovery *recovery, uint64_t at)
{
	recovery->due = false;
	recovery->timer.due = on_due;
	recovery->timer.owner = recovery;
	loop_set(recovery->how->loop, &recovery->timer, at < recovery->until ? at : recovery->until);
}

static void
wait_until(struct sessionrecovery *recovery, uint64_t at)
{
	recovery->state = SESSIONRECOVERY_WAITS;
	set_timer(recovery, at);
}

/* Not beyond the moment when it would be given up anyway. */
static unsigned
ask_limit(const struct sessionrecovery *recovery, uint64_t now)
{
	return recovery->until - now < ASK_LIMIT ? (unsigned)(recovery->until - now) : ASK_LIMIT;
}

/* The call found no network, or nobody at its other end. */
static bool
reached_nobody(const struct ssm_error *err)
{
	return err->rc == SSM_E_AGAIN && (strcmp(err->code, "EndpointConnectionError") == 0 ||
	    strcmp(err->code, "ConnectTimeoutError") == 0);
}

static void
wait_for_next(struct sessionrecovery *recovery)
{
	uint64_t now = loop_now(recovery->how->loop);

	wait_until(recovery, reached_nobody(&recovery->ask.err) ?
	    sessionschedule_unreached(&recovery->schedule, now, recovery->chance()) :
	    sessionschedule_next(&recovery->schedule, now, recovery->chance()));
}

void
sessionrecovery_begin(struct sessionrecovery *recovery)
{
	uint64_t now = loop_now(recovery->how->loop);

	recovery->hurried = false;
	sessionschedule_lost(&recovery->schedule, now);
	if (recovery->until == 0)
		recovery->until = recovery->give_up == 0 ? UINT64_MAX : now + recovery->give_up;
	wait_for_next(recovery);
}

void
sessionrecovery_succeeded(struct sessionrecovery *recovery)
{
	sessionschedule_opened(&recovery->schedule, loop_now(recovery->how->loop));
	loop_unset(&recovery->timer);
	recovery->until = 0;
	recovery->attempts = 0;
	recovery->told = SSM_OK;
	ssm_error_clear(&recovery->why);
}

void
sessionrecovery_hurry(struct sessionrecovery *recovery)
{
	uint64_t now = loop_now(recovery->how->loop);

	if (recovery->state == SESSIONRECOVERY_WAITS)
		wait_until(recovery, sessionschedule_at_once(&recovery->schedule, now));
	if (recovery->state != SESSIONRECOVERY_ASKS)
		return;
	recovery->hurried = true;
	sessionask_limit(&recovery->ask, recovery->how, now + RECOVERY_HURRY);
}

/* The service's word for a session that is over, from which on it refuses to end or resume it. */
static bool
says_over(const struct ssm_error *err)
{
	return err->rc == SSM_E_NO || (err->service && strcmp(err->code, "ValidationException") == 0 &&
	    strstr(err->message, "not in a valid state") != NULL);
}

/* For the words when it is given up. */
static void
keep_why(struct sessionrecovery *recovery, const struct ssm_error *why)
{
	ssm_fail(&recovery->why, why->rc, why->code, "%s", why->message);
	recovery->why.service = why->service;
}

/* A line a change: who waits wants to know what for, but not again and again. */
void
sessionrecovery_tell(struct sessionrecovery *recovery, const struct ssm_error *why)
{
	keep_why(recovery, why);
	if (recovery->told == why->rc)
		return;
	recovery->told = why->rc;
	consolenotice_connection(recovery->notice, "cannot resume yet: %s%s%s", why->service ? why->code : "",
	    why->service ? ": " : "", why->message);
}

static void
take_why(struct sessionrecovery *recovery)
{
	ssm_error_clear(&recovery->why);
	recovery->why = recovery->ask.err;
	recovery->ask.err = (struct ssm_error)SSM_ERROR_INIT;
}

/* Nobody is spared by a pause behind a call that reached no one, and the network that is back would wait for it. */
static void
count_call(struct sessionrecovery *recovery)
{
	if (!reached_nobody(&recovery->ask.err))
		sessionschedule_called(&recovery->schedule, recovery->asked);
}

/* A call that had no time left, behind one that had: nothing new is known. */
static bool
is_cut_short(const struct sessionrecovery *recovery)
{
	return recovery->why.rc != SSM_OK && loop_now(recovery->how->loop) >= recovery->until;
}

static enum sessionrecovery_result
judge(struct sessionrecovery *recovery)
{
	const struct ssm_error *err = &recovery->ask.err;

	recovery->state = SESSIONRECOVERY_IDLE;
	count_call(recovery);
	if (err->rc == SSM_OK) {
		ssm_error_clear(&recovery->why);
		if (recovery->until != UINT64_MAX)
			set_timer(recovery, recovery->until);
		return SESSIONRECOVERY_DOCUMENT;
	}
	if (says_over(err)) {
		take_why(recovery);
		recovery->why.rc = SSM_E_NO;
		return SESSIONRECOVERY_OVER;
	}
	if (err->rc == SSM_E_INPUT) {
		take_why(recovery);
		return SESSIONRECOVERY_GIVEN_UP;
	}
	if (!is_cut_short(recovery))
		sessionrecovery_tell(recovery, err);
	if (recovery->hurried)
		wait_until(recovery, sessionschedule_at_once(&recovery->schedule, loop_now(recovery->how->loop)));
	else
		wait_for_next(recovery);
	return SESSIONRECOVERY_NOTHING;
}

static enum sessionrecovery_result
give_up(struct sessionrecovery *recovery)
{
	sessionrecovery_stop(recovery);
	recovery->until = 0;
	if (recovery->why.rc == SSM_OK && recovery->ask.err.rc != SSM_OK)
		take_why(recovery);
	else if (recovery->why.rc == SSM_OK)
		ssm_fail(&recovery->why, SSM_E_AGAIN, "ConnectionLost", "no connection in time");
	return SESSIONRECOVERY_GIVEN_UP;
}

enum sessionrecovery_result
sessionrecovery_poll(struct sessionrecovery *recovery)
{
	uint64_t now = loop_now(recovery->how->loop);

	if (recovery->state == SESSIONRECOVERY_ASKS && sessionask_poll(&recovery->ask)) {
		sessionask_end(&recovery->ask);
		return judge(recovery);
	}
	if (recovery->until != 0 && now >= recovery->until)
		return give_up(recovery);
	if (recovery->state == SESSIONRECOVERY_WAITS && recovery->due) {
		recovery->state = SESSIONRECOVERY_ASKS;
		recovery->hurried = false;
		recovery->attempts++;
		recovery->asked = now;
		sessionask_start(&recovery->ask, SESSIONASK_RESUME, recovery->how,
		    ask_limit(recovery, now));
	}
	return SESSIONRECOVERY_NOTHING;
}

void
sessionrecovery_stop(struct sessionrecovery *recovery)
{
	loop_unset(&recovery->timer);
	sessionask_end(&recovery->ask);
	recovery->state = SESSIONRECOVERY_IDLE;
}

void
sessionrecovery_clear(struct sessionrecovery *recovery)
{
	sessionrecovery_stop(recovery);
	sessionask_clear(&recovery->ask);
	ssm_error_clear(&recovery->why);
}
