/*
 * What happens to the client's connection in a simulated world, to its machine and to itself.
 */
#include "carriage.h"
#include "service.h"

#define HUNG_UP_MAX 3000		/* until the service knows that */
#define ROUND_TRIP_MAX 1000		/* of a ping over a connection that carries */
#define KILL_AGAIN 500

static void
disturb(struct world *world, uint64_t until)
{
	world_disturb(world, until);
	world->troubles++;
}

/* It carries nothing any more, whoever knows of that. */
static void
break_connection(struct world *world, uint32_t service_notices)
{
	world->client.up = false;
	world->client.stalled = 0;
	carriage_drop(world, FROM_CLIENT);
	carriage_drop(world, TO_CLIENT);
	world_plan(world, HAPPEN_SERVICE_MISSES_CLIENT, world->now + service_notices, world->client.number);
	disturb(world, world->now);
}

void
world_client_connects(struct world *world)
{
	world->client = (struct link){ .up = true, .known = world->client.known, .number = world->client.number + 1 };
	world->held = false;
	world_trace(world, "the client connects");
	ledger_connected(&world->ledger);
	if (world->killed && !world->taken_over)
		ledger_replaced(&world->ledger);
	world->taken_over = world->killed;
	channel_connected(world->channel, VIEW("token"), world_client_now(world));
	world_disturb(world, world->now);
}

void
world_client_hangs_up(struct world *world)
{
	world->held = false;
	world->client_cuts++;
	disturb(world, world->now);
	if (world->client.up)
		break_connection(world, dice_between(&world->dice, 0, HUNG_UP_MAX));
}

void
world_client_finds_silence(struct world *world)
{
	if (world->client.up && world->client.stalled + ROUND_TRIP_MAX < world->now)
		ledger_blame(&world->ledger, "a connection that carries is taken for lost");
}

void
world_ping(struct world *world)
{
	carriage_ping(world, FROM_CLIENT);
}

static void
stall(struct world *world, uint64_t until)
{
	world_trace(world, "the client's connection stalls until %llu", (unsigned long long)until);
	if (world->client.stalled < until)
		world->client.stalled = until;
	carriage_stall(world, TO_CLIENT, until);
	disturb(world, until);
}

/* An outage in another one: the newer one's kind, and the longer one's end. */
static void
begin_outage(struct world *world, const struct plan_cut *cut)
{
	uint64_t until = world->now + cut->away;

	world_trace(world, "outage %d until %llu", (int)cut->outage, (unsigned long long)until);
	world->outage = cut->outage;
	if (cut->outage != OUTAGE_NONE && until > world->outage_until)
		world->outage_until = until;
}

void
world_cut_client(struct world *world, const struct plan_cut *cut)
{
	begin_outage(world, cut);
	if (!world->client.up)
		return;
	if (cut->stalls) {
		stall(world, world->now + cut->away);
		carriage_stall(world, FROM_CLIENT, world->client.stalled);
		return;
	}
	world_trace(world, "the client's connection breaks%s", cut->silent ? " in silence" : "");
	break_connection(world, cut->service_noticed);
	if (!cut->silent)
		world_plan(world, HAPPEN_CLIENT_NOTICES, world->now + cut->noticed, world->client.number);
}

void
world_drop_client(struct world *world)
{
	break_connection(world, 0);
	world_plan(world, HAPPEN_CLIENT_NOTICES, world->now, world->client.number);
}

void
world_client_notices(struct world *world, uint32_t number)
{
	if (number == world->client.number && world->line.state == LIFELINE_OPEN)
		lifeline_lost(&world->line);
}

/* Whoever takes a session over tries until the service lets him. */
void
world_client_begins(struct world *world)
{
	if (world->killed && world->now < world->outage_until)
		world_plan(world, HAPPEN_CLIENT_OPENS, world->outage_until, 0);
	else
		lifeline_dial(&world->line);
}

/* What comes waits at the sleeping machine's door, or its sender gives it up. */
void
world_client_sleeps(struct world *world, uint32_t number)
{
	const struct plan_sleep *sleep = &world->plan->sleeps[number];

	if (world->asleep || world->line.state == LIFELINE_NONE)
		return;
	world_trace(world, "the client is %s for %u ms", sleep->stopped ? "stopped" : "asleep", sleep->lasts);
	world->asleep = true;
	world->wakes = world->now + sleep->lasts;
	world_plan(world, HAPPEN_WAKES, world->wakes, number);
	if (world->client.up && sleep->breaks)
		break_connection(world, dice_between(&world->dice, 0, sleep->lasts));
	else if (world->client.up)
		stall(world, world->wakes + 1);
}

void
world_client_wakes(struct world *world, uint32_t number)
{
	const struct plan_sleep *sleep = &world->plan->sleeps[number];

	world_trace(world, "the client goes on");
	world->asleep = false;
	if (!sleep->stopped)
		world->behind += sleep->lasts;
	if (sleep->stopped)
		lifeline_went_on(&world->line);
	else
		lifeline_changed(&world->line, true);
}

/* Nothing happens any more to a client that is not there. */
static void
forget_client(struct world *world)
{
	for (size_t i = 0; i < world->planned;)
		if (world->calendar[i].kind == HAPPEN_CLIENT_OPENS || world->calendar[i].kind == HAPPEN_CLIENT_NOTICES)
			world->calendar[i] = world->calendar[--world->planned];
		else
			i++;
}

/* Before its first message is acknowledged there is nothing to take over; one that has ended cannot be killed. */
void
world_client_is_killed(struct world *world)
{
	if (world->over || world->closed || world->agent_dead || world->line.state == LIFELINE_OVER)
		return;
	if (!world->known_to_agent || world->asleep) {
		world_plan(world, HAPPEN_KILLED, world->now + KILL_AGAIN, 0);
		return;
	}
	world_trace(world, "the client is killed");
	forget_client(world);
	carriage_drop(world, FROM_CLIENT);
	carriage_drop(world, TO_CLIENT);
	world->client = (struct link){ .number = world->client.number + 1 };
	world->held = false;
	if (world->agent_link.known)
		world_pause_agent(world);
	world->client_cuts++;
	world->killed = world->replaced = true;
	ledger_killed(&world->ledger);
	channel_free(world->channel);
	world->open_channel(world, true);
	lifeline_clear(&world->line);
	lifeline_open(&world->line, world);
	world_plan(world, HAPPEN_CLIENT_OPENS, world->now + world->plan->killed_away, 0);
}
