#include "sandbox/agent/events.h"

#include "core/array.h"

void
agent_events_tell(struct agent_events *events, const struct agent_event *event)
{
	struct agent_told *items = array_room(events->items, events->count, &events->room, sizeof *items);
	struct agent_told told = { .event = *event };

	if (items == NULL)
		return;
	events->items = items;
	if (event->bytes.len > 0) {
		if ((told.bytes = malloc(event->bytes.len)) == NULL)
			return;
		memcpy(told.bytes, event->bytes.ptr, event->bytes.len);
		told.event.bytes.ptr = told.bytes;
	}
	items[events->count++] = told;
}

bool
agent_events_take(struct agent_events *events, struct agent_event *event)
{
	free(events->last.bytes);
	events->last.bytes = NULL;
	if (events->first == events->count) {
		events->first = events->count = 0;
		return false;
	}
	events->last = events->items[events->first++];
	*event = events->last.event;
	return true;
}

void
agent_events_clear(struct agent_events *events)
{
	for (size_t i = events->first; i < events->count; i++)
		free(events->items[i].bytes);
	free(events->items);
	free(events->last.bytes);
	*events = (struct agent_events){ .items = NULL };
}
