#include "sandbox/agent.h"

#include <stdlib.h>

#include "sandbox/agent/beginning.h"
#include "sandbox/agent/ending.h"
#include "sandbox/agent/version.h"

#define FLAG_LEN 4

bool
agent_event(struct agent *agent, struct agent_event *event)
{
	if (!agent_events_take(&agent->events, event))
		return false;
	if (event->kind == AGENT_START && agent->options.session != AGENT_PORT)
		agent->started = true;
	return true;
}

void
agent_port_ready(struct agent *agent)
{
	agent->started = true;
}

void
agent_connect_failed(struct agent *agent, uint64_t now)
{
	static const char flag[FLAG_LEN] = { 0, 0, 0, AGENT_CONNECT_TO_PORT_ERROR };

	if (agent->phase == PHASE_RUNNING)
		sender_send(&agent->sender, PAYLOAD_FLAG, (struct view){ flag, sizeof flag }, now);
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
	agent->old = version_is_old(view_of(options->version));
	agent->collected = (struct bytes)BYTES_INIT(AGENT_COLLECTED_MAX);
	agent->text = (struct bytes)BYTES_INIT(AGENT_TEXT_MAX);
	pump_open(&agent->pumps[0], PAYLOAD_OUTPUT, options->session == AGENT_PORT);
	pump_open(&agent->pumps[1], PAYLOAD_STDERR, false);
	encryption_open(&agent->encryption, &agent->options);
	sender_open(&agent->sender, &agent->options, &agent->encryption, now);
	beginning_open(agent, now);
	return SSM_OK;
}

void
agent_free(struct agent *agent)
{
	if (agent == NULL)
		return;
	sender_close(&agent->sender);
	encryption_clear(&agent->encryption);
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

/* A size that cannot be read is refused, by shells alone: to a command it means nothing. */
static bool
take_size(struct agent *agent, struct view payload)
{
	struct agent_event event = { .kind = AGENT_SIZE };

	if (!agent_has_terminal(agent))
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

static bool
process_plain(struct agent *agent, const struct message *message, uint64_t now)
{
	if (message->payload_type == PAYLOAD_HANDSHAKE_RESPONSE)
		return beginning_take_response(agent, message->payload, now);
	if (message->payload_type == PAYLOAD_CHALLENGE_RESPONSE)
		return beginning_take_proof(agent, message->payload, now);
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

/* False: it cannot be worked on now, or not be opened, and is as if it had not come. */
static bool
process(struct agent *agent, const struct message *message, uint64_t now)
{
	struct message plain = *message;

	return encryption_unseal(&agent->encryption, plain.payload_type, &plain.payload) &&
	    process_plain(agent, &plain, now);
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
	} else if (!agent->old) {
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
 * A terminal, or a port, is not looked at while publication is paused. Pipes have a reader each, which waits for output
 * whatever happens, takes what comes, and is gone for good when it then finds publication paused.
 */
bool
agent_reads(const struct agent *agent, bool error_output)
{
	if (agent->phase != PHASE_RUNNING)
		return false;
	if (agent->options.session == AGENT_COMMAND)
		return agent->collected.len < AGENT_COLLECTED_MAX;
	if (sender_is_full(&agent->sender))
		return false;
	return agent_has_one_stream(agent) ? !agent->sender.paused : !agent->pumps[error_output].ended;
}

void
agent_output(struct agent *agent, struct view bytes, bool error_output, uint64_t now)
{
	struct pump *pump = &agent->pumps[error_output && !agent_has_one_stream(agent)];

	if (agent->phase != PHASE_RUNNING)
		return;
	if (agent->options.session == AGENT_COMMAND) {
		bytes_add(&agent->collected, bytes);
		return;
	}
	while (bytes.len > 0 && !pump->ended) {
		pump_read(pump, &bytes, &agent->sender, now);
		if (!agent_has_one_stream(agent) && agent->sender.paused)
			pump->ended = true;
	}
}

void
agent_program_ended(struct agent *agent, int code, uint64_t now)
{
	if (agent->phase == PHASE_RUNNING)
		ending_begin(agent, code, now);
}

void
agent_program_failed(struct agent *agent, struct view why, uint64_t now)
{
	if (agent->phase == PHASE_RUNNING)
		ending_begin_failed(agent, why, now);
}

bool
agent_next(struct agent *agent, struct view *message, uint64_t now)
{
	if (agent->phase == PHASE_HANDSHAKE && now >= agent->limit)
		beginning_time_out(agent);
	ending_advance(agent, now);
	if (agent->phase != PHASE_OVER)
		sender_tick(&agent->sender, now);
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
