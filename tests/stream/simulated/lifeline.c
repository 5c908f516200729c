#include "lifeline.h"

#include <stdlib.h>

#include "service.h"
#include "world.h"

#define FIRST_GIVE_UP 60000		/* as in session/lifecycle */
#define TYPED_MOST 64			/* as in session/flow */
#define NEVER UINT64_MAX

/* session/recovery's `chance` has no context: one session is played at a time. */
static struct dice *luck;

static uint32_t
chance(void)
{
	return (uint32_t)dice_roll(luck);
}

static uint64_t
read_clock(void *context)
{
	return world_client_now(context);
}

static uint64_t
now_of(const struct lifeline *line)
{
	return loop_now(&line->loop);
}

void
lifeline_open(struct lifeline *line, struct world *world)
{
	*line = (struct lifeline){ .world = world, .cli = { .quiet = true }, .recovery = SESSIONRECOVERY_INIT,
	    .liveness = LIVENESS_INIT };
	if (loop_open(&line->loop) != 0)
		abort();
	line->loop.clock = read_clock;
	line->loop.context = world;
	line->how.loop = &line->loop;
	line->notice.cli = &line->cli;
	line->recovery.how = &line->how;
	line->recovery.notice = &line->notice;
	line->recovery.chance = chance;
	line->recovery.give_up = world->plan->give_up;
	promise_open(&line->promise, &world->ledger);
	luck = &world->dice;
}

void
lifeline_clear(struct lifeline *line)
{
	sessionrecovery_clear(&line->recovery);
	loop_close(&line->loop);
}

void
lifeline_dial(struct lifeline *line)
{
	line->state = LIFELINE_DIALS;
	line->dialled = now_of(line) + service_dial(line->world, &line->accepted);
}

static void
over(struct lifeline *line)
{
	line->state = LIFELINE_OVER;
	world_trace(line->world, "the client ends: %s", line->given_up ? "given up" : "the session is over");
	world_client_hangs_up(line->world);
	if (line->given_up)
		promise_check_given_up(&line->promise, now_of(line), line->recovery.give_up);
	else if (!line->world->closed)
		ledger_blame(&line->world->ledger, "over, and nobody has said so");
}

static void
give_up(struct lifeline *line)
{
	line->given_up = true;
	over(line);
}

void
lifeline_lost(struct lifeline *line)
{
	struct sessionrecovery *recovery = &line->recovery;

	world_trace(line->world, "the client has no connection");
	if (line->state == LIFELINE_OPEN)
		channel_lost(line->world->channel, now_of(line));
	line->liveness = (struct liveness)LIVENESS_INIT;
	line->state = LIFELINE_LOST;
	if (!line->opened && (recovery->give_up == 0 || recovery->give_up > FIRST_GIVE_UP))
		recovery->give_up = FIRST_GIVE_UP;
	promise_failed(&line->promise, now_of(line));
	world_client_hangs_up(line->world);
	sessionrecovery_begin(recovery);
}

void
lifeline_heard(struct lifeline *line, bool pong)
{
	if (pong)
		liveness_answered(&line->liveness, now_of(line));
	else
		liveness_heard(&line->liveness, now_of(line));
	promise_heard(&line->promise, now_of(line));
}

void
lifeline_changed(struct lifeline *line, bool slept)
{
	if (slept)
		promise_woke(&line->promise, now_of(line), true);
	promise_changed(&line->promise, now_of(line));
	if (line->state == LIFELINE_OPEN)
		liveness_changed(&line->liveness, now_of(line));
	else if (line->state == LIFELINE_DIALS && line->opened)
		liveness_limit(&line->liveness, now_of(line));
	else if (line->state == LIFELINE_LOST)
		sessionrecovery_hurry(&line->recovery);
}

void
lifeline_went_on(struct lifeline *line)
{
	promise_woke(&line->promise, now_of(line), false);
	if (line->state == LIFELINE_OPEN)
		liveness_again(&line->liveness, now_of(line));
}

static void
open_connection(struct lifeline *line)
{
	line->state = LIFELINE_OPEN;
	line->opened = true;
	line->recovery.give_up = line->world->plan->give_up;
	liveness_opened(&line->liveness, line->world->plan->ping, now_of(line));
	promise_opened(&line->promise, now_of(line));
	world_client_connects(line->world);
	sessionrecovery_succeeded(&line->recovery);
	if (service_drops(line->world))
		world_drop_client(line->world);
}

