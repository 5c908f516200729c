/*
 * channelplay: what a play of tests/fuzz/stream_channel.c has: a channel, and what its node and its user know.
 *
 * Purpose:   a play costs as little as what happens in it: its memory is there for the next one, and both sides say
 *            what stands in a script, the same in all plays, so that what came is compared where it stands.
 * Ownership: play_start() opens the channel, play_finish() ends it; the rest is kept until the process ends.
 */
#ifndef SSM_TESTS_CHANNELPLAY_H
#define SSM_TESTS_CHANNELPLAY_H

#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>

#include "stream/channel.h"
#include "stream/state.h"

#define NUMBERS_MAX 2048		/* of each side's messages */
#define PAYLOAD_FULL 64			/* bytes of input in a message, where it is CHANNEL_PAYLOAD_MAX */
#define PROBES 8			/* of a window, where an adopting client has ADOPTION_WINDOW, 32 times as many */
#define SAID_MAX 5			/* bytes of "2047;" */
#define TYPED_MAX ((NUMBERS_MAX + 64) * PAYLOAD_FULL)

struct script {
	char typed[TYPED_MAX + 32];	/* of the user: what is typed is its beginning */
	char said[NUMBERS_MAX * SAID_MAX + 1];	/* by the node, one message behind the other */
	size_t at[NUMBERS_MAX + 1];	/* where each of these begins */
};

struct play {
	struct channel *channel;
	struct digest *digest;
	const struct script *script;
	uint64_t now;
	unsigned drawn;
	bool handshake, adopts, connected, over, ready;
	bool answered, untold, failed;	/* answered: the handshake; untold: probes, some of them */
	bool broken;			/* what the client sends on this connection is lost, and nobody knows it */
	int64_t begun, expected;	/* the first numbers of the node's and the client's */
	int64_t given;			/* the node's messages that there are */
	int64_t seen;			/* the client's, in order */
	int64_t oldest;			/* of the node's: below it all is acknowledged */
	size_t typed, received;		/* bytes of the user's; of those, at the node */
	size_t shown;			/* up to where the user has what is said */
	bool came[NUMBERS_MAX];		/* of the node's, at the client */
	bool acknowledged[NUMBERS_MAX];	/* of those, at the node */
	bool early[NUMBERS_MAX];	/* probes that the node has, in front of their turn */
	size_t ends[NUMBERS_MAX];	/* of the client's messages, in: */
	struct bytes messages;		/* as they were first sent */
	struct bytes payload, message;	/* of the node's, one at a time */
};

static inline const struct script *
play_script(void)
{
	static struct script script;
	size_t len = 0;

	if (script.at[NUMBERS_MAX] > 0)
		return &script;
	while (len < TYPED_MAX)
		len += (size_t)snprintf(script.typed + len, sizeof script.typed - len, "<%zu>", len);
	for (size_t i = 0; i < NUMBERS_MAX; i++)
		script.at[i + 1] = script.at[i] +
		    (size_t)snprintf(script.said + script.at[i], SAID_MAX + 1, "%zu;", i);
	return &script;
}

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
	static const int64_t inputs[] = { 0, 1, 2, 4, PROBES - 2, PROBES - 1, PROBES, 11 }, outputs[] = { 1, 2, 30, 300 };

	if ((what & 6) != 6)
		return;
	play->handshake = false;
	play->expected = play->seen = inputs[what >> 3 & 7];
	play->begun = play->given = play->oldest = outputs[what >> 6 & 3];
}

/* The play before is forgotten, its memory is not. */
static inline void
play_forget(struct play *play)
{
	struct bytes messages = play->messages, payload = play->payload, message = play->message;

	memset(play, 0, sizeof *play);
	play->messages = messages;
	play->payload = payload;
	play->message = message;
	play->messages.max = play->payload.max = play->message.max = SIZE_MAX;
	bytes_reset(&play->messages);
}

static inline void
play_start(struct play *play, unsigned what)
{
	struct channel_options options = { .client_id = "c", .session_id = "s", .client_version = "1.2.764.0",
	    .digest = digest_new(), .random = play_draw, .context = &play->drawn, .epoch = 1700000000000,
	    .adopt = what & 2 };
	struct ssm_error err = SSM_ERROR_INIT;

	play_forget(play);
	play->digest = options.digest;
	play->script = play_script();
	play->handshake = what & 1;
	play->adopts = what & 2;
	play_leave(play, what);
	play->shown = play->script->at[play->handshake ? 2 : play->begun];
	play->now = 1;
	HOLDS(channel_open(&play->channel, &options, &err) == SSM_OK);
	play->channel->tail.max = PAYLOAD_FULL;
	play->channel->adoption.width = PROBES;
	play->channel->adoption.ahead = 2 * PROBES;
}

static inline void
play_finish(struct play *play)
{
	channel_free(play->channel);
	digest_free(play->digest);
}

#endif
