/*
 * sandbox/node/plan: what a session's program is to be.
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

#endif
