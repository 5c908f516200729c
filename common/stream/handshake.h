/*
 * stream/handshake: what the node asks for before a session, and what it is told.
 *
 * Purpose:   reads HandshakeRequest and does what it asks, action by action (a row of the table in handshake.c);
 *            writes HandshakeResponse; reads HandshakeComplete. Reading and answering are two steps, so that an
 *            action may need something from outside in between.
 * Ownership: everything is copied.
 * Errors:    a text that is no such message is false; an action that this client cannot do is answered so, and
 *            `refusal` says it to the user.
 */
#ifndef SSM_STREAM_HANDSHAKE_H
#define SSM_STREAM_HANDSHAKE_H

#include "core/bytes.h"
#include "stream/portproperties.h"
#include "stream/sessiontype.h"

#define HANDSHAKE_ACTIONS_MAX 16
#define HANDSHAKE_TEXT_MAX 4096		/* bytes of what is kept for the user */

enum handshake_status { HANDSHAKE_DONE = 1, HANDSHAKE_FAILED = 2, HANDSHAKE_UNSUPPORTED = 3 };

struct handshake_action {
	struct bytes type;
	enum handshake_status status;
	const char *error;		/* static; NULL when it is done */
};

struct handshake {
	bool asked, complete;
	enum channel_session session;
	struct portproperties port;	/* of CHANNEL_PORT */
	struct bytes agent_version;
	struct handshake_action actions[HANDSHAKE_ACTIONS_MAX];
	size_t count;
	struct bytes refusal;		/* empty: all was done */
	struct bytes customer_message;
};

void handshake_init(struct handshake *handshake);
void handshake_clear(struct handshake *handshake);

/* Whether something could not be kept for want of memory. */
bool handshake_lacks_memory(const struct handshake *handshake);

/* Reads the request and does its actions. */
bool handshake_read_request(struct handshake *handshake, struct view payload);

/* The response's JSON. */
void handshake_write_response(struct bytes *out, const struct handshake *handshake, struct view client_version);

bool handshake_read_complete(struct handshake *handshake, struct view payload);

#endif
