/*
 * session/session: a session at work: what is typed goes to the node, what the node prints comes here, over
 * connections that come and go.
 *
 * Purpose:   puts the parts together: input, channel, link, output, recovery; and decides when it is over, and how.
 * Flow:      nothing is read that could not be kept: input stops when the channel's window is full, the node when
 *            the reader of its output is slow.
 * Ends:      by the node (channel_closed); by the service (no such session); by the user (an escape, a signal, the
 *            end of input and then silence): the service is then told to end the session; or it is left as it is
 *            (SIGHUP, given up, an escape), for the service to end as idle.
 * Units:     milliseconds.
 * Ownership: a plan is borrowed.
 * Errors:    told to the user; the exit code is returned. A signal that ended the session is the caller's to end
 *            by, once he has put his things in order.
 */
#ifndef SSM_SESSION_SESSION_H
#define SSM_SESSION_SESSION_H

#include "session/plan.h"

void session_run(const struct session_plan *plan, struct session_end *end);

#endif
