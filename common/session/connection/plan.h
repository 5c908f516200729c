/*
 * session/connection/plan: whom a connection is to, what it tells, and why it is no more.
 *
 * Ownership: as in session/connection/connection.
 */
#ifndef SSM_SESSION_CONNECTION_PLAN_H
#define SSM_SESSION_CONNECTION_PLAN_H

#include "core/err.h"
#include "core/url.h"

#define CONNECTION_MESSAGE_MAX (1024 * 1024)
#define CONNECTION_OUT_MAX (1024 * 1024)	/* bytes that wait to be sent; control frames have room beside them */

enum connection_state { CONNECTION_CLOSED, CONNECTION_DIALLING, CONNECTION_DIALLED, CONNECTION_UPGRADING, CONNECTION_OPEN };

struct connection_plan {
	const struct url *address;	/* https or http: whom to dial */
	struct view target;		/* path and query, byte for byte as in the StreamUrl; not looked at before the upgrade */
	struct view host;		/* the Host field */
	struct view proxy;		/* its URL, or empty */
	const char *ca_bundle;		/* or NULL: the system's authorities */
	bool no_verify;
	struct view user_agent;
	unsigned connect_timeout;	/* name to TLS; 0: 60 s */
	unsigned upgrade_timeout;	/* 0: 45 s */
};

/* Why a connection is no more. */
struct connection_loss {
	struct ssm_error err;		/* rc AGAIN: could not be reached, was cut, fell silent; the text says what and where */
	int status;			/* of a refused upgrade: HTTP; else 0. The body's beginning is in the text, made printable */
	int close_code;			/* of a close frame, or 0; its reason is in the text */
	bool sent;			/* something had been sent: the request for a WebSocket, or a part of it */
	bool opened;			/* it had been open */
};

struct connection_calls {
	void (*dialled)(void *owner);	/* TCP and TLS stand; connection_upgrade() may have been called already */
	void (*opened)(void *owner);
	void (*message)(void *owner, struct view message, bool text);
	void (*alive)(void *owner);	/* bytes came, whatever they are */
	void (*answered)(void *owner);	/* a pong was among them */
	void (*drained)(void *owner);	/* connection_room() has grown again */
	void (*lost)(void *owner, const struct connection_loss *why);
	void *owner;
};

#endif
