/*
 * sandbox/agent/events: what the agent has to tell its program's side, in order.
 *
 * Ownership: bytes of an event are copied; those of the last one that was taken live until the next is.
 * Errors:    an event that memory cannot be had for is not told.
 */
#ifndef SSM_SANDBOX_AGENT_EVENTS_H
#define SSM_SANDBOX_AGENT_EVENTS_H

#include "sandbox/agent/terms.h"

struct agent_told {
	struct agent_event event;
	char *bytes;			/* those of the event, or NULL */
};

struct agent_events {
	struct agent_told *items, last;
	size_t first, count, room;
};

void agent_events_tell(struct agent_events *events, const struct agent_event *event);
bool agent_events_take(struct agent_events *events, struct agent_event *event);
void agent_events_clear(struct agent_events *events);

#endif
