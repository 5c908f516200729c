/*
 * sandbox/agent/queue: messages in the order of their numbers: sent ones that are not acknowledged, and received ones
 * whose turn has not come.
 *
 * Limits:    AGENT_QUEUE_MAX messages, the agent's own limit both ways; one more is refused.
 * Ownership: messages are copied in; an item that is found lives until the queue changes.
 */
#ifndef SSM_SANDBOX_AGENT_QUEUE_H
#define SSM_SANDBOX_AGENT_QUEUE_H

#include <stdint.h>

#include "core/bytes.h"

#define AGENT_QUEUE_MAX 100000

struct agent_queued {
	int64_t sequence;
	uint64_t when;			/* milliseconds: when it was sent last */
	char *message;
	size_t len;
};

struct agent_queue {
	struct agent_queued *items;
	size_t first, count, room;	/* first: how many in front are gone */
};

static inline struct view
agent_queued_view(const struct agent_queued *item)
{
	return (struct view){ item->message, item->len };
}

/* In the place of one with the same number. False when there is no room or no memory. */
bool agent_queue_put(struct agent_queue *queue, int64_t sequence, struct view message, uint64_t when);

/* NULL when there is none. */
struct agent_queued *agent_queue_find(const struct agent_queue *queue, int64_t sequence);
struct agent_queued *agent_queue_oldest(const struct agent_queue *queue);

void agent_queue_remove(struct agent_queue *queue, struct agent_queued *item);
void agent_queue_clear(struct agent_queue *queue);

#endif
