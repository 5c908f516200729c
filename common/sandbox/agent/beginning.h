/*
 * sandbox/agent/beginning: what the agent does until its program is to run: nothing, or a handshake.
 */
#ifndef SSM_SANDBOX_AGENT_BEGINNING_H
#define SSM_SANDBOX_AGENT_BEGINNING_H

#include "sandbox/agent/state.h"

/* Starts the program, or asks for the handshake. */
void beginning_open(struct agent *agent, uint64_t now);

/* The client's answer; one that comes when no handshake runs changes nothing. False: it cannot be read. */
bool beginning_take_response(struct agent *agent, struct view payload, uint64_t now);

/* The same of its answer to the challenge, which may be to be passed over, too, since it is wrong. */
bool beginning_take_proof(struct agent *agent, struct view payload, uint64_t now);

/* The client has not answered in time. */
void beginning_time_out(struct agent *agent);

#endif
