/*
 * sandbox/node/start: the descriptors, words and environment that a program is started with.
 *
 * Ownership: what comes back is the caller's: the ends of pipes, or the terminal's master.
 * Errors:    SSM_E_OTHER, or SSM_E_CONFIG for words that are none; the message is short, and names program and reason.
 */
#ifndef SSM_SANDBOX_NODE_START_H
#define SSM_SANDBOX_NODE_START_H

#include "core/err.h"
#include "process/process.h"
#include "sandbox/node/plan.h"

/* What this process keeps of a program that runs. */
struct program_ends {
	int out, messages;		/* to be read, not blocking; the first one is the terminal if there is one */
};

#define PROGRAM_ENDS_NONE { -1, -1 }

enum ssm_err program_run(struct process *process, struct program_ends *ends, const struct program_plan *plan,
    struct ssm_error *err);

/* The size, of which terminals have 16 bits. */
void program_set_size(int terminal, unsigned columns, unsigned rows);

/* Kills every process of the sessions that these lead, or led. Sorts them. */
void program_kill_sessions(pid_t *leaders, size_t count);

#endif
