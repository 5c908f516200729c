#include "sandbox/agent/ending.h"

#define START_FAILED_WAIT 1000		/* before the reason is told */
#define START_FAILED_CODE 1
#define READ_PAUSE 1

/* Without a text the agent tells the service that it is ending, and the service closes with an empty one. */
static void
finish(struct agent *agent)
{
	agent->phase = PHASE_OVER;
	agent_events_tell(&agent->events,
	    &(struct agent_event){ .kind = AGENT_OVER, .text = bytes_view(&agent->text) });
}

void
ending_fail(struct agent *agent, const char *what, struct view why)
{
	bytes_add(&agent->text, VIEW("\n----------ERROR-------\n"));
	bytes_add_text(&agent->text, what);
	bytes_add(&agent->text, why);
	finish(agent);
}

static void
wait_for_the_last(struct agent *agent, uint64_t now)
{
	agent->phase = PHASE_LAST;
	agent->limit = now + AGENT_LAST_WAIT;
}

/* Nobody is told the code of a command while publication is paused, nor later. */
static void
send_exit_code(struct agent *agent, int code, uint64_t now)
{
	struct bytes text = BYTES_INIT(AGENT_TEXT_MAX);

	bytes_print(&text, "EXIT_CODE: %d", code);
	if (agent->options.session == AGENT_COMMAND_SEPARATE && !agent->sender.paused)
		sender_send(&agent->sender, PAYLOAD_EXIT_CODE, bytes_view(&text), now);
	bytes_clear(&text);
}

void
ending_begin(struct agent *agent, int code, uint64_t now)
{
	send_exit_code(agent, code, now);
	if (agent->options.session == AGENT_COMMAND) {
		agent->phase = PHASE_COLLECTED;
		agent->limit = now;
	} else {
		wait_for_the_last(agent, now);
	}
}

void
ending_begin_failed(struct agent *agent, struct view why, uint64_t now)
{
	bytes_set(&agent->collected, why);
	send_exit_code(agent, START_FAILED_CODE, now);
	agent->phase = PHASE_START_FAILED;
	agent->limit = now + START_FAILED_WAIT;
	if (agent_has_one_stream(agent))
		ending_fail(agent, agent_has_terminal(agent) ? "Unable to start shell: " : "", why);
}

/* One read a millisecond, as of a terminal. */
static void
read_collected(struct agent *agent, uint64_t now)
{
	struct view rest = view_slice(bytes_view(&agent->collected), agent->read, agent->collected.len);

	if (rest.len == 0) {
		wait_for_the_last(agent, now);
	} else if (!agent->sender.paused && !sender_is_full(&agent->sender)) {
		pump_read(&agent->pumps[0], &rest, &agent->sender, now);
		agent->read = agent->collected.len - rest.len;
		agent->limit = now + READ_PAUSE;
	}
}

void
ending_advance(struct agent *agent, uint64_t now)
{
	bool due = now >= agent->limit;

	if (agent->phase == PHASE_START_FAILED && due) {
		sender_send(&agent->sender, PAYLOAD_STDERR, bytes_view(&agent->collected), now);
		wait_for_the_last(agent, now);
	} else if (agent->phase == PHASE_COLLECTED && due) {
		read_collected(agent, now);
	}
	if (agent->phase == PHASE_LAST && (now >= agent->limit || sender_is_idle(&agent->sender)))
		finish(agent);
}
