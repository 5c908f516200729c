/*
 * simulation: whole sessions in simulated time, the client's channel against the agent's model, each from a seed.
 *
 *     simulation                      SIMULATION_SEEDS seeds from SIMULATION_FIRST on, as tests
 *     simulation SEED                 one, with all that happens in it
 *
 * Real are the client's channel (common/stream), what decides when its connection is lost and when another one is
 * asked for (session/liveness, session/schedule, session/recovery), and the agent (common/sandbox/agent.h says which
 * rules it keeps, and where each is stated). Models, in simulated/, are the connections and the service (world), what
 * ties the client's parts together and has descriptors, session/lifecycle, session/link and session/flow (lifeline), what
 * session/recovery starts a child for, ssm-resume-session (service), the user and the program (sides). Nobody waits.
 *
 * A plan has cuts of either connection, stalls, loss, repetition, disorder and delay of messages, a connection that
 * falls silent though it stands, outages of six kinds (ResumeSession refused, denied or without an answer; keys that are
 * rotated; upgrades refused; connections dropped as they come), changes of the client's network, its machine asleep, its
 * process stopped or killed, publication paused and started, an agent that is connected anew or dies with its node.
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
 *     that follows, once and in order, and its own input comes behind what has come of the first one's; when the
 *     session ends before it can know where its output begins, it shows what it has, and reports that;
 *   - an exit code that comes is the program's; counters count what the world has seen;
 *   - a lost connection is followed by another as simulated/promise.h says: never more than 5 questions in 10 s, each
 *     within its step of the back-off, the client back within the longest step from when the service answers; a silent
 *     connection is lost in time, and one that carries is not;
 *   - the client ends without the node's word only when the service has told that the session is over, or when it was
 *     told to give up, and then in the very moment;
 *   - all that together never takes more than MEMORY_MAX.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "simulated/judge.h"
#include "tap.h"

#define SEEDS 2000
#define SEEDS_OF_A_TEST 200
#define PATIENCE 120000			/* milliseconds more than what the plan takes */
#define PATIENCE_LOST 1500		/* for each message that was lost */
#define PATIENCE_OLD 12000		/* the same, when the agent acknowledges no duplicate */
#define TURNS_MAX 100000		/* at one moment */
#define TRACE_MAX (256 * 1024 * 1024)
#define MEMORY_MAX (16UL * 1024)	/* KiB */
#define TRACE_HEAD 6			/* lines that are shown of a session that failed, in front and behind */
#define TRACE_TAIL 100

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
	struct agent_options options = { .session = world->plan->session,
	    .version = world->plan->old ? "3.2.1040.0" : "3.3.987.0", .port = { .number = VIEW("22") },
	    .digest = world->ledger.digest, .random = draw, .context = &world->dice,
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
		acted |= !world->asleep && lifeline_act(&world->line);
		acted |= sides_act(&simulation->sides);
	}
	return !acted;
}

/* Of the client's own clock, which stands while it sleeps; nothing is sent while there is no connection. */
static uint64_t
next_of_client(const struct world *world)
{
	uint64_t next = lifeline_next(&world->line);

	if (world->asleep)
		return UINT64_MAX;
	if (world->line.state == LIFELINE_OPEN)
		next = earlier(next, channel_deadline(world->channel));
	return next == UINT64_MAX ? next : next + world->behind;
}

static uint64_t
next_moment(const struct simulation *simulation)
{
	const struct world *world = &simulation->world;
	uint64_t next = earlier(world_next(world), sides_next(&simulation->sides));

	next = earlier(next, next_of_client(world));
	if (world->agent == NULL || world->agent_dead)
		return next;
	return earlier(next, agent_deadline(world->agent));
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
	unsigned still = 0;

	while (ledger->wrong[0] == '\0') {
		if (!settle(simulation))
			ledger_blame(ledger, "they never come to rest");
		if (simulation->sides.closed)
			return;
		if ((next = next_moment(simulation)) == UINT64_MAX)
			ledger_blame(ledger, "nothing will ever happen");
		still = next > world->now ? 0 : still + 1;
		if (still > TURNS_MAX)
			ledger_blame(ledger, "time stands still");
		else if (next > world->now && next != UINT64_MAX)
			world->now = next;
		if (world->now > patience(simulation))
			ledger_blame(ledger, "it takes longer than %" PRIu64 " ms", patience(simulation));
	}
}

static void
trace_plan(struct world *world)
{
	static const char *const sessions[] = { "shell", "interactive command", "command", "command, output apart", "port" };
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
	world_trace(world, "a ping each %u ms%s%s; %u sleeps, %u pauses, %u changes", plan->ping,
	    plan->holds ? "; reads no more than is taken" : "", plan->forgets ? "; what is over cannot be resumed" : "",
	    plan->sleep_count, plan->pause_count, plan->change_count);
	if (plan->give_up > 0)
		world_trace(world, "the client is to give up after %u ms", plan->give_up);
	if (plan->agent_dies)
		world_trace(world, "the agent dies at %u, known %u ms later", plan->agent_dies_at, plan->agent_dead);
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
		judge(&simulation->sides);
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

		if (i < TRACE_HEAD || i >= skipped)
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

/* In KiB, the most that there ever was of this process; 0: the system does not tell. */
static unsigned long
peak_memory(void)
{
	FILE *status = fopen("/proc/self/status", "r");
	unsigned long peak = 0;
	char line[256];

	while (status != NULL && peak == 0 && fgets(line, sizeof line, status) != NULL)
		if (sscanf(line, "VmHWM: %lu kB", &peak) != 1)
			peak = 0;
	if (status != NULL)
		fclose(status);
	return peak;
}

/* Sanitizers have their own idea of it. */
static void
judge_memory(void)
{
	unsigned long peak = peak_memory();

#ifndef __SANITIZE_ADDRESS__
	ok(peak <= MEMORY_MAX, "resident: %lu KiB at most", peak);
#else
	diag("resident: %lu KiB at most, with a sanitizer's", peak);
#endif
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
		if (number_of("SIMULATION_SEEDS", SEEDS) >= SEEDS)	/* fewer have valgrind around them */
			judge_memory();
		status = done_testing();
	}
	digest_free(digest);
	return status;
}
