/*
 * simulation: whole sessions in simulated time, the client's channel against the agent's model, each from a seed.
 *
 *     simulation                      SIMULATION_SEEDS seeds from SIMULATION_FIRST on, as tests
 *     simulation SEED                 one, with all that happens in it
 *
 * What is demanded of each session:
 *   - it ends, and in a time that follows from the plan and from how many messages were lost;
 *   - input and output come out as they went in: each byte once, in order, as far as they come;
 *   - all output that has come to the client in an unbroken row of numbers is shown, no more and no less;
 *   - all of the input comes, when the program waits for it, and the last size of the terminal;
 *   - output that is missing in front of some that has come is reported (incomplete), and so is output of a command that
 *     its agent stopped to read, unless the exit code is missing, too. What is missing at the very end leaves no trace:
 *     the agent gives it two seconds, and nobody can tell that it was there;
 *   - what was lost so long before the program ends that the agent could send it again has come;
 *   - in a session without losses nothing is missing and nothing is reported, and the agent has not to give up;
 *   - a client that is killed has what the agent knows to be acknowledged; another process in its session is shown all
 *     that follows, once and in order, and its own input comes behind what has come of the first one's;
 *   - an exit code that comes is the program's; counters count what the world has seen.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "sides.h"
#include "stream/state.h"
#include "tap.h"

#define SEEDS 2000
#define SEEDS_OF_A_TEST 200
#define PATIENCE 120000			/* milliseconds more than what the plan takes */
#define PATIENCE_LOST 1500		/* for each message that was lost */
#define PATIENCE_OLD 12000		/* the same, when the agent acknowledges no duplicate */
#define TURNS_MAX 100000		/* at one moment */
#define TRACE_MAX (256 * 1024 * 1024)
#define TRACE_TAIL 100			/* lines of a session that failed */

struct simulation {
	struct plan plan;
	struct world world;
	struct sides sides;
};

static void
draw(void *context, unsigned char *out, size_t len)
{
	struct dice *dice = context;

	for (size_t i = 0; i < len; i++)
		out[i] = (unsigned char)dice_roll(dice);
}

static void
open_agent(struct world *world)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct agent_options options = { .session = world->plan->session, .version = "3.3.987.0",
	    .old = world->plan->old, .digest = world->ledger.digest, .random = draw, .context = &world->dice,
	    .epoch = 1700000000000U };

	if (agent_open(&world->agent, &options, world->now, &err) != SSM_OK)
		abort();
}

static void
open_channel(struct world *world, bool adopt)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct channel_options options = { .adopt = adopt, .client_id = adopt ? "ffeeddcc-bbaa-4988-b766-554433221100" :
	    "00112233-4455-4677-8899-aabbccddeeff",
	    .session_id = "simulation", .client_version = "1.2.764.0", .digest = world->ledger.digest,
	    .random = draw, .context = &world->dice, .epoch = 1700000000000U };

	if (channel_open(&world->channel, &options, &err) != SSM_OK)
		abort();
}

static uint64_t
earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* All that can happen now, in small steps: the client answers each message before the next one comes. */
static bool
settle(struct simulation *simulation)
{
	struct world *world = &simulation->world;
	unsigned turns = 0;
	bool acted = true;

	while (acted && turns++ < TURNS_MAX) {
		acted = world_step(world);
		world_collect(world);
		acted |= sides_act(&simulation->sides);
	}
	return !acted;
}

static uint64_t
next_moment(const struct simulation *simulation)
{
	const struct world *world = &simulation->world;
	uint64_t next = earlier(world_next(world), sides_next(&simulation->sides));

	next = earlier(next, channel_deadline(world->channel));
	return world->agent == NULL ? next : earlier(next, agent_deadline(world->agent));
}

static uint64_t
patience(const struct simulation *simulation)
{
	return plan_span(&simulation->plan) + PATIENCE +
	    simulation->world.lost * (simulation->plan.old ? PATIENCE_OLD : PATIENCE_LOST);
}

