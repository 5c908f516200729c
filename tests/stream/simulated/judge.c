#include "judge.h"

#include <inttypes.h>

#include "stream/state.h"

#define PATIENCE_LOST 1500		/* for each message that was lost: it takes the agent a second at most */

static void
judge_counters(const struct sides *sides, struct ledger *ledger)
{
	struct channel_counters counters;
	uint64_t shown, gone;
	size_t in_order = ledger_in_order(ledger, &shown);

	channel_count(sides->world->channel, &counters);
	if (sides->world->killed) {
		in_order -= (size_t)sides->adopted +
		    ledger_gone(ledger, (size_t)sides->adopted, in_order, &gone);
		shown -= ledger_position(ledger, sides->adopted) + gone;
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
may_guess(const struct sides *sides)
{
	const struct plan *plan = sides->world->plan;

	if (plan->session != AGENT_COMMAND && plan->session != AGENT_COMMAND_SEPARATE)
		return false;
	return sides->world->client_cuts > 0 || sides->world->agent_dead || plan->code < 0 ||
	    (plan->session == AGENT_COMMAND_SEPARATE && !sides->exit_told);
}

static void
judge_incomplete(const struct sides *sides, struct ledger *ledger)
{
	bool hole = ledger_has_hole(ledger);

	if (hole && !sides->incomplete)
		ledger_blame(ledger, "a message is missing in front of others, and nobody says so");
	if (!hole && sides->incomplete && !may_guess(sides))
		ledger_blame(ledger, "nothing is known to be missing, and something is said to be");
	if (sides->started && sides->world->plan->code >= 0 && sides_left_output(sides) && !sides->incomplete &&
	    sides->exit_told)
		ledger_blame(ledger, "the agent did not read all output, and nobody says so");
}

/* Nothing was lost, nor more than the client keeps. A pause alone does no harm, but to output that is apart. */
static bool
is_clean(const struct sides *sides)
{
	const struct plan *plan = sides->world->plan;

	return sides->started && sides->world->lost == 0 && !sides->world->killed &&
	    sides->world->troubles == 0 && !sides->left && sides->world->ledger.agent.count <= CHANNEL_AHEAD &&
	    (plan->session != AGENT_COMMAND_SEPARATE || sides->world->pauses == 0);
}

/* What was lost has had its time: each message takes the agent a second at most, when it is there. */
static bool
had_time(const struct sides *sides)
{
	const struct world *world = sides->world;

	return sides->ended && !sides->left && world->agent_link.up && world->disturbed == sides->disturbed &&
	    world->ledger.agent.count <= CHANNEL_AHEAD &&
	    sides->disturbed + (world->lost + 10) * PATIENCE_LOST < sides->ended_at;
}

static void
judge_clean(const struct sides *sides, struct ledger *ledger)
{
	bool apart = sides->world->plan->session == AGENT_COMMAND_SEPARATE;

	if (!ledger_is_whole(ledger))
		ledger_blame(ledger, "something is missing though nothing was lost");
	for (int i = STREAM_OUTPUT; i < STREAMS && sides->world->plan->code >= 0; i++)
		if (sides->flows[i].came < sides->flows[i].total)
			ledger_blame(ledger, "output is missing though nothing was lost");
	if (apart && !sides->exit_told)
		ledger_blame(ledger, "the exit code is missing though nothing was lost");
	if (sides->world->plan->session != AGENT_COMMAND && sides->world->plan->code >= 0 &&
	    sides->over_at >= sides->ended_at + AGENT_LAST_WAIT)
		ledger_blame(ledger, "the agent had to give up though nothing was lost");
}

/* The session was over before another client has come to acknowledge anything, or to show it. */
static bool
is_unseen(const struct sides *sides)
{
	return sides->world->killed && (sides->adopts || sides->world->ledger.acknowledged == 0);
}

/* At the end it shows what it has, whether or not it has had the time to find out that nothing is in front of that. */
static void
judge_unseen(const struct sides *sides, struct ledger *ledger)
{
	if (!sides->left && sides->world->channel->adoption.guessed && !sides->incomplete)
		ledger_blame(ledger, "output began with a guess, and nobody says so");
}

/* A handshake may fail for want of a connection: the agent gives it 15 s. */
void
judge(const struct sides *sides)
{
	const struct plan *plan = sides->world->plan;
	struct ledger *ledger = &sides->world->ledger;
	uint64_t shown, came = sides->flows[STREAM_OUTPUT].came + sides->flows[STREAM_ERROR].came + sides->reason;
	bool untold = plan->code < 0 && plan->session != AGENT_COMMAND && plan->session != AGENT_COMMAND_SEPARATE;

	if (sides->failed)
		ledger_blame(ledger, "the client failed");
	if (!sides->left && sides->failure_told != (!sides->started || untold || sides->world->agent_dead))
		ledger_blame(ledger, "the session's last words are not right");
	if (is_unseen(sides)) {
		judge_unseen(sides, ledger);
		return;
	}
	ledger_in_order(ledger, &shown);
	if (came != shown)
		ledger_blame(ledger, "%" PRIu64 " bytes came in order, and %" PRIu64 " were shown", shown, came);
	if (sides->exit_told && sides->exit_code != (plan->code < 0 ? 1 : plan->code))
		ledger_blame(ledger, "the exit code is %d, not %d", sides->exit_code, plan->code);
	if (!sides->left)
		judge_incomplete(sides, ledger);
	judge_counters(sides, ledger);
	if (had_time(sides) && !ledger_is_whole(ledger))
		ledger_blame(ledger, "what was lost has not come, and there was time");
	if (is_clean(sides))
		judge_clean(sides, ledger);
}
