/*
 * stream/channel: the client's end of a data channel: messages and a clock go in; messages, events and a
 * deadline come out.
 *
 * Purpose:   a session's bytes, each once and in order, over connections that come and go: sequence numbers,
 *            acknowledgements, what is sent again and when, the order of what comes, the handshake, the end.
 *            The protocol is described in ssm-data-channel(7).
 * Units:     milliseconds of any clock that does not go back; `epoch` makes dates of it.
 * Ownership: views that are given are copied; those that come out live until the next call for the channel.
 * Limits:    CHANNEL_WINDOW messages of one's own that are not acknowledged, CHANNEL_AHEAD of the node's that wait
 *            to be taken; beyond them nothing is taken, or acknowledged. No memory is asked for once both are full.
 * Errors:    what a message says wrong drops the message, as the official client and agent do; memory that cannot
 *            be had ends the channel with an event.
 * Does not:  open, read or write anything, look at a clock, know of frames, keep anything global.
 */
#ifndef SSM_STREAM_CHANNEL_H
#define SSM_STREAM_CHANNEL_H

#include <stdint.h>

#include "core/err.h"
#include "sign/digest.h"
#include "stream/cipher.h"
#include "stream/message.h"
#include "stream/portproperties.h"
#include "stream/sessiontype.h"

#define CHANNEL_PAYLOAD_MAX 1024	/* of a message that is sent, in bytes */
#define CHANNEL_WINDOW 1024		/* messages */
#define CHANNEL_AHEAD 10000		/* messages */
#define CHANNEL_NEVER UINT64_MAX
#define CHANNEL_KEY_LEN CIPHER_KEY_LEN

struct channel;

struct channel_options {
	const char *client_id;		/* a UUID, one a process */
	const char *session_id;
	const char *client_version;	/* four numbers; what leads the agent to do what this client can */
	struct digest *digest;
	/* Fills out with bytes for the ids of messages, which need not be secret. */
	void (*random)(void *context, unsigned char *out, size_t len);
	void *context;
	uint64_t epoch;			/* milliseconds since 1970 when the clock was 0 */
	bool adopt;			/* another process may have been in the session: its numbers are looked for */
};

enum ssm_err channel_open(struct channel **channel, const struct channel_options *options,
    struct ssm_error *err) __attribute__((warn_unused_result));
void channel_free(struct channel *channel);

/*
 * A connection is there. First comes the message with the token; on one that is not the first, then the
 * acknowledgements of the last 30 s once more and all that is not acknowledged, byte for byte as before.
 */
void channel_connected(struct channel *channel, struct view token, uint64_t now);

/* It is gone; what is sent meanwhile waits. */
void channel_lost(struct channel *channel, uint64_t now);

/* A message as it came from the connection, whole. */
void channel_receive(struct channel *channel, struct view message, bool text, uint64_t now);

/*
 * Bytes for the node; how many were taken. None are before the channel is ready (input before that would be
 * thrown away), when the window is full, or at the end; they wait while the connection or the agent is away.
 */
size_t channel_send(struct channel *channel, struct view bytes, uint64_t now)
    __attribute__((warn_unused_result));

/* How many bytes channel_send() would take at least; 0 for none. */
size_t channel_room(const struct channel *channel);

/* The terminal's size; the last one that was told is sent when the channel is ready. */
void channel_resize(struct channel *channel, unsigned columns, unsigned rows, uint64_t now);

/* The size once more, though it be the same: behind a new connection, for who may have missed it. */
void channel_resize_again(struct channel *channel, uint64_t now);

enum channel_flag { CHANNEL_DISCONNECT_TO_PORT = 1, CHANNEL_TERMINATE_SESSION = 2, CHANNEL_CONNECT_TO_PORT_ERROR = 3 };

/* False when the window is full or the channel is not ready. */
bool channel_send_flag(struct channel *channel, enum channel_flag flag, uint64_t now)
    __attribute__((warn_unused_result));

struct channel_outgoing {
	struct view message;
	bool text;			/* the first of a connection; the others are binary */
};

/* The next message for the connection, if there is one to send now. */
bool channel_next(struct channel *channel, struct channel_outgoing *out, uint64_t now);

/* When channel_next() will have one though nothing more goes in; CHANNEL_NEVER for never. */
uint64_t channel_deadline(const struct channel *channel);