static void
go_on(struct simulation *simulation)
{
	struct world *world = &simulation->world;
	struct ledger *ledger = &world->ledger;
	uint64_t next;

	while (ledger->wrong[0] == '\0') {
		if (!settle(simulation))
			ledger_blame(ledger, "they never come to rest");
		if (simulation->sides.closed)
			return;
		if ((next = next_moment(simulation)) == UINT64_MAX)
			ledger_blame(ledger, "nothing will ever happen");
		else if (next > world->now)
			world->now = next;
		if (world->now > patience(simulation))
			ledger_blame(ledger, "it takes longer than %" PRIu64 " ms", patience(simulation));
	}
}

static void
judge_counters(const struct simulation *simulation, struct ledger *ledger)
{
	struct channel_counters counters;
	uint64_t shown, gone;
	size_t in_order = ledger_in_order(ledger, &shown);

	channel_count(simulation->world.channel, &counters);
	if (simulation->world.killed) {
		in_order -= (size_t)simulation->sides.adopted +
		    ledger_gone(ledger, (size_t)simulation->sides.adopted, in_order, &gone);
		shown -= ledger_position(ledger, simulation->sides.adopted) + gone;
	}
	if (counters.messages_in != in_order)
		ledger_blame(ledger, "messages_in is %" PRIu64 ", not %zu", counters.messages_in, in_order);
	if (counters.repeated != ledger_repeated(ledger))
		ledger_blame(ledger, "repeated is %" PRIu64 ", not %" PRIu64, counters.repeated, ledger_repeated(ledger));
	if (counters.bytes_out < ledger->client.bytes || counters.messages_out < ledger->client.count)
		ledger_blame(ledger, "messages_out is %" PRIu64 ", and %zu were sent", counters.messages_out,
		    ledger->client.count);
	if (counters.bytes_in < shown || counters.unacknowledged > CHANNEL_WINDOW || counters.refused > 0)
		ledger_blame(ledger, "counters are wrong");
}

/* Of a command the client may only guess: by an exit code that is missing, or an outage in front of it. */
static bool
may_guess(const struct simulation *simulation)
{
	const struct plan *plan = &simulation->plan;

	if (plan->session != AGENT_COMMAND && plan->session != AGENT_COMMAND_SEPARATE)
		return false;
	return simulation->world.client_cuts > 0 || plan->code < 0 ||
	    (plan->session == AGENT_COMMAND_SEPARATE && !simulation->sides.exit_told);
}

static void
judge_incomplete(const struct simulation *simulation, struct ledger *ledger)
{
	const struct sides *sides = &simulation->sides;
	bool hole = ledger_has_hole(ledger);

	if (hole && !sides->incomplete)
		ledger_blame(ledger, "a message is missing in front of others, and nobody says so");
	if (!hole && sides->incomplete && !may_guess(simulation))
		ledger_blame(ledger, "nothing is known to be missing, and something is said to be");
	if (sides->started && simulation->plan.code >= 0 && sides_left_output(sides) && !sides->incomplete &&
	    sides->exit_told)
		ledger_blame(ledger, "the agent did not read all output, and nobody says so");
}

/* Nothing was lost, nor more than the client keeps. A pause alone does no harm, but to output that is apart. */
static bool
is_clean(const struct simulation *simulation)
{
	const struct plan *plan = &simulation->plan;

	return simulation->sides.started && simulation->world.lost == 0 && !simulation->world.killed &&
	    simulation->world.ledger.agent.count <= CHANNEL_AHEAD &&
	    (plan->session != AGENT_COMMAND_SEPARATE || simulation->world.pauses == 0);
}

