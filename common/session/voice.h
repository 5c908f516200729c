/*
 * session/voice: what a program says of its session on standard output, between the node's bytes.
 *
 * Purpose:   keeps lines until the output takes them, so that they come in order with what the node prints. Which words
 *            an event has is the program's: one that gives none is silent.
 * Ownership: what sessionvoice_start() is given is borrowed; sessionvoice_clear() ends it.
 * Errors:    a line that there is no memory for is missing.
 * Does not:  write.
 */
#ifndef SSM_SESSION_VOICE_H
#define SSM_SESSION_VOICE_H

#include "core/bytes.h"

enum sessionvoice_event {
	SESSIONVOICE_STARTS,		/* nothing has been dialled yet */
	SESSIONVOICE_TEXT,		/* detail: what the session's owner has to say to its user */
	SESSIONVOICE_LISTENS,		/* detail: a port of this machine, or a path */
	SESSIONVOICE_LISTENS_BASIC,	/* the same, for one connection after the other */
	SESSIONVOICE_ACCEPTED,		/* the first connection */
	SESSIONVOICE_ACCEPTED_BASIC,
	SESSIONVOICE_PORT_FAILED,	/* the node cannot connect to the port */
	SESSIONVOICE_INTERRUPTED,	/* a signal ends a port session */
	SESSIONVOICE_ENDED,		/* detail: why, or nothing */
	SESSIONVOICE_TIMED_OUT,		/* the service knows of no such session any more */
	SESSIONVOICE_FAILED,		/* detail: why it could not be started */
};

/* What others say of a session, its id too, has no control over a terminal. */
enum sessionvoice_reader {
	SESSIONVOICE_PROGRAM,		/* has all as it is */
	SESSIONVOICE_TERMINAL,
	SESSIONVOICE_RAW_TERMINAL,	/* where each line's end is two characters */
};

typedef void sessionvoice_words(struct bytes *out, enum sessionvoice_event event, struct view session_id,
    struct view detail);

struct sessionvoice {
	sessionvoice_words *words;	/* NULL: it is silent */
	const struct bytes *session_id;
	struct bytes waiting;
	bool accepted;			/* a connection has been told */
	bool ended;			/* its end has been told */
	bool told;			/* and why */
};

#define SESSIONVOICE_MAX (256 * 1024)
#define SESSIONVOICE_INIT { .waiting = BYTES_INIT(SESSIONVOICE_MAX) }

void sessionvoice_start(struct sessionvoice *voice, sessionvoice_words *words, const struct bytes *session_id);

/* Of connections and of ends only the first one is told. */
void sessionvoice_say(struct sessionvoice *voice, enum sessionvoice_event event, struct view detail,
    enum sessionvoice_reader reader);

/* What waits to be written; so much of it is. */
struct view sessionvoice_waiting(const struct sessionvoice *voice);
void sessionvoice_took(struct sessionvoice *voice, size_t len);

void sessionvoice_clear(struct sessionvoice *voice);

#endif
