#include "sandbox/agent.h"

#include <stdlib.h>

#include "sandbox/agent/events.h"
#include "sandbox/agent/handshake.h"
#include "sandbox/agent/pump.h"
#include "sandbox/agent/sender.h"

#define START_FAILED_WAIT 1000		/* before the reason is told */
#define START_FAILED_CODE 1
#define COLLECTED_MAX (1024 * 1024 * 1024)
#define READ_PAUSE 1
#define TEXT_MAX 65536
#define FLAG_LEN 4

enum phase {
	PHASE_HANDSHAKE,
	PHASE_RUNNING,
	PHASE_START_FAILED,		/* the reason is told when the time has come */
	PHASE_COLLECTED,		/* the program is over, its output goes out */
	PHASE_LAST,			/* what is not acknowledged has until the limit */
	PHASE_OVER,
};

struct agent {
	struct agent_options options;
	struct sender sender;
	struct agent_queue early;	/* of the client: numbers behind the one that is expected */
	int64_t expected;
	enum phase phase;
	uint64_t opened, limit;		/* limit: of the phase */
	bool started;			/* somebody knows that the program is to run: it can take input */
	struct pump pumps[2];		/* standard output, standard error */
	struct bytes collected;		/* of a command: output that is told at its end, or why it did not start */
	size_t read;			/* of that */
	struct agent_events events;
	struct bytes text;		/* for the end */
};

static bool
has_terminal(const struct agent *agent)
{
	return agent->options.session == AGENT_SHELL || agent->options.session == AGENT_INTERACTIVE;
}

/* A terminal, or a port's connection; else there are pipes. */
static bool
has_one_stream(const struct agent *agent)
{
	return has_terminal(agent) || agent->options.session == AGENT_PORT;
}

bool
agent_event(struct agent *agent, struct agent_event *event)
{
	if (!agent_events_take(&agent->events, event))
		return false;
	if (event->kind == AGENT_START)
		agent->started = true;
	return true;
}

static void
start_program(struct agent *agent)
{
	agent->phase = PHASE_RUNNING;
	agent_events_tell(&agent->events, &(struct agent_event){ .kind = AGENT_START });
}

/* Without a text the agent tells the service that it is ending, and the service closes with an empty one. */
static void
finish(struct agent *agent)
{
	agent->phase = PHASE_OVER;
	agent_events_tell(&agent->events,
	    &(struct agent_event){ .kind = AGENT_OVER, .text = bytes_view(&agent->text) });
}

static void
fail(struct agent *agent, const char *what, struct view why)
{
	bytes_add(&agent->text, VIEW("\n----------ERROR-------\n"));
	bytes_add_text(&agent->text, what);
	bytes_add(&agent->text, why);
	finish(agent);
}

static void
fail_handshake(struct agent *agent, struct view why)
{
	fail(agent, "Encountered error while initiating handshake. ", why);
}

static void
wait_for_the_last(struct agent *agent, uint64_t now)
{
	agent->phase = PHASE_LAST;
	agent->limit = now + AGENT_LAST_WAIT;
}

static void
send_handshake_request(struct agent *agent, uint64_t now)
{
	struct bytes payload = BYTES_INIT(TEXT_MAX);

	handshake_request(&payload, agent->options.version, agent->options.port);
	sender_send(&agent->sender, PAYLOAD_HANDSHAKE_REQUEST, bytes_view(&payload), now);
	bytes_clear(&payload);
	agent->limit = now + HANDSHAKE_LIMIT;
}

enum ssm_err
agent_open(struct agent **out, const struct agent_options *options, uint64_t now, struct ssm_error *err)
{
	struct agent *agent = calloc(1, sizeof *agent);

	*out = agent;
	if (agent == NULL)
		return ssm_fail_memory(err);
	agent->options = *options;
	agent->opened = now;
	agent->collected = (struct bytes)BYTES_INIT(COLLECTED_MAX);
	agent->text = (struct bytes)BYTES_INIT(TEXT_MAX);
	pump_open(&agent->pumps[0], PAYLOAD_OUTPUT, options->session == AGENT_PORT);
	pump_open(&agent->pumps[1], PAYLOAD_STDERR, false);
	sender_open(&agent->sender, &agent->options, now);
	if (has_terminal(agent))
		start_program(agent);
	else
		send_handshake_request(agent, now);
	return SSM_OK;
}

void
agent_free(struct agent *agent)
{
	if (agent == NULL)
		return;
	sender_close(&agent->sender);
	agent_queue_clear(&agent->early);
	agent_events_clear(&agent->events);
	bytes_clear(&agent->collected);
	bytes_clear(&agent->text);
	free(agent);
}

