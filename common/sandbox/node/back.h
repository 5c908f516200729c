/*
 * sandbox/node/back: what stands behind a session's agent: a program, or for a port connections.
 *
 * Ownership: it stays where it is from back_init() to back_stop().
 * Errors:    what does not start is told by a call.
 */
#ifndef SSM_SANDBOX_NODE_BACK_H
#define SSM_SANDBOX_NODE_BACK_H

#include "sandbox/node/forward.h"
#include "sandbox/node/program.h"

struct back {
	enum agent_session session;
	const char *shell;		/* these are borrowed */
	struct view command;
	const sigset_t *mask;
	unsigned columns, rows;		/* of its terminal; 0: not known */
	struct back_calls calls;
	struct program program;
	struct forward forward;
};

/* Of the plan: session, shell, command and mask. Before anything else; back_stop() is then right at any time. */
void back_init(struct back *back, struct loop *loop, const struct program_plan *plan, const struct agent_port *port,
    const struct back_calls *calls);

/* What the agent tells: START, INPUT, SIZE and FLAG; nothing else means anything. */
void back_take(struct back *back, const struct agent_event *event);

/* The agent is to be given nothing more; the client should send no more. */
bool back_is_blocked(const struct back *back);
bool back_is_full(const struct back *back);

/* calls.wanted may say another thing now. */
void back_look(struct back *back);

void back_stop(struct back *back);

#endif
