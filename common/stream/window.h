/*
 * stream/window: the messages of one's own that are not acknowledged, and when each is sent.
 *
 * Purpose:   each message as it was made, byte for byte, until its number is acknowledged. Sent in order; all that
 *            was sent goes again on a new connection; by timer the oldest ones, and any behind which a later one
 *            was acknowledged (the node keeps what comes early), each at intervals that double up to a second.
 *            While the agent is away only the oldest, once a second: any answer says that it is back. When the
 *            oldest had WINDOW_DEAF of these without one, all by turns, and what is new.
 * Timeouts:  RTT and RTO as ssm-data-channel(7) has them, but with Karn's rule: what was repeated is no sample, since
 *            nobody knows which of the two was acknowledged; an outage would be taken for a slow node. So that a
 *            node slower than RTO is measured at all, a timeout of the oldest doubles RTO until the next sample.
 * Size:      WINDOW_FIRST messages at first, one more for each acknowledgement while the window is full, half of it
 *            (but not less than at first) when the oldest timed out.
 * Old agents: those before 3.2.1041.0 do not acknowledge a duplicate. What was repeated WINDOW_DEAF times over
 *            WINDOW_DEAF_MS, some of them in front of later ones that were acknowledged, has arrived. So that there can
 *            be later ones, a full window then lets one more in each time that its oldest is repeated.
 * Ownership: slots are allocated when first needed, and keep their memory.
 */
#ifndef SSM_STREAM_WINDOW_H
#define SSM_STREAM_WINDOW_H

#include <stdint.h>

#include "core/bytes.h"

#define WINDOW_FIRST 64
#define WINDOW_RESERVE 8		/* of the largest window: for what is not the user's input */
#define WINDOW_DEAF 20
#define WINDOW_DEAF_MS 10000
#define WINDOW_DEAF_PROOFS 3
#define WINDOW_NEVER UINT64_MAX

struct window_slot {
	struct window_slot *next;
	int64_t sequence;
	uint64_t since;			/* when it was made */
	uint64_t sent;			/* last; WINDOW_NEVER: not yet */
	uint64_t repeating;		/* when it was first repeated */
	uint32_t repeats, timeout;
	uint32_t proved, proofs;	/* the last repeat in front of an acknowledged message; how many there were */
	struct bytes message;
};

struct window {
	struct window_slot *oldest, *newest, *spare;
	struct window_slot *cursor;	/* what is to be sent next, in order; NULL: all was */
	int64_t next;			/* number */
	int64_t resent;			/* below it, what is at the cursor has been on another connection */
	size_t count, limit, largest;
	int64_t alone;			/* below it one is sent at a time */
	int64_t later;			/* the highest number that is acknowledged; -1: none is */
	double rtt, rttv;
	uint32_t rto;
	uint64_t away;			/* since when the agent is; WINDOW_NEVER: it is there */
	uint64_t shrunk;		/* when it last lost a half */
	uint64_t probed;		/* when something was last sent to an agent that is away */
};

/* For as many messages as `largest`, the reserve among them. */
void window_init(struct window *window, size_t largest);
void window_clear(struct window *window);

/*
 * The first number is another than 0. Below `alone` no message goes out before the one in front of it is acknowledged:
 * the node may have others with these numbers, which could take their places while they wait.
 */
void window_begin(struct window *window, int64_t number, int64_t alone);

/* How many messages of input there is room for; and whether there is for another kind. */
size_t window_room(const struct window *window);
bool window_has_reserve(const struct window *window);

/*
 * A place for the message with the number window->next, which the caller encodes into it and then hands to
 * window_add(); NULL when there is no memory.
 */
struct bytes *window_place(struct window *window, size_t size);
void window_add(struct window *window, uint64_t now);

/* A new connection: everything goes again, and the node may be reached in another time. */
void window_connected(struct window *window);

/* Whether the oldest has been repeated so often that it may have arrived at an agent that does not say so again. */
bool window_in_doubt(const struct window *window);

/* The agent is away, or not. Whether that is news. */
bool window_set_away(struct window *window, bool away, uint64_t now);

/* A number is acknowledged. Whether it was one that waited for that. */
bool window_acknowledge(struct window *window, int64_t sequence, uint64_t now);

/* The message to send now, marked as sent; VIEW_NONE when there is none. *again: it was sent before. */
struct view window_next(struct window *window, bool *again, uint64_t now);

/* Whether a message waits to be sent in its turn, so that window_next() has one at any time. */
bool window_is_ready(const struct window *window);

/* When the next one is to be repeated. */
uint64_t window_deadline(const struct window *window);

#endif
