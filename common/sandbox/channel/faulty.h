/*
 * sandbox/channel/faulty: does to data channels what sandbox/fault/faults decides.
 *
 * Purpose: stands where messages pass between a connection and its node, and keeps the timer of rules of time.
 * Errors:  false: the connection is to be ended now, by returning -1 from libwebsockets' callback.
 */
#ifndef SSM_SANDBOX_CHANNEL_FAULTY_H
#define SSM_SANDBOX_CHANNEL_FAULTY_H

#include "sandbox/channel/socket.h"
#include "sandbox/state.h"

/* The channel is open, and this connection has it. */
void faulty_begin(struct websocket *socket);

/* Hands the message on by `pass`, once, twice, behind the next one, or not at all. */
bool faulty_pass(struct websocket *socket, enum fault_way way, struct view message,
    bool (*pass)(struct websocket *socket, struct view message));

/* What waits for a next message goes out without one. */
bool faulty_flush(struct websocket *socket, enum fault_way way,
    bool (*pass)(struct websocket *socket, struct view message));

/* The timer has come. */
bool faulty_due(struct websocket *socket);

/* The other side's next bytes are a RST, at once. */
void faulty_abort(struct websocket *socket);

/* The rules have changed: all connections look when they are due next. */
void faulty_look(struct sandbox_service *service);

#endif