void
agent_publish(struct agent *agent, bool start, uint64_t now)
{
	(void)now;
	agent->sender.paused = !start;
}

/* One that comes when no handshake runs changes nothing. */
static bool
take_handshake_response(struct agent *agent, struct view payload, uint64_t now)
{
	struct bytes text = BYTES_INIT(TEXT_MAX);
	enum handshake_verdict verdict = handshake_judge(&text, payload);

	if (agent->phase == PHASE_HANDSHAKE && verdict == HANDSHAKE_FAILED) {
		fail_handshake(agent, bytes_view(&text));
	} else if (agent->phase == PHASE_HANDSHAKE && verdict == HANDSHAKE_GOOD) {
		handshake_complete(&text, now - agent->opened);
		sender_send(&agent->sender, PAYLOAD_HANDSHAKE_COMPLETE, bytes_view(&text), now);
		start_program(agent);
	}
	bytes_clear(&text);
	return verdict != HANDSHAKE_UNREADABLE;
}

/* A size that cannot be read is refused, by shells alone: to a command it means nothing. */
static bool
take_size(struct agent *agent, struct view payload)
{
	struct agent_event event = { .kind = AGENT_SIZE };

	if (!has_terminal(agent))
		return true;
	if (!message_read_size(payload, &event.columns, &event.rows))
		return false;
	event.columns &= UINT16_MAX;
	event.rows &= UINT16_MAX;
	agent_events_tell(&agent->events, &event);
	return true;
}

static void
take_flag(struct agent *agent, struct view payload)
{
	struct agent_event event = { .kind = AGENT_FLAG };

	if (payload.len != FLAG_LEN)
		return;
	for (size_t i = 0; i < FLAG_LEN; i++)
		event.flag = event.flag << 8 | (unsigned char)payload.ptr[i];
	agent_events_tell(&agent->events, &event);
}

/* False: it cannot be worked on now, and is as if it had not come. */
static bool
process(struct agent *agent, const struct message *message, uint64_t now)
{
	if (message->payload_type == PAYLOAD_HANDSHAKE_RESPONSE)
		return take_handshake_response(agent, message->payload, now);
	if (agent->phase == PHASE_HANDSHAKE)
		return true;		/* thrown away */
	if (!agent->started)
		return false;
	if (agent->phase != PHASE_RUNNING)
		return true;
	if (message->payload_type == PAYLOAD_SIZE)
		return take_size(agent, message->payload);
	if (message->payload_type == PAYLOAD_FLAG)
		take_flag(agent, message->payload);
	else if (message->payload_type == PAYLOAD_OUTPUT)
		agent_events_tell(&agent->events,
		    &(struct agent_event){ .kind = AGENT_INPUT, .bytes = message->payload });
	return true;
}

/*
 * What was early and is due now. One that is refused in its turn stays, acknowledged though it is, until another one
 * with its number is worked on.
 */
static void
process_early(struct agent *agent, uint64_t now)
{
	struct agent_queued *item;
	struct message message;

	while ((item = agent_queue_oldest(&agent->early)) != NULL && item->sequence <= agent->expected) {
		if (item->sequence == agent->expected) {
			if (message_decode(&message, agent_queued_view(item), agent->options.digest) != NULL ||
			    !process(agent, &message, now))
				return;
			agent->expected++;
		}
		agent_queue_remove(&agent->early, item);
	}
}

static void
receive_input(struct agent *agent, const struct message *message, struct view raw, uint64_t now)
{
	if (message->sequence == agent->expected) {
		if (!process(agent, message, now))
			return;
		sender_acknowledge(&agent->sender, message, now);
		agent->expected++;
		process_early(agent, now);
	} else if (message->sequence > agent->expected) {
		if (agent_queue_put(&agent->early, message->sequence, raw, now))
			sender_acknowledge(&agent->sender, message, now);
	} else if (!agent->options.old) {
		sender_acknowledge(&agent->sender, message, now);
	}
}

/* Input and acknowledgements tell that the client is there, whether they can be taken or not. */
void
agent_receive(struct agent *agent, struct view bytes, uint64_t now)
{
	struct message message;

	if (agent->phase == PHASE_OVER || message_decode(&message, bytes, agent->options.digest) != NULL)
		return;
	if (message.type == MESSAGE_INPUT) {
		agent->sender.paused = false;
		receive_input(agent, &message, bytes, now);
	} else if (message.type == MESSAGE_ACKNOWLEDGE) {
		agent->sender.paused = false;
		sender_acknowledged(&agent->sender, message_read_acknowledgement(message.payload), now);
	} else if (message.type == MESSAGE_START || message.type == MESSAGE_PAUSE) {
		agent_publish(agent, message.type == MESSAGE_START, now);
	}
}

