/*
 * sandbox/channel/faulty: does to data channels what sandbox/fault/faults decides.
 *
 * Purpose: stands where messages pass between a connection and its node, keeps those that are late, and the timer of rules
 *          of time.
 * Errors:  false: the connection is to be ended now, by returning -1 from libwebsockets' callback.
 */
#ifndef SSM_SANDBOX_CHANNEL_FAULTY_H
#define SSM_SANDBOX_CHANNEL_FAULTY_H

#include "sandbox/channel/socket.h"
#include "sandbox/state.h"

/* The channel is open, and this connection has it. */
void faulty_begin(struct websocket *socket);

/* Hands the message on by `pass`, once, twice, late, behind the next one, or not at all. */
bool faulty_pass(struct websocket *socket, enum fault_way way, struct view message,
    bool (*pass)(struct websocket *socket, struct view message));

/* What waits for a next message goes on without one. */
bool faulty_flush(struct websocket *socket, enum fault_way way,
    bool (*pass)(struct websocket *socket, struct view message));

/* A late message for the client that is due now is handed on; *sent: there was one. */
bool faulty_send_late(struct websocket *socket, bool *sent,
    bool (*pass)(struct websocket *socket, struct view message));

/* Whether the line of this way can take a message; if not, the client's pipe will be looked at again. */
bool faulty_has_room(const struct websocket *socket, enum fault_way way);

/* Whether nothing is on its way to the client any more. */
bool faulty_is_through(const struct websocket *socket);

/* The timer has come; `take` is what takes the client's messages. */
bool faulty_due(struct websocket *socket, bool (*take)(struct websocket *socket, struct view message));

/* What was kept of the connection's messages is dropped. */
void faulty_end(struct websocket *socket);

/* The other side's next bytes are a RST, at once. */
void faulty_abort(struct websocket *socket);

/* The rules have changed: all connections look when they are due next. */
void faulty_look(struct sandbox_service *service);

#endif
