/*
 * session/datakey: the data key of a session that is encrypted with a KMS key: GenerateDataKey, asked of the suite's
 * tools while the handshake waits.
 *
 * Purpose:   names the session, its target and the node's challenge as the encryption context: with another one the node
 *            could not decrypt the key. Where nobody has said which target it is, the service's list of sessions is
 *            asked first.
 * Use:       sessiondatakey_start() when the channel wants a key, sessiondatakey_poll() after each turn of the loop.
 * Units:     milliseconds. The node waits 15 s: it is told of a failure before that.
 * Ownership: the struct stays where it is while it asks. The key is wiped here once the channel has it; it has been in
 *            the pipe from ssm-call, and nowhere else.
 * Errors:    in `err`, with the words and the class of the stage that failed; the channel is told that there is no key,
 *            and says so by CHANNEL_FAILED. The node gets to know no more than the error's code.
 */
#ifndef SSM_SESSION_DATAKEY_H
#define SSM_SESSION_DATAKEY_H

#include "session/ask.h"
#include "stream/channel.h"

enum sessiondatakey_state { SESSIONDATAKEY_IDLE, SESSIONDATAKEY_ASKS_TARGET, SESSIONDATAKEY_ASKS_KEY };

struct sessiondatakey {
	enum sessiondatakey_state state;
	struct sessionask ask;
	struct sessionask_how how;	/* with the call's parameters */
	struct bytes key_id, challenge, target, parameters;
	uint64_t until;			/* the node waits no longer */
	struct ssm_error err;
};

#define SESSIONDATAKEY_TEXT_MAX 16384
#define SESSIONDATAKEY_INIT { .ask = SESSIONASK_INIT, .key_id = BYTES_INIT(SESSIONDATAKEY_TEXT_MAX), \
	.challenge = BYTES_INIT(SESSIONDATAKEY_TEXT_MAX), .target = BYTES_INIT(SESSIONDATAKEY_TEXT_MAX), \
	.parameters = BYTES_INIT(8 * SESSIONDATAKEY_TEXT_MAX), .err = SSM_ERROR_INIT }

/* The event is CHANNEL_KEY_WANTED; target NULL: it is not known. */
void sessiondatakey_start(struct sessiondatakey *data_key, const struct sessionask_how *how,
    const struct channel_event *event, const char *target);

/* Takes what has come; hands the key, or that there is none, to the channel. */
void sessiondatakey_poll(struct sessiondatakey *data_key, struct channel *channel);

/* Why there is no key becomes *err; false when it is not for want of one. */
bool sessiondatakey_take_error(struct sessiondatakey *data_key, struct ssm_error *err);

/* Ends what is asked. Not inside a turn of the loop. */
void sessiondatakey_clear(struct sessiondatakey *data_key);

#endif