/* A dial that takes too long behind a change of the network is as lost as one that is refused. */
static bool
act_dial(struct lifeline *line)
{
	uint64_t now = now_of(line);

	if (sessionrecovery_poll(&line->recovery) == SESSIONRECOVERY_GIVEN_UP) {
		give_up(line);
		return true;
	}
	if (liveness_next(&line->liveness, now) == LIVENESS_LOST) {
		lifeline_lost(line);
		return true;
	}
	if (now < line->dialled)
		return false;
	if (line->accepted && !service_refuses_upgrade(line->world))
		open_connection(line);
	else
		lifeline_lost(line);
	return true;
}

static void
watch_input(struct lifeline *line)
{
	struct channel_counters counters;
	uint64_t since;

	channel_count(line->world->channel, &counters);
	since = counters.unacknowledged <= TYPED_MOST ? counters.oldest : LIVENESS_NEVER;
	liveness_waits(&line->liveness, since);
	promise_waits(&line->promise, since, now_of(line));
}

static bool
act_open(struct lifeline *line)
{
	struct world *world = line->world;
	uint64_t now = now_of(line);

	world->held = world->plan->holds && channel_is_crowded(world->channel);
	liveness_hold(&line->liveness, world->held, now);
	watch_input(line);
	switch (liveness_next(&line->liveness, now)) {
	case LIVENESS_PING:
		world_ping(world);
		return true;
	case LIVENESS_LOST:
		world_client_finds_silence(world);
		lifeline_lost(line);
		return true;
	case LIVENESS_NOTHING:
		break;
	}
	promise_check_open(&line->promise, now, world->plan->ping, world->held);
	return false;
}

static bool
act_lost(struct lifeline *line)
{
	enum sessionrecovery_state before = line->recovery.state;

	if (line->recovery.timer.list != NULL && line->recovery.timer.at <= now_of(line) &&
	    loop_turn(&line->loop, 0) != 0)
		abort();
	switch (sessionrecovery_poll(&line->recovery)) {
	case SESSIONRECOVERY_DOCUMENT:
		lifeline_dial(line);
		return true;
	case SESSIONRECOVERY_GIVEN_UP:
		give_up(line);
		return true;
	case SESSIONRECOVERY_OVER:
		over(line);
		return true;
	case SESSIONRECOVERY_NOTHING:
		break;
	}
	if (before == SESSIONRECOVERY_ASKS && line->recovery.state == SESSIONRECOVERY_WAITS)
		promise_failed(&line->promise, now_of(line));
	return before != line->recovery.state;
}

bool
lifeline_act(struct lifeline *line)
{
	bool acted = false;

	if (line->world->now < line->world->outage_until)
		promise_outage(&line->promise, line->world->outage_until - line->world->behind);
	if (line->state == LIFELINE_OPEN)
		acted = act_open(line);
	else if (line->state == LIFELINE_DIALS)
		acted = act_dial(line);
	else if (line->state == LIFELINE_LOST)
		acted = act_lost(line);
	if (!acted && (line->state == LIFELINE_DIALS || line->state == LIFELINE_LOST) && line->opened)
		promise_check_lost(&line->promise, now_of(line), line->recovery.give_up);
	return acted;
}

static uint64_t
earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t
next_of_recovery(const struct lifeline *line)
{
	const struct sessionrecovery *recovery = &line->recovery;
	uint64_t until = recovery->until == 0 ? NEVER : recovery->until;

	if (recovery->state == SESSIONRECOVERY_ASKS)
		return earlier(until, earlier(line->question.ends, line->question.limit));
	return recovery->timer.list == NULL ? until : earlier(until, recovery->timer.at);
}

uint64_t
lifeline_next(const struct lifeline *line)
{
	uint64_t next = liveness_due(&line->liveness);

	if (line->state == LIFELINE_DIALS)
		next = earlier(next, line->dialled);
	if (line->state == LIFELINE_DIALS || line->state == LIFELINE_LOST)
		next = earlier(next, next_of_recovery(line));
	return line->state == LIFELINE_NONE || line->state == LIFELINE_OVER ? NEVER : next;
}
