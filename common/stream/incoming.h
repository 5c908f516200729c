/*
 * stream/incoming: what a message that came does to a channel.
 *
 * Errors: memory that cannot be had makes the channel's phase CHANNEL_DEAD.
 */
#ifndef SSM_STREAM_INCOMING_H
#define SSM_STREAM_INCOMING_H

#include "stream/state.h"

void incoming_message(struct channel *channel, struct view bytes, uint64_t now);

/* What comes of time alone. */
void incoming_advance(struct channel *channel, uint64_t now);

/* As channel_is_crowded() has it. */
bool incoming_is_crowded(const struct channel *channel);

/* Whether output that came may not be all there was. */
bool incoming_is_incomplete(const struct channel *channel);

/* Whether all output that came is from before this connection, so that more of it may have gone with the one before. */
bool incoming_is_doubtful(const struct channel *channel);

#endif
