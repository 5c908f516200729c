/*
 * stream/state: what a channel remembers. For the modules that make it up, which channel.h does not show.
 *
 * Ownership: the channel's; channel_free() ends it.
 */
#ifndef SSM_STREAM_STATE_H
#define SSM_STREAM_STATE_H

#include "core/err.h"
#include "stream/adoption.h"
#include "stream/arrivals.h"
#include "stream/backlog.h"
#include "stream/cipher.h"
#include "stream/handshake.h"
#include "stream/receipts.h"
#include "stream/silence.h"
#include "stream/window.h"

#define CHANNEL_IDS 16			/* that are drawn at once */

enum channel_phase {
	CHANNEL_STARTING,		/* nothing may be sent but answers to the handshake */
	CHANNEL_RUNNING,
	CHANNEL_OVER,			/* channel_closed came */
	CHANNEL_BROKEN,			/* this client cannot go on, but says so to the node */
	CHANNEL_DEAD,			/* there is no memory: nothing is sent any more */
};

struct channel_tally {
	uint64_t bytes_in, bytes_out, messages_in, messages_out;
	uint64_t repeated, duplicates, out_of_order, refused;
	uint64_t heard;
};

/* Of a command, whose output may have been lost where no number tells it. */
struct channel_command {
	bool output, error_output, exit;	/* came */
	bool lost;			/* a connection was, before the exit code came */
	bool live;			/* output had come before that, so that it is not sent at the end alone */
};

/* By the node's clock: when it made what came. */
struct channel_dates {
	uint64_t output;		/* the newest of its output */
	uint64_t answer;		/* its first acknowledgement over this connection; 0: none came */
};

struct channel {
	struct bytes client_id, client_version;
	struct digest *digest;
	void (*random)(void *context, unsigned char *out, size_t len);
	void *context;
	uint64_t epoch;
	size_t ahead;			/* messages of the node that may wait */

	enum channel_phase phase;
	bool connected;
	bool ready_due, away_told, last_told, piece_told;	/* of events */
	bool adopted_due, news;		/* news: an event came of itself, with the time */
	bool keep;			/* the session is not this process's to end */
	bool plain;			/* of an adopted session: output has come that is text */
	const char *failure;		/* why it is broken or dead; NULL: the handshake's refusal */
	struct bytes closing;		/* what channel_closed says to the user */

	unsigned char ids[CHANNEL_IDS * UUID_BYTES];
	size_t ids_left;

	struct bytes opening;		/* has the token: wiped when it is sent */
	bool opening_due;
	struct bytes payload, message;	/* of an acknowledgement, or an answer */
	struct bytes tail;		/* input that is not a message yet */
	uint64_t tail_since;
	unsigned columns, rows;
	bool size_due;

	struct window window;
	struct receipts receipts, held;	/* held: of what came early, where it may be that nothing comes in front of it */
	struct arrivals arrivals;
	struct backlog backlog;
	struct handshake handshake;
	struct cipher *cipher;		/* of a session that is encrypted, once there is its key */
	bool key_due, challenged;	/* of the key: to be asked for; proved to the node */
	struct bytes sealed, opened;	/* a payload, for as long as it is used */
	struct adoption adoption;
	bool probes;			/* have been sent: they have their id */
	bool input_begun;		/* with the number that was found */
	unsigned char probe_id[UUID_BYTES];	/* its last four bytes are the probe's number */
	struct silence silence;
	struct channel_command command;
	struct channel_dates dates;
	struct channel_tally tally;
};

#define CHANNEL_NO_MEMORY "out of memory"
#define CHANNEL_NO_DIGEST "libcrypto cannot compute SHA-256"
#define CHANNEL_NO_CIPHER "libcrypto cannot encrypt with AES-256-GCM"

static inline void
channel_die(struct channel *channel, const char *why)
{
	channel->phase = CHANNEL_DEAD;
	channel->failure = why;
}

/* Nothing that comes is shown any more. */
static inline void
channel_break(struct channel *channel, const char *why)
{
	channel->phase = CHANNEL_BROKEN;
	channel->failure = why;
}

#endif
