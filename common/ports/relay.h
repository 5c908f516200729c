/*
 * ports/relay: one local connection of those that ports/forward carries: what it says, what it is given, how it ends.
 *
 * Purpose:   reads it while there is room on the way to the node, writes what has come for its stream, and decides what
 *            becomes of it whenever something has happened: it stays, is ended, or is reset.
 * Units:     milliseconds of the loop's clock.
 * Ownership: struct portsrelay is part of ports/forward's, which alone fills and ends it. A connection is in its lists from
 *            portsrelay_begin() until it ends; any call that is given one may end and free it.
 * Errors:    of one connection: it is reset.
 * Does not:  take frames apart, look at anything outside of ports.
 */
#ifndef SSM_PORTS_RELAY_H
#define SSM_PORTS_RELAY_H

#include "ports/accept.h"
#include "ports/carrier.h"
#include "ports/local.h"

#define PORTSRELAY_ROOM_LEAST 4096	/* bytes on the way to the node: many small frames are dear */

struct portsrelay_calls {
	void (*accepted)(void *owner);
	void (*lingered)(void *owner);	/* one was ended that had said everything, and heard nothing for `linger` */
	void *owner;
};

/* What all of them share. */
struct portsrelay {
	struct loop *loop;
	struct portsrelay_calls calls;
	struct portsaccept accept;
	struct portscarrier carrier;
	struct portslocals all, hungry;
	struct portsway way;
	uint64_t linger;
	bool last;			/* connection of all: no more are accepted */
	bool stopped;			/* nothing more goes to the node or comes from it */
};

/* Whether one more connection is accepted has to be asked anew. */
void portsrelay_want(struct portsrelay *relay);

/* A connection that was accepted; of the session it has a stream, or none, and then it is reset. */
void portsrelay_begin(struct portsrelay *relay, int fd);

/* It has waited for room on the way to the node, and there is some. */
void portsrelay_hear(struct portsrelay *relay, struct portslocal *local);

/* What has come for its stream is written, as far as it takes it. */
void portsrelay_give(struct portsrelay *relay, struct portslocal *local);

/* Bytes were written to it, or not taken: what becomes of it now. */
void portsrelay_settle(struct portsrelay *relay, struct portslocal *local);

/* The session's end is known: patience begins. */
void portsrelay_last(struct portsrelay *relay, struct portslocal *local);

/* It is reset, and nobody is told. */
void portsrelay_cut(struct portsrelay *relay, struct portslocal *local);

#endif