/* What was lost has had its time: each message takes the agent a second at most. */
static bool
had_time(const struct simulation *simulation)
{
	const struct world *world = &simulation->world;

	return simulation->sides.ended && world->disturbed == simulation->sides.disturbed &&
	    world->ledger.agent.count <= CHANNEL_AHEAD &&
	    simulation->sides.disturbed + (world->lost + 10) * PATIENCE_LOST < simulation->sides.ended_at;
}

static void
judge_clean(const struct simulation *simulation, struct ledger *ledger)
{
	const struct sides *sides = &simulation->sides;
	bool apart = simulation->plan.session == AGENT_COMMAND_SEPARATE;

	if (!ledger_is_whole(ledger))
		ledger_blame(ledger, "something is missing though nothing was lost");
	for (int i = STREAM_OUTPUT; i < STREAMS && simulation->plan.code >= 0; i++)
		if (sides->flows[i].came < sides->flows[i].total)
			ledger_blame(ledger, "output is missing though nothing was lost");
	if (apart && !sides->exit_told)
		ledger_blame(ledger, "the exit code is missing though nothing was lost");
	if (simulation->plan.session != AGENT_COMMAND && simulation->plan.code >= 0 &&
	    sides->over_at >= sides->ended_at + AGENT_LAST_WAIT)
		ledger_blame(ledger, "the agent had to give up though nothing was lost");
}

/* The session was over before another client has come to show anything. */
static bool
is_unseen(const struct simulation *simulation)
{
	return simulation->world.killed && (simulation->sides.adopts || !simulation->world.channel->adoption.output_known);
}

/* A handshake may fail for want of a connection: the agent gives it 15 s. */
static void
judge(const struct simulation *simulation, struct ledger *ledger)
{
	const struct sides *sides = &simulation->sides;
	const struct plan *plan = &simulation->plan;
	uint64_t shown, came = sides->flows[STREAM_OUTPUT].came + sides->flows[STREAM_ERROR].came + sides->reason;
	bool untold = plan->code < 0 && (plan->session == AGENT_SHELL || plan->session == AGENT_INTERACTIVE);

	if (sides->failed)
		ledger_blame(ledger, "the client failed");
	if (sides->failure_told != (!sides->started || untold))
		ledger_blame(ledger, "the session's last words are not right");
	if (is_unseen(simulation))
		return;
	ledger_in_order(ledger, &shown);
	if (came != shown)
		ledger_blame(ledger, "%" PRIu64 " bytes came in order, and %" PRIu64 " were shown", shown, came);
	if (sides->exit_told && sides->exit_code != (plan->code < 0 ? 1 : plan->code))
		ledger_blame(ledger, "the exit code is %d, not %d", sides->exit_code, plan->code);
	judge_incomplete(simulation, ledger);
	judge_counters(simulation, ledger);
	if (had_time(simulation) && !ledger_is_whole(ledger))
		ledger_blame(ledger, "what was lost has not come, and there was time");
	if (is_clean(simulation))
		judge_clean(simulation, ledger);
}

static void
trace_plan(struct world *world)
{
	static const char *const sessions[] = { "shell", "interactive command", "command", "command, output apart" };
	const struct plan *plan = world->plan;

	world_trace(world, "seed %" PRIu64 ": %s%s, code %d; input %u, output %u, error output %u bytes; latency %u + %u",
	    plan->seed, sessions[plan->session], plan->old ? ", old agent" : "", plan->code, plan->input.total,
	    plan->output.total, plan->error_output.total, plan->latency, plan->jitter);
	if (plan->killed)
		world_trace(world, "the client is killed at %u, another one comes %u ms later", plan->killed_at,
		    plan->killed_away);
	world_trace(world, "of 1000 %u are lost, %u come twice, %u late; the user stops at %u for %u ms; %u cuts%s%s",
	    plan->lose, plan->duplicate, plan->reorder, plan->sink_stops, plan->sink_stopped, plan->cut_count,
	    plan->early_end ? "; ends early" : "", plan->flood ? "; flood" : "");
}

