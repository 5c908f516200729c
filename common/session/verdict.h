/*
 * session/verdict: how a session that the node has ended is to be counted.
 *
 * Purpose:   the exit code, and why it is not 0 where it is not: the node's own code, output that is known to be
 *            incomplete or may be, what the service says.
 * Errors:    the reason is session->err.
 */
#ifndef SSM_SESSION_VERDICT_H
#define SSM_SESSION_VERDICT_H

#include "session/state.h"

int verdict(struct session *session, const struct channel_event *ended);

#endif
