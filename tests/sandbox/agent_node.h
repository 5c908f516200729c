/*
 * agent_node: an agent, the clock that it lives by, and what it says, for tests of its rules.
 *
 * Purpose: node_look() and the like return what was sent and told since the last call, in order: `O0=text` for output
 *          with its number, E for standard error, X for an exit code, Q, R and C for the handshake's request, challenge
 *          and end, F for a flag (40 bytes of each), `ack 3`, `start` (of a port with `=basic` or `=mux`, and `+alive`),
 *          `input=text`, `size=80x25`, `flag=2`, `over=text`, each with a blank.
 */
#ifndef SSM_TESTS_AGENT_NODE_H
#define SSM_TESTS_AGENT_NODE_H

#include "sandbox/agent.h"
#include "sandbox/agent/encryption.h"
#include "stream/message.h"

#define NODE_EPOCH 1700000000000U

struct node {
	struct agent *agent;
	struct digest *digest;
	unsigned char random;
	uint64_t now;
	struct bytes said;
	unsigned sent;			/* messages */
	struct bytes last, numbered;	/* the last one of them, and of those with a number */
};

void node_open(struct node *node, enum agent_session session, bool old);
void node_open_encrypted(struct node *node, enum agent_session session, const struct encryption_plan *plan);
void node_open_port(struct node *node, const char *version, bool forwards);
void node_close(struct node *node);

/* What it sends and tells until the clock is at `until`; now. */
const char *node_run(struct node *node, uint64_t until);
const char *node_look(struct node *node);

/* A message of the client; the others say what the agent says to it. */
void node_give(struct node *node, enum message_type type, int64_t sequence, enum payload_type payload_type,
    struct view payload);
void node_acknowledge(struct node *node, int64_t sequence);
const char *node_input(struct node *node, int64_t sequence, const char *text);
const char *node_size(struct node *node, int64_t sequence, const char *text);
const char *node_answer(struct node *node, int64_t sequence, const char *text);

/* Of the program. */
void node_output(struct node *node, const char *text);

#endif
