/*
 * channelplay: what a play of tests/fuzz/stream_channel.c has: a channel, and what its node and its user know.
 *
 * Ownership: play_start() opens the channel with the play's digest, play_finish() ends all but that.
 */
#ifndef SSM_TESTS_CHANNELPLAY_H
#define SSM_TESTS_CHANNELPLAY_H

#include "fuzz.h"

#include <stdlib.h>

#include "stream/channel.h"
#include "stream/state.h"

#define NUMBERS_MAX 2048		/* of each side's messages */

struct play {
	struct channel *channel;
	struct digest *digest;
	uint64_t now;
	unsigned drawn;
	bool handshake, adopts, connected, over, ready;
	bool answered, untold, failed;	/* answered: the handshake; untold: probes, some of them */
	int64_t begun, expected;	/* the first numbers of the node's and the client's */
	int64_t given;			/* the node's messages that there are */
	int64_t seen;			/* the client's, in order */
	int64_t oldest;			/* of the node's: below it all is acknowledged */
	bool came[NUMBERS_MAX];		/* of the node's, at the client */
	bool acknowledged[NUMBERS_MAX];	/* of those, at the node */
	bool early[NUMBERS_MAX];	/* probes that the node has, in front of their turn */
	struct bytes messages[NUMBERS_MAX];	/* of the client, as they were first sent */
	struct bytes output, shown, input, received;
};

/* No two ids are the same, as it is with those that are drawn by chance. */
static inline void
play_draw(void *context, unsigned char *out, size_t len)
{
	unsigned *drawn = context;

	for (size_t i = 0; i < len; i++)
		out[i] = (unsigned char)((*drawn = *drawn * 1103515245 + 12345) >> 16);
}

/* What another process has left: it has had an acknowledgement, or there is nothing to adopt. */
static inline void
play_leave(struct play *play, unsigned what)
{
	static const int64_t inputs[] = { 0, 1, 2, 17, 254, 255, 256, 300 }, outputs[] = { 1, 2, 30, 300 };

	if ((what & 6) != 6)
		return;
	play->handshake = false;
	play->expected = play->seen = inputs[what >> 3 & 7];
	play->begun = play->given = play->oldest = outputs[what >> 6 & 3];
}

static inline void
play_start(struct play *play, unsigned what)
{
	struct channel_options options = { .client_id = "c", .session_id = "s", .client_version = "1.2.764.0",
	    .digest = play->digest, .random = play_draw, .context = &play->drawn, .epoch = 1700000000000,
	    .adopt = what & 2 };
	struct ssm_error err = SSM_ERROR_INIT;

	play->handshake = what & 1;
	play->adopts = what & 2;
	play_leave(play, what);
	play->now = 1;
	play->output = play->shown = play->input = play->received = (struct bytes)BYTES_INIT(SIZE_MAX);
	HOLDS(channel_open(&play->channel, &options, &err) == SSM_OK);
}

static inline void
play_finish(struct play *play)
{
	for (size_t i = 0; i < NUMBERS_MAX; i++)
		bytes_clear(&play->messages[i]);
	bytes_clear(&play->output);
	bytes_clear(&play->shown);
	bytes_clear(&play->input);
	bytes_clear(&play->received);
	channel_free(play->channel);
}

#endif
