/*
 * sandbox/agent/sender: what the agent sends: numbers, the copies that are kept, when one is sent again.
 *
 * Purpose:   a timer of 100 ms looks at the oldest message alone, and sends it once more when its timeout has gone by
 *            since it was sent last. While publication is paused nothing numbered is sent; it is kept, and goes out by
 *            that timer.
 * Units:     milliseconds of the agent's clock.
 * Errors:    a message that memory or the queue has no room for is sent, but not kept: it is never repeated.
 */
#ifndef SSM_SANDBOX_AGENT_SENDER_H
#define SSM_SANDBOX_AGENT_SENDER_H

#include "sandbox/agent/encryption.h"
#include "sandbox/agent/queue.h"
#include "stream/message.h"

struct sender {
	const struct agent_options *options;
	struct encryption *encryption;
	struct agent_queue unacknowledged;
	struct bytes outbox;		/* messages, each behind its length */
	size_t taken;			/* of the outbox */
	int64_t next;			/* the number of the next message */
	bool paused;
	double round_trip, variation, timeout;
	uint64_t tick;			/* when the timer looks next */
};

/* The options are borrowed, and so is what seals payloads. */
void sender_open(struct sender *sender, const struct agent_options *options, struct encryption *encryption,
    uint64_t now);
void sender_close(struct sender *sender);

/* A message of the stream, with the next number; an empty payload is none. */
void sender_send(struct sender *sender, enum payload_type type, struct view payload, uint64_t now);

void sender_acknowledge(struct sender *sender, const struct message *message, uint64_t now);

/* That number has been acknowledged; one that is not waited for is passed over. */
void sender_acknowledged(struct sender *sender, int64_t sequence, uint64_t now);

static inline bool
sender_is_full(const struct sender *sender)
{
	return sender->unacknowledged.count == AGENT_QUEUE_MAX;
}

static inline bool
sender_is_idle(const struct sender *sender)
{
	return sender->unacknowledged.count == 0;
}

void sender_tick(struct sender *sender, uint64_t now);
uint64_t sender_deadline(const struct sender *sender);

/* The view lives until the next call for the sender. */
bool sender_next(struct sender *sender, struct view *message);

#endif
