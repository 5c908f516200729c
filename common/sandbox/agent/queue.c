#include "sandbox/agent/queue.h"

#include "core/array.h"

/* Where the message with that number stands, or would. */
static size_t
place(const struct agent_queue *queue, int64_t sequence)
{
	size_t low = queue->first, high = queue->first + queue->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (queue->items[middle].sequence < sequence)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct agent_queued *
agent_queue_find(const struct agent_queue *queue, int64_t sequence)
{
	size_t at = place(queue, sequence);

	if (at == queue->first + queue->count || queue->items[at].sequence != sequence)
		return NULL;
	return &queue->items[at];
}

struct agent_queued *
agent_queue_oldest(const struct agent_queue *queue)
{
	return queue->count == 0 ? NULL : &queue->items[queue->first];
}

static bool
make_room(struct agent_queue *queue)
{
	struct agent_queued *items;

	if (queue->first > 0 && queue->first + queue->count == queue->room) {
		memmove(queue->items, queue->items + queue->first, queue->count * sizeof *queue->items);
		queue->first = 0;
	}
	items = array_room(queue->items, queue->first + queue->count, &queue->room, sizeof *items);
	if (items == NULL)
		return false;
	queue->items = items;
	return true;
}

static bool
insert(struct agent_queue *queue, const struct agent_queued *item)
{
	size_t at, end;

	if (queue->count == AGENT_QUEUE_MAX || !make_room(queue))
		return false;
	at = place(queue, item->sequence);
	end = queue->first + queue->count;
	memmove(queue->items + at + 1, queue->items + at, (end - at) * sizeof *queue->items);
	queue->items[at] = *item;
	queue->count++;
	return true;
}

bool
agent_queue_put(struct agent_queue *queue, int64_t sequence, struct view message, uint64_t when)
{
	struct agent_queued item = { .sequence = sequence, .when = when, .len = message.len }, *old;

	if (message.len == 0 || (item.message = malloc(message.len)) == NULL)
		return false;
	memcpy(item.message, message.ptr, message.len);
	if ((old = agent_queue_find(queue, sequence)) != NULL) {
		free(old->message);
		*old = item;
		return true;
	}
	if (insert(queue, &item))
		return true;
	free(item.message);
	return false;
}

/* What stands in front moves up: mostly nothing, since it is mostly the oldest that goes. */
void
agent_queue_remove(struct agent_queue *queue, struct agent_queued *item)
{
	struct agent_queued *oldest = queue->items + queue->first;

	free(item->message);
	memmove(oldest + 1, oldest, (size_t)(item - oldest) * sizeof *item);
	queue->first++;
	queue->count--;
}

void
agent_queue_clear(struct agent_queue *queue)
{
	for (size_t i = 0; i < queue->count; i++)
		free(queue->items[queue->first + i].message);
	free(queue->items);
	*queue = (struct agent_queue){ .items = NULL };
}
