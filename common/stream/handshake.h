/*
 * stream/handshake: what the node asks for before a session, and what it is told.
 *
 * Purpose:   reads HandshakeRequest and does what it asks, action by action (a row of the table in handshake.c);
 *            writes HandshakeResponse; reads HandshakeComplete. Reading and answering are two steps: a data key is
 *            got from outside in between.
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
#define HANDSHAKE_KEY_ID_MAX 2048	/* bytes: longer ones KMS does not know */
#define HANDSHAKE_CIPHERTEXT_MAX 16384	/* of a data key, in base64 */

enum handshake_status { HANDSHAKE_DONE = 1, HANDSHAKE_FAILED = 2, HANDSHAKE_UNSUPPORTED = 3 };

struct handshake_action {
	struct bytes type;
	enum handshake_status status;
	const char *error;		/* static, or `reason` of a key; NULL when it is done */
};

/* Of a session that is to be encrypted. */
struct handshake_key {
	struct handshake_action *action;	/* that asks for it; NULL: none does */
	struct bytes id;
	struct bytes challenge;		/* as it came, in base64; empty: none did */
	struct bytes ciphertext;	/* of the data key, in base64; empty: there is none (yet) */
	struct bytes reason;		/* why there will be none */
};

struct handshake {
	bool asked, complete;
	enum channel_session session;
	struct portproperties port;	/* of CHANNEL_PORT */
	struct bytes agent_version;
	struct handshake_action actions[HANDSHAKE_ACTIONS_MAX];
	size_t count;
	struct handshake_key key;
	struct bytes refusal;		/* empty: all was done */
	struct bytes customer_message;
};

void handshake_init(struct handshake *handshake);
void handshake_clear(struct handshake *handshake);

/* Whether something could not be kept for want of memory. */
bool handshake_lacks_memory(const struct handshake *handshake);

/* Reads the request and does its actions. */
bool handshake_read_request(struct handshake *handshake, struct view payload);

/* Whether the answer waits for a data key, or for word that there is none. */
bool handshake_wants_key(const struct handshake *handshake);

/* The key, as KMS has encrypted it: base64, and not empty. */
void handshake_take_key(struct handshake *handshake, struct view ciphertext);

/* There is none: the node gets to know why, and so does the user. */
void handshake_refuse_key(struct handshake *handshake, struct view reason);

/* The response's JSON. */
void handshake_write_response(struct bytes *out, const struct handshake *handshake, struct view client_version);

bool handshake_read_complete(struct handshake *handshake, struct view payload);

#endif