enum channel_event_kind {
	CHANNEL_ADOPTED,		/* the session was another process's: its numbers are found; READY follows */
	CHANNEL_KEY_WANTED,		/* the session is to be encrypted: channel_key(), or channel_key_refused() */
	CHANNEL_READY,			/* input is taken from now on; once in a channel's life */
	CHANNEL_OUTPUT,			/* bytes of the node's standard output, or of the terminal */
	CHANNEL_ERROR_OUTPUT,		/* of its standard error */
	CHANNEL_TEXT,			/* a line for the user: the handshake's CustomerMessage */
	CHANNEL_AWAY,			/* the agent is: pause_publication */
	CHANNEL_BACK,			/* it is there again */
	CHANNEL_EXIT,			/* the command's exit code; the channel goes on */
	CHANNEL_FLAG,			/* one that the node sent */
	CHANNEL_ENDED,			/* channel_closed, behind all output that came; the last event but for none */
	CHANNEL_FAILED,			/* this client cannot go on: `text` says why, `rc` its class; the last event */
};

struct channel_event {
	enum channel_event_kind kind;
	struct view bytes;		/* of output: what is left of it, see channel_took(); of KEY_WANTED: the challenge */
	struct view text;		/* of TEXT, ENDED (the Output of channel_closed, empty at an ordinary end), FAILED;
					 * of KEY_WANTED: the id of the KMS key */
	int exit_code;			/* of EXIT; -1 when what came could not be read */
	uint32_t flag;			/* of FLAG */
	enum channel_session session;	/* of READY */
	const struct portproperties *port;	/* of READY, for CHANNEL_PORT; the channel's */
	bool incomplete;		/* of ENDED: a message is missing, or data came after a gap that nobody filled; of
					 * a session that was adopted: nobody knows whether something was in front of it */
	bool doubtful;			/* of ENDED: no output came that was made since this connection stands */
	enum ssm_err rc;		/* of FAILED */
	bool keep;			/* of FAILED: the session is not this process's to end */
	int64_t input, output;		/* of ADOPTED: the first number each way; output -1: the node has not told */
};

/*
 * Whether so much waits for the user that who brings messages does better to hold them back: more of them would be
 * dropped in the end, and come again one by one.
 */
bool channel_is_crowded(const struct channel *channel);

/*
 * The event that is next, if there is one. Output stays the next event until all of it is taken; whatever else is
 * told is gone with the next call.
 */
bool channel_event(struct channel *channel, struct channel_event *event);

/* That many bytes of the output that channel_event() has shown are with the user. */
void channel_took(struct channel *channel, size_t len);

/*
 * The answer to CHANNEL_KEY_WANTED: a data key of KMS, made for the session, its target and the challenge, if there was
 * one, and the same as KMS has encrypted it, in base64. The channel keeps the key for as long as it lives; the caller
 * wipes his own.
 */
void channel_key(struct channel *channel, const unsigned char key[CHANNEL_KEY_LEN], struct view ciphertext,
    uint64_t now);

/* There is none: the node is told why, and so is, by CHANNEL_FAILED, the user. The reason is not empty. */
void channel_key_refused(struct channel *channel, struct view reason, uint64_t now);

struct channel_counters {
	uint64_t bytes_in, bytes_out;	/* of payloads, each once */
	uint64_t messages_in, messages_out;	/* with a number of their own, each once */
	uint64_t repeated, duplicates, out_of_order, refused;	/* sent again; came again; came early; were wrong */
	uint64_t unacknowledged;	/* now */
	uint64_t oldest;		/* since when the oldest of them waits; CHANNEL_NEVER: there is none */
	uint64_t next;			/* the number behind all that was given, if it be no message yet */
	uint64_t missing;		/* the lowest number that is not acknowledged; next: there is none */
	uint64_t heard;			/* when the last message that was right came */
	bool in_doubt;			/* the agent may have the oldest, and be too old to say so again */
};

void channel_count(const struct channel *channel, struct channel_counters *counters);

bool channel_is_ready(const struct channel *channel);

/* The session's end has come, or it has failed: no connection will bring more, and the event is behind what waits. */
bool channel_has_end(const struct channel *channel);

/* What the agent has called itself in a handshake, or an empty text. */
struct view channel_agent_version(const struct channel *channel);

#endif
