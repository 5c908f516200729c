/*
 * sandbox/node/node: a session's node in the loop: the agent, and the program or the connections behind it.
 *
 * Purpose:   hands messages of the client to the agent, its input to the program, the program's output back, and says
 *            what goes to the client next: start_publication, the agent's messages, channel_closed.
 * Limits:    while a connection does not take what it was given the agent stands still, and messages wait for it, as
 *            they would in the service; NODE_WAITING_FULL of them are enough.
 * Units:     milliseconds of the loop's clock.
 * Ownership: a node is freed by node_free(), at any time but in its own calls; what the plan names is borrowed.
 * Errors:    a program that does not start is the agent's to tell.
 * Does not:  know of connections, tokens or other sessions.
 */
#ifndef SSM_SANDBOX_NODE_NODE_H
#define SSM_SANDBOX_NODE_NODE_H

#include "sandbox/agent/encryption.h"
#include "sandbox/node/back.h"

#define NODE_WAITING_FULL 16384

struct node;

struct node_plan {
	struct loop *loop;
	struct digest *digest;
	const char *session_id;
	enum agent_session session;
	const char *shell;
	const char *agent_version;
	bool paced;			/* a port is read as the public agent does: a payload each millisecond at most */
	struct view command;
	struct agent_port port;
	struct encryption_plan encryption;	/* a key only where the session can have one */
	const sigset_t *mask;		/* of what is started */
	void (*sendable)(void *owner);	/* node_next() may have something; not called without a client */
	void (*over)(void *owner);	/* the session is, once; from the loop, with no call of node's under way */
	void *owner;
};

/* The client is not there yet. */
enum ssm_err node_open(struct node **node, const struct node_plan *plan, struct ssm_error *err);

/* The client has come, or has gone: the service tells the agent, and the client in turn. */
void node_publish(struct node *node, bool present);

/* A message of the client, one that is right. */
void node_receive(struct node *node, struct view message);

/* Whether so much input waits for the program that the client should send no more. */
bool node_is_full(const struct node *node);

/* The next message for the client; false: none now. */
bool node_next(struct node *node, struct view *message);

/* True behind channel_closed: nothing will come any more. */
bool node_is_done(const struct node *node);

/* Ends the session from outside; `text` is what the client is told, empty for an ordinary end. */
void node_end(struct node *node, struct view text);

void node_free(struct node *node);

/* Kills the programs of all of them at once; each is then still to be freed. */
void node_kill_all(struct node **nodes, size_t count);

#endif
