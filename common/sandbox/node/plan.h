/*
 * sandbox/node/plan: what a session's program is to be, and whom it and its like tell of what happens.
 */
#ifndef SSM_SANDBOX_NODE_PLAN_H
#define SSM_SANDBOX_NODE_PLAN_H

#include <signal.h>

#include "sandbox/agent.h"

struct program_plan {
	enum agent_session session;
	const char *shell;		/* the path of one */
	struct view command;		/* for sessions that are no shell */
	unsigned columns, rows;		/* 0: not known */
	const sigset_t *mask;
};

struct back_calls {
	bool (*wanted)(void *owner, bool error_output);	/* whether it is read now */
	void (*output)(void *owner, struct view bytes, bool error_output);
	void (*ended)(void *owner, int code);	/* as a shell tells it; the last call but for `changed` */
	void (*changed)(void *owner);	/* something of this happened, or input went out */
	void (*failed)(void *owner, struct view why);	/* it did not start; as `ended` */
	/* Of a port alone: it can take input; one of many connections could not be made. */
	void (*ready)(void *owner);
	void (*connect_failed)(void *owner);
	void *owner;
};

#endif
