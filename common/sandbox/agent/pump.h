/*
 * sandbox/agent/pump: a program's output on its way into messages, read by read.
 *
 * Purpose:   the agent takes all output but a port's for UTF-8. Up to three bytes at a read's end that are none wait for what comes
 *            next, and are lost when nothing does; elsewhere such a byte passes. U+FFFD itself is taken for one, and
 *            loses its other two bytes.
 * Units:     a read is AGENT_PAYLOAD_MAX bytes at most; a message has up to three more, those that waited.
 */
#ifndef SSM_SANDBOX_AGENT_PUMP_H
#define SSM_SANDBOX_AGENT_PUMP_H

#include "sandbox/agent/sender.h"

#define PUMP_WAITING_MAX 3

struct pump {
	enum payload_type type;
	bool raw;			/* bytes are no text: they pass as they are */
	bool ended;			/* nobody reads any more */
	char waiting[PUMP_WAITING_MAX];
	size_t count;			/* of those that wait */
};

static inline void
pump_open(struct pump *pump, enum payload_type type, bool raw)
{
	*pump = (struct pump){ .type = type, .raw = raw };
}

/* Takes one read off *bytes, and sends what there is to send. */
void pump_read(struct pump *pump, struct view *bytes, struct sender *sender, uint64_t now);

#endif
