#include "plan.h"

#define OFTEN 500
#define SELDOM 100
#define RARE 20
#define VERY_RARE 1
#define ACTIVE 12000			/* in this time most of it happens */
#define LINGER 300000			/* time enough for nearly all that was lost */
#define PIECES 100			/* in so many a flow comes at least, and mostly not in many more */
#define KILL_SPAN 60000			/* for probes; input goes on one by one at first */
#define FLOOD_MESSAGES 12000		/* more than the client keeps */
#define FLOOD_STOPPED 30000
#define PING_USUAL 25000
#define PING_MOST 60000
#define COMEBACK 120000			/* of one outage, behind it: a question without answer, a dial, a step, a silence */

static uint32_t
draw_gap(struct dice *dice)
{
	static const uint32_t gaps[] = { 1, 1, 10, 100, 1000 };

	return dice_between(dice, 1, gaps[dice_roll(dice) % ARRAY_LEN(gaps)]);
}

/* Small ones mostly, so that there can be many plans; it flows for some seconds at most. */
static struct plan_flow
draw_flow(struct dice *dice)
{
	static const uint32_t totals[] = { 0, 10, 100, 3000, 3000, 20000, 20000, PLAN_BYTES };
	struct plan_flow flow = { .total = dice_between(dice, 0, totals[dice_roll(dice) % ARRAY_LEN(totals)]) };

	flow.gap = draw_gap(dice);
	flow.most = dice_between(dice, 1, dice_chance(dice, OFTEN) ? 2000 : 40);
	if (flow.most < flow.total * flow.gap / ACTIVE + 1)
		flow.most = flow.total * flow.gap / ACTIVE + 1;
	if (flow.most < flow.total / PIECES && !dice_chance(dice, RARE))
		flow.most = flow.total / PIECES;
	return flow;
}

static void
draw_cut(struct plan_cut *cut, struct dice *dice)
{
	static const uint32_t delays[] = { 0, 5, 300, 3000 }, absences[] = { 5, 200, 2000, 10000, 300000 };

	cut->agent = dice_chance(dice, 250);
	cut->at_end = dice_chance(dice, 200);
	cut->at = dice_between(dice, 0, cut->at_end ? 800 : ACTIVE);
	cut->noticed = dice_between(dice, 0, delays[dice_roll(dice) % ARRAY_LEN(delays)]);
	cut->service_noticed = dice_between(dice, 0, delays[dice_roll(dice) % ARRAY_LEN(delays)]);
	cut->away = dice_between(dice, 0, absences[dice_roll(dice) % ARRAY_LEN(absences)]);
	cut->outage = (enum plan_outage)dice_between(dice, OUTAGE_NONE, OUTAGE_DROPS);
	cut->silent = !cut->agent && dice_chance(dice, 200);
	cut->stalls = !cut->agent && dice_chance(dice, 150);
}

static void
draw_sleep(struct plan_sleep *sleep, struct dice *dice)
{
	static const uint32_t lengths[] = { 1000, 10000, 60000, 1200000 };

	sleep->stopped = dice_chance(dice, 300);
	sleep->at = dice_between(dice, 0, ACTIVE);
	sleep->lasts = dice_between(dice, 1000, lengths[dice_roll(dice) % ARRAY_LEN(lengths)]);
	sleep->breaks = dice_chance(dice, sleep->lasts > 30000 ? 700 : 200);
}

/* Not what breaks connections, but what comes with it. */
static void
draw_weather(struct plan *plan, struct dice *dice)
{
	plan->sleep_count = dice_chance(dice, 200) ? dice_between(dice, 1, PLAN_SLEEPS) : 0;
	for (uint32_t i = 0; i < plan->sleep_count; i++)
		draw_sleep(&plan->sleeps[i], dice);
	plan->pause_count = dice_chance(dice, 200) ? dice_between(dice, 1, PLAN_PAUSES) : 0;
	for (uint32_t i = 0; i < plan->pause_count; i++)
		plan->pauses[i] = (struct plan_pause){ .at = dice_between(dice, 0, ACTIVE),
			.lasts = dice_between(dice, 0, 5000) };
	plan->change_count = dice_chance(dice, 200) ? dice_between(dice, 1, PLAN_CHANGES) : 0;
	for (uint32_t i = 0; i < plan->change_count; i++)
		plan->changes[i] = dice_between(dice, 0, 2 * ACTIVE);
	plan->agent_dies = dice_chance(dice, RARE);
	plan->agent_dies_at = dice_between(dice, 0, 2 * ACTIVE);
	plan->agent_dead = dice_between(dice, 0, dice_chance(dice, OFTEN) ? 2000 : 120000);
}

static void
draw_network(struct plan *plan, struct dice *dice)
{
	static const uint32_t latencies[] = { 0, 2, 30, 80, 200 };

	plan->latency = dice_between(dice, 0, latencies[dice_roll(dice) % ARRAY_LEN(latencies)]);
	plan->jitter = dice_chance(dice, OFTEN) ? dice_between(dice, 0, 100) : 0;
	if (dice_chance(dice, SELDOM))
		return;
	plan->quiet_service = dice_between(dice, 0, 1) * 500;
	plan->lose = dice_chance(dice, 250) ? dice_between(dice, 1, 60) : 0;
	plan->duplicate = dice_chance(dice, 250) ? dice_between(dice, 1, 100) : 0;
	plan->reorder = dice_chance(dice, 250) ? dice_between(dice, 1, 100) : 0;
	plan->cut_count = dice_between(dice, 0, PLAN_CUTS);
	for (uint32_t i = 0; i < plan->cut_count; i++)
		draw_cut(&plan->cuts[i], dice);
}

