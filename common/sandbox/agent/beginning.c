#include "sandbox/agent/beginning.h"

#include "sandbox/agent/ending.h"
#include "sandbox/agent/handshake.h"
#include "sandbox/agent/version.h"

/* client: its version, if it has said one. */
static void
start_program(struct agent *agent, struct view client)
{
	struct view own = view_of(agent->options.version);
	struct agent_event event = { .kind = AGENT_START };

	if (agent->options.port.forwards) {
		event.forwarding = version_forwarding(own, client);
		event.keeps_alive = version_keeps_alive(own, client);
	}
	agent->phase = PHASE_RUNNING;
	agent_events_tell(&agent->events, &event);
}

static void
send_request(struct agent *agent, uint64_t now)
{
	struct bytes payload = BYTES_INIT(AGENT_TEXT_MAX);

	handshake_request(&payload, &agent->options);
	sender_send(&agent->sender, PAYLOAD_HANDSHAKE_REQUEST, bytes_view(&payload), now);
	bytes_clear(&payload);
	agent->limit = now + HANDSHAKE_LIMIT;
}

void
beginning_open(struct agent *agent, uint64_t now)
{
	if (agent_has_terminal(agent))
		start_program(agent, VIEW_NONE);
	else
		send_request(agent, now);
}

static void
fail(struct agent *agent, struct view why)
{
	ending_fail(agent, "Encountered error while initiating handshake. ", why);
}

void
beginning_time_out(struct agent *agent)
{
	fail(agent, VIEW(HANDSHAKE_TIMED_OUT));
}

bool
beginning_take_response(struct agent *agent, struct view payload, uint64_t now)
{
	struct bytes text = BYTES_INIT(AGENT_TEXT_MAX);
	enum handshake_verdict verdict = handshake_judge(&text, payload);

	if (agent->phase == PHASE_HANDSHAKE && verdict == HANDSHAKE_FAILED) {
		fail(agent, bytes_view(&text));
	} else if (agent->phase == PHASE_HANDSHAKE && verdict == HANDSHAKE_GOOD) {
		handshake_complete(&text, now - agent->opened);
		sender_send(&agent->sender, PAYLOAD_HANDSHAKE_COMPLETE, bytes_view(&text), now);
		bytes_reset(&text);
		handshake_client_version(&text, payload);
		start_program(agent, bytes_view(&text));
	}
	bytes_clear(&text);
	return verdict != HANDSHAKE_UNREADABLE;
}
