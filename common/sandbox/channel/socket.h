/*
 * sandbox/channel/socket: a data channel's connection: what is kept of it, and what is told of it.
 *
 * Ownership: libwebsockets' per-session data; its channel is the service's.
 */
#ifndef SSM_SANDBOX_CHANNEL_SOCKET_H
#define SSM_SANDBOX_CHANNEL_SOCKET_H

#include <libwebsockets.h>

#include "sandbox/channel/opening.h"
#include "sandbox/fault/line.h"

struct websocket {
	struct lws *wsi;
	struct sandbox_channel *channel;	/* NULL: it is another's, or gone */
	struct bytes in, out;		/* a message that is not whole yet; one with libwebsockets' room before it */
	bool open, closing;
	struct sandbox_refusal refusal;	/* when closing */
	struct fault_link link;		/* when open */
	struct bytes held[2];		/* from and for the client: a message that waits for the next */
	struct fault_line lines[2];	/* the same: messages that are late */
};

/* A line for the log, with the session's id before it. */
void websocket_tell(const struct websocket *socket, const char *what, const char *detail);

/* A close frame as soon as one can be sent; `why` is a part of its reason. */
void websocket_close(struct websocket *socket, unsigned code, const char *why);

#endif
