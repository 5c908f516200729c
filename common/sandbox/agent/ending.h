/*
 * sandbox/agent/ending: what the agent does from its program's end on: the code, what was collected, the last two seconds.
 */
#ifndef SSM_SANDBOX_AGENT_ENDING_H
#define SSM_SANDBOX_AGENT_ENDING_H

#include "sandbox/agent/state.h"

/* The session is over at once; what and why are told. */
void ending_fail(struct agent *agent, const char *what, struct view why);

/* The program has ended, or did not start, while it ran: agent_program_ended(), agent_program_failed(). */
void ending_begin(struct agent *agent, int code, uint64_t now);
void ending_begin_failed(struct agent *agent, struct view why, uint64_t now);

/* What the phases of the end have to do by now. */
void ending_advance(struct agent *agent, uint64_t now);

#endif