/* False, and why. The trace may be NULL. */
static bool
simulate(uint64_t seed, struct digest *digest, struct bytes *trace, char wrong[LEDGER_WRONG_MAX])
{
	struct simulation *simulation = malloc(sizeof *simulation);
	struct ledger *ledger = &simulation->world.ledger;
	bool good;

	if (simulation == NULL)
		abort();
	plan_draw(&simulation->plan, seed);
	world_open(&simulation->world, &simulation->plan, digest);
	simulation->world.trace = trace;
	simulation->world.open_agent = open_agent;
	simulation->world.open_channel = open_channel;
	open_channel(&simulation->world, false);
	sides_open(&simulation->sides, &simulation->world);
	trace_plan(&simulation->world);
	go_on(simulation);
	if (ledger->wrong[0] == '\0')
		judge(simulation, ledger);
	good = ledger->wrong[0] == '\0';
	memcpy(wrong, ledger->wrong, LEDGER_WRONG_MAX);
	channel_free(simulation->world.channel);
	agent_free(simulation->world.agent);
	sides_clear(&simulation->sides);
	world_clear(&simulation->world);
	free(simulation);
	return good;
}

static int
show(uint64_t seed, struct digest *digest)
{
	struct bytes trace = BYTES_INIT(TRACE_MAX);
	char wrong[LEDGER_WRONG_MAX];
	bool good = simulate(seed, digest, &trace, wrong);

	fwrite(trace.ptr, 1, trace.len, stdout);
	printf("%s\n", good ? "all is well" : wrong);
	bytes_clear(&trace);
	return good ? 0 : 1;
}

/* The plan, and the last that happened. */
static void
explain(uint64_t seed, struct digest *digest)
{
	struct bytes trace = BYTES_INIT(TRACE_MAX);
	char wrong[LEDGER_WRONG_MAX];
	size_t lines = 0, skipped;
	struct view text;

	simulate(seed, digest, &trace, wrong);
	for (size_t i = 0; i < trace.len; i++)
		lines += trace.ptr[i] == '\n';
	skipped = lines > TRACE_TAIL ? lines - TRACE_TAIL : 0;
	text = bytes_view(&trace);
	for (size_t i = 0; text.len > 0; i++) {
		struct view line = view_take_line(&text);

		if (i < 3 || i >= skipped)
			diag("%.*s", VIEW_ARG(view_trim(line)));
	}
	diag("seed %" PRIu64 ": %s", seed, wrong);
	diag("all of it: tests/stream/simulation %" PRIu64, seed);
	bytes_clear(&trace);
}

static uint64_t
number_of(const char *variable, uint64_t otherwise)
{
	unsigned long long number;
	const char *text = getenv(variable);

	return text != NULL && view_number(view_of(text), &number) ? number : otherwise;
}

static void
simulate_many(struct digest *digest)
{
	uint64_t first = number_of("SIMULATION_FIRST", 1), seeds = number_of("SIMULATION_SEEDS", SEEDS);
	char wrong[LEDGER_WRONG_MAX];

	for (uint64_t done = 0; done < seeds; done += SEEDS_OF_A_TEST) {
		uint64_t some = seeds - done < SEEDS_OF_A_TEST ? seeds - done : SEEDS_OF_A_TEST, bad = 0;

		for (uint64_t i = 0; i < some; i++)
			if (!simulate(first + done + i, digest, NULL, wrong) && bad++ == 0)
				explain(first + done + i, digest);
		is_number(bad, 0, "sessions of the seeds from %" PRIu64 " on: %" PRIu64, first + done, some);
	}
}

int
main(int argc, char **argv)
{
	struct digest *digest = digest_new();
	unsigned long long seed;
	int status;

	if (digest == NULL)
		skip_all("no SHA-256");
	if (argc == 2 && view_number(view_of(argv[1]), &seed)) {
		status = show(seed, digest);
	} else {
		simulate_many(digest);
		status = done_testing();
	}
	digest_free(digest);
	return status;
}
