/*
 * session/link: one connection of a session after the other: signed, dialled, and known to be alive.
 *
 * Purpose:   ssm-sign signs the request to upgrade while the connection is made and dialled; where there are no keys
 *            at all it is sent unsigned, as the official client does. A connection may be dialled ahead, while the
 *            StreamUrl is still asked for. Once it is open pings go out as session/liveness says, and when nothing
 *            at all comes for a while behind one, it is lost.
 * Units:     milliseconds.
 * Ownership: what `how` names is borrowed until the link is closed, addresses until then or until it is dialled anew;
 *            the struct stays where it is.
 * Errors:    told once for each connection that was asked for, through `lost`, from the loop: rc AGAIN or SERVICE when
 *            another try may help.
 */
#ifndef SSM_SESSION_LINK_H
#define SSM_SESSION_LINK_H

#include "session/ask.h"
#include "session/connection/address.h"
#include "session/connection/connection.h"
#include "session/connection/upgrade_request.h"
#include "session/liveness.h"

struct sessionlink_calls {
	void (*opened)(void *owner);
	void (*message)(void *owner, struct view message, bool text);
	void (*lost)(void *owner, const struct ssm_error *why);
	void *owner;
};

struct sessionlink_how {
	const struct sessionask_how *ask;	/* for the signature */
	const char *region;		/* of the signature */
	const char *ca_bundle;		/* empty: the system's */
	const char *user_agent;
	unsigned ping;			/* between two of them */
};

struct sessionlink {
	struct loop *loop;
	struct sessionlink_how how;
	struct sessionlink_calls calls;
	struct connection *connection;
	const struct sessionaddress *address;	/* whose connection it is */
	struct connection_plan plan;
	struct upgrade_request *request;	/* while it is signed */
	struct liveness liveness;
	struct loop_timer moment;	/* of liveness, or sooner */
	bool to_sign;
	bool asked;			/* the connection is to open, or its loss to be told, once */
	bool ahead;			/* it was dialled before it was asked for */
	bool closed;			/* the last one that is lost was, by a close frame */
	struct ssm_error why;
};

#define SESSIONLINK_INIT { .connection = NULL, .liveness = LIVENESS_INIT, .why = SSM_ERROR_INIT }

void sessionlink_open(struct sessionlink *link, struct loop *loop, const struct sessionlink_how *how,
    const struct sessionlink_calls *calls);

/* Ahead: name, proxy, TCP and TLS. Nothing is sent, and nobody is told what comes of it. */
void sessionlink_dial(struct sessionlink *link, const struct sessionaddress *address);

/* What was dialled ahead, and not asked for since, is let go. */
void sessionlink_abandon(struct sessionlink *link);

/*
 * Asks for the connection; without a signature where the URL brings its own. What was dialled ahead to the same host is
 * used; without such a one, or when it is lost before the request has gone out, the host is dialled now, and that counts.
 */
void sessionlink_upgrade(struct sessionlink *link, const struct sessionaddress *address, bool to_sign);

/* How many bytes of messages it takes now; 0 unless open. */
size_t sessionlink_room(const struct sessionlink *link);
/* Nothing is read while it is held; whether it is alive is asked when it was held for long. */
void sessionlink_hold(struct sessionlink *link, bool held);

void sessionlink_send(struct sessionlink *link, struct view message, bool text);

/* The oldest input that is not answered was given then; LIVENESS_NEVER: all is. */
void sessionlink_waits(struct sessionlink *link, uint64_t since);

/* This process was stopped: whether it is alive is asked, and patience begins. */
void sessionlink_check(struct sessionlink *link);

/*
 * This machine has slept, or its network has changed: whether it is alive is to be known soon. What is being dialled
 * is not waited for as long as it may take: it may have begun where there is no way any more.
 */
void sessionlink_doubt(struct sessionlink *link);

void sessionlink_close(struct sessionlink *link);

#endif
