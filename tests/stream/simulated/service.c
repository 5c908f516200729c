#include "service.h"

#include "world.h"

#define DIAL_LIMIT 20000		/* as of an upgrade */
#define ANSWER_MAX 1200
#define ROUND_TRIPS 4
#define REFUSAL_MAX 800

static enum plan_outage
outage(const struct world *world)
{
	return world->now < world->outage_until ? world->outage : OUTAGE_NONE;
}

bool
service_drops(const struct world *world)
{
	return outage(world) == OUTAGE_DROPS;
}

bool
service_refuses_upgrade(const struct world *world)
{
	return outage(world) == OUTAGE_UPGRADE || outage(world) == OUTAGE_MUTE;
}

static uint64_t
round_trips(struct world *world)
{
	return ROUND_TRIPS * ((uint64_t)world->plan->latency + dice_between(&world->dice, 0, world->plan->jitter)) / 2;
}

uint64_t
service_dial(struct world *world, bool *accepted)
{
	*accepted = !service_refuses_upgrade(world);
	return outage(world) == OUTAGE_MUTE ? DIAL_LIMIT : round_trips(world);
}

/* The answer's class, and after how long it comes; UINT64_MAX: never. */
static enum ssm_err
answer(struct world *world, uint64_t *after)
{
	*after = dice_between(&world->dice, 1, REFUSAL_MAX);
	switch (outage(world)) {
	case OUTAGE_REFUSED:
		return SSM_E_AGAIN;
	case OUTAGE_KEYS:
		return SSM_E_CONFIG;
	case OUTAGE_DENIED:
		return SSM_E_SERVICE;
	case OUTAGE_MUTE:
		*after = UINT64_MAX;
		return SSM_E_AGAIN;
	case OUTAGE_NONE:
	case OUTAGE_UPGRADE:
	case OUTAGE_DROPS:
		break;
	}
	*after = round_trips(world) + dice_between(&world->dice, 1, ANSWER_MAX);
	return world->closed && world->plan->forgets ? SSM_E_NO : SSM_OK;
}

/* session/ask: the loop's context is the world. */
void
sessionask_start(struct sessionask *ask, enum sessionask_question question, const struct sessionask_how *how,
    unsigned limit)
{
	struct world *world = how->loop->context;
	struct lifeline_question *asked = &world->line.question;
	uint64_t now = loop_now(how->loop), after;

	(void)question;
	ssm_error_clear(&ask->err);
	ask->running = true;
	ask->limit.owner = world;
	promise_asked(&world->line.promise, now);
	asked->rc = answer(world, &after);
	asked->limit = now + limit;
	asked->ends = after == UINT64_MAX ? UINT64_MAX : now + after;
	world_trace(world, "the client asks for another token");
}

void
sessionask_limit(struct sessionask *ask, const struct sessionask_how *how, uint64_t at)
{
	struct lifeline_question *asked = &((struct world *)how->loop->context)->line.question;

	(void)ask;
	asked->limit = at < asked->limit ? at : asked->limit;
}

bool
sessionask_poll(struct sessionask *ask)
{
	const struct world *world = ask->limit.owner;
	const struct lifeline_question *asked = &world->line.question;
	uint64_t now = loop_now(&world->line.loop);

	return now >= asked->ends || now >= asked->limit;
}

void
sessionask_end(struct sessionask *ask)
{
	const struct world *world = ask->limit.owner;

	if (!ask->running)
		return;
	ask->running = false;
	if (loop_now(&world->line.loop) < world->line.question.ends)
		ssm_fail(&ask->err, SSM_E_AGAIN, "Timeout", "no answer");
	else if (world->line.question.rc != SSM_OK)
		ssm_fail(&ask->err, world->line.question.rc, "Trouble", "no token");
}

void
sessionask_clear(struct sessionask *ask)
{
	ssm_error_clear(&ask->err);
}
