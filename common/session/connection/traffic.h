/*
 * session/connection/traffic: what goes over a connection that stands, for connection.c alone.
 *
 * Purpose:   sends what waits, as far as it goes; takes what comes, first as the answer to the upgrade, then as frames;
 *            ends the connection, with its reason.
 * Ownership: as in session/connection/connection. What returns false has ended the connection, or a callback has:
 *            nothing of it is to be touched any more.
 */
#ifndef SSM_SESSION_TRAFFIC_H
#define SSM_SESSION_TRAFFIC_H

#include "http/tunnel.h"
#include "session/connection/loss.h"
#include "session/connection/plan.h"
#include "session/connection/sendbuffer.h"
#include "stream/upgrade.h"

#define TRAFFIC_RECEIVE_SIZE ((size_t)64 * 1024)

struct connection {
	struct loop *loop;
	struct connection_calls calls;
	const struct connection_plan *plan;
	enum connection_state state;
	unsigned life;			/* which of its lives this is: a callback may have closed it */
	struct tunnel *tunnel;
	struct upgrade upgrade;
	bool asked;			/* the request is among what waits to be sent, or could not be made: see begun */
	struct ssm_error begun;
	struct loss_secrets secrets;
	struct sendbuffer out;
	bool sent;			/* something was */
	bool blocked;			/* until the loop tells that more can be sent */
	bool held;			/* nothing is read */
	bool full;			/* more than half of what may wait waits */
	struct frame_reader reader;
	struct loop_timer flush, more, deadline;
	unsigned user_timeout;
	char buffer[TRAFFIC_RECEIVE_SIZE];
};

void traffic_start(struct connection *connection);

/* Lets go of everything that belongs to one dial. */
void traffic_release(struct connection *connection);

/* Tells the owner that it is lost, with what why owns; false. */
bool traffic_lose(struct connection *connection, struct connection_loss *why);

/* The request goes out, if it could be made; the time for its answer begins. */
void traffic_upgrade(struct connection *connection);

/* What waits, now; or at the end of this turn of the loop, for more may come until then. */
enum tunnel_io traffic_send(struct connection *connection);
void traffic_send_soon(struct connection *connection);

/* As connection_hold() has it. */
void traffic_hold(struct connection *connection, bool held);

/* As struct tunnel_calls has it. */
void traffic_ready(void *owner, unsigned events);

#endif
