/*
 * sandbox/channel/opening: the first message of a data channel, OpenDataChannel.
 *
 * Purpose: whether it is one, and its token; what it says of itself beside that is only checked for its form.
 * Errors:  the reason and the code of the close frame that refuses it.
 */
#ifndef SSM_SANDBOX_CHANNEL_OPENING_H
#define SSM_SANDBOX_CHANNEL_OPENING_H

#include "sandbox/channel/channels.h"

#define SANDBOX_REASON_MAX 123		/* bytes that a close frame has for it */

struct sandbox_refusal {
	unsigned code;			/* of the close frame */
	char reason[SANDBOX_REASON_MAX + 1];
};

/* Uses the token up. False: *refusal says why. */
bool sandbox_opening_check(struct sandbox_channel *channel, struct view message, time_t now,
    struct sandbox_refusal *refusal);

void sandbox_refusal_set(struct sandbox_refusal *refusal, unsigned code, const struct sandbox_channel *channel,
    const char *why);

#endif
