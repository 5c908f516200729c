/*
 * sandbox/node/muxed: the connections of a session that forwards many at once.
 *
 * Purpose:   a connection for each stream of the smux server (sandbox/agent/mux), bytes both ways.
 * Rules:     as the public agent does: one is dialled after another; a failed one is told, and its stream gets FIN. When
 *            either side ends, the connection is closed both ways and the stream gets FIN, behind what was read of it and
 *            written to it: what the destination had not read yet at its own end is lost.
 * Ownership: the port is borrowed. muxed_free() closes all of them.
 * Errors:    `ended` is called once when smux is broken. In `changed` the owner may free it.
 */
#ifndef SSM_SANDBOX_NODE_MUXED_H
#define SSM_SANDBOX_NODE_MUXED_H

#include "process/loop.h"
#include "sandbox/node/plan.h"

struct muxed;

/* NULL: no memory. */
struct muxed *muxed_new(struct loop *loop, const struct agent_port *port, bool keep_alive,
    const struct back_calls *calls);
void muxed_free(struct muxed *muxed);

void muxed_input(struct muxed *muxed, struct view bytes);
bool muxed_is_full(const struct muxed *muxed);
void muxed_look(struct muxed *muxed);

#endif