/*
 * A terminal, or a connection, is not looked at while publication is paused. Pipes have a reader each, which waits for output whatever
 * happens, takes what comes, and is gone for good when it then finds publication paused.
 */
bool
agent_reads(const struct agent *agent, bool error_output)
{
	if (agent->phase != PHASE_RUNNING)
		return false;
	if (agent->options.session == AGENT_COMMAND)
		return agent->collected.len < COLLECTED_MAX;
	if (sender_is_full(&agent->sender))
		return false;
	return has_one_stream(agent) ? !agent->sender.paused : !agent->pumps[error_output].ended;
}

void
agent_output(struct agent *agent, struct view bytes, bool error_output, uint64_t now)
{
	struct pump *pump = &agent->pumps[error_output && !has_one_stream(agent)];

	if (agent->phase != PHASE_RUNNING)
		return;
	if (agent->options.session == AGENT_COMMAND) {
		bytes_add(&agent->collected, bytes);
		return;
	}
	while (bytes.len > 0 && !pump->ended) {
		pump_read(pump, &bytes, &agent->sender, now);
		if (!has_one_stream(agent) && agent->sender.paused)
			pump->ended = true;
	}
}

/* Nobody is told the code of a command while publication is paused, nor later. */
static void
send_exit_code(struct agent *agent, int code, uint64_t now)
{
	struct bytes text = BYTES_INIT(TEXT_MAX);

	bytes_print(&text, "EXIT_CODE: %d", code);
	if (agent->options.session == AGENT_COMMAND_SEPARATE && !agent->sender.paused)
		sender_send(&agent->sender, PAYLOAD_EXIT_CODE, bytes_view(&text), now);
	bytes_clear(&text);
}

void
agent_program_ended(struct agent *agent, int code, uint64_t now)
{
	if (agent->phase != PHASE_RUNNING)
		return;
	send_exit_code(agent, code, now);
	if (agent->options.session == AGENT_COMMAND) {
		agent->phase = PHASE_COLLECTED;
		agent->limit = now;
	} else {
		wait_for_the_last(agent, now);
	}
}

void
agent_program_failed(struct agent *agent, struct view why, uint64_t now)
{
	if (agent->phase != PHASE_RUNNING)
		return;
	bytes_set(&agent->collected, why);
	send_exit_code(agent, START_FAILED_CODE, now);
	agent->phase = PHASE_START_FAILED;
	agent->limit = now + START_FAILED_WAIT;
	if (has_one_stream(agent))
		fail(agent, has_terminal(agent) ? "Unable to start shell: " : "Unable to connect to specified port: ", why);
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

static void
advance(struct agent *agent, uint64_t now)
{
	bool due = now >= agent->limit;

	if (agent->phase == PHASE_HANDSHAKE && due) {
		fail_handshake(agent, VIEW(HANDSHAKE_TIMED_OUT));
	} else if (agent->phase == PHASE_START_FAILED && due) {
		sender_send(&agent->sender, PAYLOAD_STDERR, bytes_view(&agent->collected), now);
		wait_for_the_last(agent, now);
	} else if (agent->phase == PHASE_COLLECTED && due) {
		read_collected(agent, now);
	}
	if (agent->phase == PHASE_LAST && (now >= agent->limit || sender_is_idle(&agent->sender)))
		finish(agent);
	if (agent->phase != PHASE_OVER)
		sender_tick(&agent->sender, now);
}

bool
agent_next(struct agent *agent, struct view *message, uint64_t now)
{
	advance(agent, now);
	return sender_next(&agent->sender, message);
}

uint64_t
agent_deadline(const struct agent *agent)
{
	uint64_t again = sender_deadline(&agent->sender);
	bool idle = agent->phase == PHASE_RUNNING;

	if (agent->phase == PHASE_OVER)
		return AGENT_NEVER;
	if (agent->phase == PHASE_LAST && sender_is_idle(&agent->sender))
		return 0;
	if (agent->phase == PHASE_COLLECTED && agent->read < agent->collected.len)
		idle = agent->sender.paused || sender_is_full(&agent->sender);
	return idle || again < agent->limit ? again : agent->limit;
}
