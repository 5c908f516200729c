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

	handshake_request(&payload, &agent->options, &agent->encryption);
	sender_send(&agent->sender, PAYLOAD_HANDSHAKE_REQUEST, bytes_view(&payload), now);
	bytes_clear(&payload);
	agent->limit = now + HANDSHAKE_LIMIT;
}

void
beginning_open(struct agent *agent, uint64_t now)
{
	if (agent_has_terminal(agent) && agent->options.encryption == NULL)
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
	fail(agent, agent->challenged ? VIEW(HANDSHAKE_CHALLENGE_TIMED_OUT) : VIEW(HANDSHAKE_TIMED_OUT));
}

/* What the client said of itself is of use where a port is. */
static void
complete(struct agent *agent, struct view response, uint64_t now)
{
	struct bytes text = BYTES_INIT(AGENT_TEXT_MAX);

	handshake_complete(&text, now - agent->opened, agent->options.encryption != NULL);
	sender_send(&agent->sender, PAYLOAD_HANDSHAKE_COMPLETE, bytes_view(&text), now);
	bytes_reset(&text);
	handshake_client_version(&text, response);
	start_program(agent, bytes_view(&text));
	bytes_clear(&text);
}

/* Who said nothing of a key has no challenge, and the time for its answer. */
static void
challenge(struct agent *agent, struct view response, uint64_t now)
{
	struct bytes text = BYTES_INIT(AGENT_TEXT_MAX);

	if (!encryption_take_response(&agent->encryption, &text, response)) {
		fail(agent, bytes_view(&text));
	} else {
		if (encryption_write_challenge(&agent->encryption, &text))
			sender_send(&agent->sender, PAYLOAD_CHALLENGE_REQUEST, bytes_view(&text), now);
		agent->challenged = true;
		agent->limit = now + HANDSHAKE_LIMIT;
	}
	bytes_clear(&text);
}

bool
beginning_take_proof(struct agent *agent, struct view payload, uint64_t now)
{
	enum encryption_verdict verdict;

	if (agent->phase != PHASE_HANDSHAKE || !agent->challenged)
		return true;
	verdict = encryption_judge(&agent->encryption, payload);
	if (verdict == ENCRYPTION_PROVED)
		complete(agent, VIEW_NONE, now);
	else if (verdict == ENCRYPTION_DISPROVED)
		fail(agent, view_of(agent->encryption.fault));
	return verdict != ENCRYPTION_REFUSED;
}

bool
beginning_take_response(struct agent *agent, struct view payload, uint64_t now)
{
	struct bytes text = BYTES_INIT(AGENT_TEXT_MAX);
	enum handshake_verdict verdict = handshake_judge(&text, payload);
	bool awaited = agent->phase == PHASE_HANDSHAKE && !agent->challenged;

	if (awaited && verdict == HANDSHAKE_FAILED)
		fail(agent, bytes_view(&text));
	else if (awaited && verdict == HANDSHAKE_GOOD && agent->options.encryption != NULL)
		challenge(agent, payload, now);
	else if (awaited && verdict == HANDSHAKE_GOOD)
		complete(agent, payload, now);
	bytes_clear(&text);
	return verdict != HANDSHAKE_UNREADABLE;
}
