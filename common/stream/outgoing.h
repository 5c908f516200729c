/*
 * stream/outgoing: a channel's messages on their way out.
 *
 * Errors: memory that cannot be had makes the channel's phase CHANNEL_DEAD.
 */
#ifndef SSM_STREAM_OUTGOING_H
#define SSM_STREAM_OUTGOING_H

#include "stream/state.h"

/* The first message of a connection. */
void outgoing_open(struct channel *channel, struct view token);

/* The token is not needed any more. */
void outgoing_forget_opening(struct channel *channel);

/* A message with the next number, encrypted where it has to be. Whether there was memory. */
bool outgoing_add(struct channel *channel, uint32_t payload_type, struct view payload, uint64_t now);

/* Input: how much of it was taken, and how much would be. */
size_t outgoing_input(struct channel *channel, struct view bytes, uint64_t now);
size_t outgoing_room(const struct channel *channel);

/* Input becomes a message although more would have room in it: another message is to follow. */
void outgoing_flush(struct channel *channel, uint64_t now);

/* While the agent is away and nothing else can ask for it, input becomes a message that does. */
void outgoing_settle(struct channel *channel, uint64_t now);

/* Whether a node that has not said a word may be asked whether it reads; see silence.h. */
bool outgoing_may_ask(const struct channel *channel);

/* The next message. */
bool outgoing_next(struct channel *channel, struct view *message, bool *text, uint64_t now);
uint64_t outgoing_deadline(const struct channel *channel);

#endif