/*
 * Only what can be taken over. What is under way when it is killed arrives before another one is there: connections keep
 * their order. An agent at its end answers whatever is asked: without any latency, without an end.
 */
static void
draw_kill(struct plan *plan, struct dice *dice)
{
	bool shell = plan->session == AGENT_SHELL || plan->session == AGENT_INTERACTIVE;

	plan->killed = dice_chance(dice, 250) && shell && !plan->old && !plan->flood && plan->code >= 0;
	plan->killed_at = dice_between(dice, 1000, ACTIVE);
	plan->killed_away = dice_between(dice, 1500, 6000);
	if (plan->killed && plan->latency == 0)
		plan->latency = 1;
}

/* The service's and the client's. */
static void
draw_choices(struct plan *plan, struct dice *dice)
{
	plan->forgets = dice_chance(dice, OFTEN);
	plan->holds = dice_chance(dice, OFTEN);
	plan->ping = dice_chance(dice, OFTEN) ? PING_USUAL : dice_between(dice, 1000, PING_MOST);
	plan->give_up = dice_chance(dice, SELDOM) ? dice_between(dice, 1000, 300000) : 0;
}

/* More small messages than the client may keep, and a user who takes none of them for long. */
static void
draw_flood(struct plan *plan)
{
	plan->flood = true;
	plan->output = (struct plan_flow){ .total = 3 * FLOOD_MESSAGES, .most = 100, .gap = 1 };
	plan->read_most = 4;
	plan->sink_stops = 0;
	plan->sink_stopped = FLOOD_STOPPED;
}

void
plan_draw(struct plan *plan, uint64_t seed)
{
	static const enum agent_session sessions[] = { AGENT_SHELL, AGENT_SHELL, AGENT_INTERACTIVE, AGENT_COMMAND,
		AGENT_COMMAND_SEPARATE, AGENT_COMMAND_SEPARATE, AGENT_PORT };
	struct dice dice = { .state = seed };

	*plan = (struct plan){ .seed = seed };
	plan->session = sessions[dice_roll(&dice) % ARRAY_LEN(sessions)];
	plan->old = dice_chance(&dice, 150);
	plan->early_end = dice_chance(&dice, SELDOM);
	plan->code = dice_chance(&dice, RARE) ? -1 : (int)dice_between(&dice, 0, 3);
	plan->input = draw_flow(&dice);
	plan->output = draw_flow(&dice);
	plan->error_output = draw_flow(&dice);
	plan->sink = (struct plan_flow){ .most = dice_between(&dice, 20, 5000),
		.gap = dice_chance(&dice, OFTEN) ? 0 : dice_between(&dice, 1, 5) };
	plan->read_most = dice_chance(&dice, OFTEN) ? AGENT_PAYLOAD_MAX : dice_between(&dice, 64, AGENT_PAYLOAD_MAX);
	plan->sink_stops = dice_between(&dice, 0, ACTIVE);
	plan->sink_stopped = dice_chance(&dice, 300) ? dice_between(&dice, 0, 20000) : 0;
	plan->client_from = dice_between(&dice, 0, dice_chance(&dice, OFTEN) ? 0 : 2000);
	plan->agent_from = dice_between(&dice, 0, dice_chance(&dice, OFTEN) ? 0 : 2000);
	plan->resizes = dice_between(&dice, 0, 5);
	plan->linger = dice_chance(&dice, OFTEN) ? LINGER : 0;
	draw_choices(plan, &dice);
	draw_network(plan, &dice);
	draw_weather(plan, &dice);
	if (plan->output.total == 0)
		plan->output.total = 1;	/* without any a shell is not known for one */
	if (dice_chance(&dice, VERY_RARE))
		draw_flood(plan);
	draw_kill(plan, &dice);
}

static uint64_t
flow_span(const struct plan_flow *flow)
{
	return flow->most == 0 ? 0 : (uint64_t)(flow->total / flow->most + 1) * (2 * flow->gap + 1);
}

uint64_t
plan_span(const struct plan *plan)
{
	uint64_t bytes = (uint64_t)plan->output.total + plan->error_output.total;
	uint64_t span = 4000 + ACTIVE + plan->linger + plan->sink_stopped + plan->client_from + plan->agent_from;

	span += flow_span(&plan->input) + flow_span(&plan->output) + flow_span(&plan->error_output);
	span += 2 * bytes / plan->read_most + 2 * bytes / plan->sink.most * plan->sink.gap;
	span += (uint64_t)(plan->latency + plan->jitter) * 100;
	span += plan->killed ? KILL_SPAN + plan->killed_at + plan->killed_away : 0;
	for (uint32_t i = 0; i < plan->cut_count; i++)
		span += (uint64_t)plan->cuts[i].noticed + plan->cuts[i].service_noticed + plan->cuts[i].away + COMEBACK;
	for (uint32_t i = 0; i < plan->sleep_count; i++)
		span += plan->sleeps[i].lasts + COMEBACK;
	for (uint32_t i = 0; i < plan->pause_count; i++)
		span += plan->pauses[i].lasts;
	span += plan->agent_dies ? plan->agent_dies_at + plan->agent_dead : 0;
	return span;
}
