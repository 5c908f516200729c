/*
 * stream/sealing: a channel's payloads in a session with a KMS key.
 *
 * Purpose:   what is sealed before it goes into the window, so that a repeat is the same to the byte; what is
 *            opened once its turn has come; the proof to the node that both sides have the key.
 * Source:    ssm-data-channel(7), KMS, and its table of payload types: output, error output, the exit code and
 *            input are sealed; the handshake, sizes, flags and acknowledgements are not.
 * Errors:    what is not as it was sealed breaks the channel with a text; so does what comes before there is a key.
 *            Memory that cannot be had makes the channel's phase CHANNEL_DEAD.
 */
#ifndef SSM_STREAM_SEALING_H
#define SSM_STREAM_SEALING_H

#include "stream/state.h"

/*
 * The payload as it was before it was sealed, until the next call; the same where nothing is. False: the channel has
 * failed.
 */
bool sealing_open(struct channel *channel, uint32_t payload_type, struct view *payload);

/* The other way. */
bool sealing_seal(struct channel *channel, uint32_t payload_type, struct view *payload);

/* The answer to an EncryptionChallengeRequest, in channel->payload; false: there is none. */
bool sealing_challenge(struct channel *channel, struct view payload);

/* Whether the handshake may be complete; one without the key that it asked for is not, and breaks the channel. */
bool sealing_may_start(struct channel *channel);

#endif
