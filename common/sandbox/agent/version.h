/*
 * sandbox/agent/version: what the agent does by its own version and the client's.
 *
 * Source: ssm-data-channel(7), Versions.
 */
#ifndef SSM_SANDBOX_AGENT_VERSION_H
#define SSM_SANDBOX_AGENT_VERSION_H

#include "sandbox/agent/terms.h"

/* Numbers with dots between them, compared one by one; what is not there, or no number, is 0. */
int version_compare(struct view a, struct view b);

/* Before 3.2.1041.0: duplicates are not acknowledged. */
bool version_is_old(struct view agent);

/* How a session that forwards a port does it. */
enum agent_forwarding version_forwarding(struct view agent, struct view client);

/* Whether smux says that it is there, and wants to hear so. */
bool version_keeps_alive(struct view agent, struct view client);

#endif
