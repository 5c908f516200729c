/*
 * stream/delivery: what the payload of a message of the node does, once its turn has come.
 *
 * Purpose:   the handshake and its answer, output, the exit code, flags: they go to the backlog, or change the phase.
 *            Numbers, acknowledgements and what comes early are stream/incoming's.
 * Errors:    memory that cannot be had makes the channel's phase CHANNEL_DEAD; what a payload says wrong is counted.
 * Source:    ssm-data-channel(7), the table of payload types.
 */
#ifndef SSM_STREAM_DELIVERY_H
#define SSM_STREAM_DELIVERY_H

#include "stream/state.h"

/* Takes one; types that say nothing to a client are passed over. `now` is in milliseconds. */
void delivery_take(struct channel *channel, uint32_t payload_type, struct view payload, uint64_t now);

/*
 * The handshake that was asked for is answered, with the next number; where it waits for a data key, once there is one.
 * One that asks too much breaks the channel.
 */
void delivery_answer(struct channel *channel, uint64_t now);

/* Input is taken from now on. */
void delivery_start(struct channel *channel);

#endif
