/*
 * session/forwarding: a session that forwards a port of this machine: where its bytes come from, and where they go.
 *
 * Purpose:   listens, unless the caller does already; says so to the user, to events and to the descriptor of
 *            --ready-fd; carries the bytes of local connections to the channel and back.
 * Ownership: session->forward and session->listen are this module's; forwarding_end() ends them.
 * Errors:    end the session, in words.
 */
#ifndef SSM_SESSION_FORWARDING_H
#define SSM_SESSION_FORWARDING_H

#include "session/state.h"

/* The session is ready, of whatever kind it is. */
void forwarding_begin(struct session *session, const struct portproperties *port);

/* What local connections have said goes to the channel, as far as it has room. */
void forwarding_send(struct session *session, uint64_t now);

/* The node's bytes: how many of them were taken. */
size_t forwarding_take(struct session *session, struct view bytes);

/* The node could not reach where a connection was to lead (flag 3). */
void forwarding_refused(struct session *session);

/* When forwarding_send() has something to do though nothing happens; UINT64_MAX: never. */
uint64_t forwarding_moment(const struct session *session);

/* The session's end is known: nothing listens any more; whoever takes nothing of what has come is not waited for. */
void forwarding_last(struct session *session);

/* No more connections; those that there are get what has come for them. */
void forwarding_stop(struct session *session);

bool forwarding_is_empty(const struct session *session);

void forwarding_end(struct session *session);

#endif
