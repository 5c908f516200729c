/*
 * muxlog: what the tests of ports/mux share: frames as the node would send them, and what came of it as a text.
 *
 * Ownership: texts go into the caller's bytes.
 * Errors:    what cannot be in a test ends the process.
 */
#ifndef SSM_TESTS_MUXLOG_H
#define SSM_TESTS_MUXLOG_H

#include "ports/mux.h"
#include "stream/smux.h"

struct mux *muxlog_open(bool keepalive);

/* A frame of the node's. All of it is taken, or the process ends. */
void muxlog_node(struct mux *mux, enum smux_command command, uint32_t stream, struct view data);

/*
 * All that waits for readers, who take all of it: "3:text", "3.END", "3.BROKEN", a blank behind each; the next streams
 * come from mux_ready().
 */
struct view muxlog_events(struct mux *mux, struct bytes *log);

/* All that waits to go out, taken: "SYN3", "PSH3:text", "FIN3", "NOP0", a blank behind each. */
struct view muxlog_out(struct mux *mux, struct bytes *log);

#endif
