/*
 * peer: the other end of a data channel, as far as what bench/ has of them is alike.
 *
 * Purpose:   waits for a client, answers its request for a WebSocket, and frames messages for it.
 * Errors:    false, or -1.
 */
#ifndef SSM_BENCH_PEER_H
#define SSM_BENCH_PEER_H

#include "stream/message.h"

#define PEER_FRAME_HEAD 4		/* of a frame of 126 to 65535 bytes, as a server sends it */

/*
 * Listens on 127.0.0.1, prints the port, and takes one connection, whoever it is: a descriptor that does not block. The
 * answer to its request is in `out`, what it has sent beyond that in `in`.
 */
int peer_accept(struct bytes *in, struct bytes *out);

/* A frame of a message, dated now. */
bool peer_add_frame(struct bytes *out, struct message message);

/* That of channel_closed. */
bool peer_add_closed(struct bytes *out);

#endif
