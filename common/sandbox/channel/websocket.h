/*
 * sandbox/channel/websocket: data channels on libwebsockets' WebSockets.
 *
 * Purpose:   the first message opens the channel (sandbox/channel/opening), the others are looked at and handed to its node,
 *            the node's go back. Who opens a channel last has it: the one before is closed.
 * Ownership: what a connection needs is libwebsockets' per-session data; channels and nodes are the service's.
 * Errors:    close frames with a reason. A message that is not right is dropped, and the log told.
 */
#ifndef SSM_SANDBOX_CHANNEL_WEBSOCKET_H
#define SSM_SANDBOX_CHANNEL_WEBSOCKET_H

#include "sandbox/channel/socket.h"

#define WEBSOCKET_READ_MAX 65536	/* of a message in one callback */

/* The protocol's callback; its data is a struct websocket. */
int sandbox_on_websocket(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len);

#endif
