/*
 * peer: a channel, its clock, and the node's side of it by hand: for the tests of stream.
 *
 * Ownership: peer_close() ends it; views live until the next call.
 */
#ifndef SSM_TESTS_STREAM_PEER_H
#define SSM_TESTS_STREAM_PEER_H

#include "stream/channel.h"

#define PEER_EPOCH 1700000000000U
#define PEER_TOKEN "the-token-value"

struct peer {
	struct channel *channel;
	struct digest *digest;
	uint64_t now;
	unsigned drawn;			/* for ids */
	struct bytes bytes;
	struct channel_event event;
};

/* A channel that is connected, and its first message taken; the second one looks for another process's numbers. */
void peer_open(struct peer *peer);
void peer_open_adopting(struct peer *peer);
void peer_close(struct peer *peer);

/* The same of a shell: it is ready, its prompt is read and acknowledged. */
void peer_open_shell(struct peer *peer);

/* Input, of which all is taken. */
void peer_type(struct peer *peer, const char *text);

/* Messages for the channel. */
void peer_tell(struct peer *peer, enum message_type type, uint32_t payload_type, int64_t sequence,
    struct view payload);
void peer_output(struct peer *peer, int64_t sequence, const char *text);
void peer_acknowledge(struct peer *peer, int64_t sequence);
void peer_acknowledge_message(struct peer *peer, const struct message *message);

/* Whether the channel has a message now; it is decoded. */
bool peer_next(struct peer *peer, struct message *message);

/* What it has now, in short: `i0` for input with number 0, `a3` for an acknowledgement of 3, `open` for the first. */
const char *peer_all(struct peer *peer);

/* The next event, if it is of that kind. */
bool peer_event(struct peer *peer, enum channel_event_kind kind);

/* The output that waits, all of it taken. */
struct view peer_read(struct peer *peer);

#endif
