/*
 * sandbox/node/muxed: the connections of a session that forwards many at once.
 *
 * Purpose:   a connection for each stream of the smux server (sandbox/agent/mux), bytes both ways.
 * Rules:     as the public agent does: one is dialled after another; a failed one is told, and its stream gets FIN. When
 *            either side ends, the connection is closed both ways and the stream gets FIN, behind what was read of it and
 *            written to it: what the destination had not read yet at its own end is lost.
 * Ownership: the port is borrowed. muxed_free() closes all of them.
 * Errors:    `ended` is called once when smux is broken.
 */
#ifndef SSM_SANDBOX_NODE_MUXED_H
#define SSM_SANDBOX_NODE_MUXED_H

#include "process/loop.h"
#include "sandbox/agent/terms.h"

struct forward_calls {
	void (*ready)(void *owner);	/* there is a connection, or somebody who makes them */
	void (*failed)(void *owner, struct view why);	/* there is none; the last call but for `changed` */
	void (*connect_failed)(void *owner);	/* one of many */
	bool (*wanted)(void *owner);	/* whether there is room for output now */
	void (*output)(void *owner, struct view bytes);
	void (*ended)(void *owner);	/* the last call but for `changed` */
	void (*changed)(void *owner);	/* something of this happened, or input went out; may free who calls */
	void *owner;
};

struct muxed;

/* NULL: no memory. */
struct muxed *muxed_new(struct loop *loop, const struct agent_port *port, bool keep_alive,
    const struct forward_calls *calls);
void muxed_free(struct muxed *muxed);

void muxed_input(struct muxed *muxed, struct view bytes);
bool muxed_is_full(const struct muxed *muxed);
void muxed_look(struct muxed *muxed);

#endif
