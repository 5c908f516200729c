/*
 * sandbox/agent/state: what an agent remembers, for the parts that it is made of.
 *
 * Ownership: agent_open() makes it, agent_free() ends it.
 */
#ifndef SSM_SANDBOX_AGENT_STATE_H
#define SSM_SANDBOX_AGENT_STATE_H

#include "sandbox/agent/encryption.h"
#include "sandbox/agent/events.h"
#include "sandbox/agent/pump.h"
#include "sandbox/agent/sender.h"

#define AGENT_TEXT_MAX 65536
#define AGENT_COLLECTED_MAX (1024 * 1024 * 1024)

enum agent_phase {
	PHASE_HANDSHAKE,
	PHASE_RUNNING,
	PHASE_START_FAILED,		/* the reason is told when the time has come */
	PHASE_COLLECTED,		/* the program is over, its output goes out */
	PHASE_LAST,			/* what is not acknowledged has until the limit */
	PHASE_OVER,
};

struct agent {
	struct agent_options options;
	struct encryption encryption;
	struct sender sender;
	struct agent_queue early;	/* of the client: numbers behind the one that is expected */
	int64_t expected;
	enum agent_phase phase;
	uint64_t opened, limit;		/* limit: of the phase */
	bool old;			/* duplicates are not acknowledged */
	bool challenged;		/* the handshake has come to the proof of the data key */
	bool started;			/* somebody knows that the program is to run: it can take input */
	struct pump pumps[2];		/* standard output, standard error */
	struct bytes collected;		/* of a command: output that is told at its end, or why it did not start */
	size_t read;			/* of that */
	struct agent_events events;
	struct bytes text;		/* for the end */
};

static inline bool
agent_has_terminal(const struct agent *agent)
{
	return agent->options.session == AGENT_SHELL || agent->options.session == AGENT_INTERACTIVE;
}

/* A terminal, or a port; else there are pipes. */
static inline bool
agent_has_one_stream(const struct agent *agent)
{
	return agent_has_terminal(agent) || agent->options.session == AGENT_PORT;
}

#endif
