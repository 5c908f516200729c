/*
 * session/connection/connection: a WebSocket to the StreamUrl's host, in a loop.
 *
 * Purpose:   name, proxy, TCP, TLS (by http/tunnel, as ssm-call has them), then the upgrade, then frames. What needs
 *            no token is done at connection_dial(), so that it can run while the token is asked for.
 * Units:     milliseconds.
 * Ownership: a plan and its texts are borrowed until the connection is closed; messages that are sent are copied.
 *            Callbacks may close the connection, `lost` may free it; a message that they are given lives as long as the call.
 * Errors:    told once, through `lost`; nothing is called after that, and connection_close() is all that is left.
 * Does not:  resume, sign, ping by itself, look at messages.
 */
#ifndef SSM_SESSION_CONNECTION_H
#define SSM_SESSION_CONNECTION_H

#include "core/header_field.h"
#include "process/loop.h"
#include "session/connection/plan.h"

struct connection;

enum ssm_err connection_new(struct connection **connection, struct loop *loop, const struct connection_calls *calls,
    struct ssm_error *err) __attribute__((warn_unused_result));

/* Begins; failures are told through `lost`, from the loop. */
void connection_dial(struct connection *connection, const struct connection_plan *plan);

/*
 * The request to upgrade is to be sent as soon as it can be, with these fields beside its own (authorization and
 * its kin; they are copied, and wiped once they are sent).
 */
void connection_upgrade(struct connection *connection, const struct header_field *fields, size_t count);

/* How many bytes of messages it takes now; 0 unless open. */
size_t connection_room(const struct connection *connection);

/* A message as one frame; several that are sent in one turn of the loop leave in one write. */
void connection_send(struct connection *connection, struct view message, bool text);

/*
 * Held, nothing more is read of it, and its other side has to wait, when the buffers between are full; what it says of
 * itself meanwhile, its end too, is heard when it is no longer held.
 */
void connection_hold(struct connection *connection, bool held);

/* A ping with this content, up to 125 bytes; pongs to those of the other side are sent by itself. */
void connection_ping(struct connection *connection, struct view content);

/* How long bytes that were sent may stay unacknowledged by TCP before it is lost: TCP_USER_TIMEOUT. */
void connection_user_timeout(struct connection *connection, unsigned milliseconds);

enum connection_state connection_state(const struct connection *connection);

/* Sends a close frame when it is open (without waiting), and lets go of everything but itself: it can be dialled anew. */
void connection_close(struct connection *connection);

void connection_free(struct connection *connection);

#endif
