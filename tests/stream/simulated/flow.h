/*
 * flow: one direction of a simulated session's bytes.
 *
 * Purpose:   bytes that are known beforehand; how many may go by now; those that came, compared with them.
 * Ownership: flow_open() allocates the bytes, flow_clear() frees them; plan and dice are borrowed.
 * Units:     milliseconds of simulated time.
 * Errors:    what came wrong is told to the ledger; without memory the process ends.
 */
#ifndef SSM_TESTS_FLOW_H
#define SSM_TESTS_FLOW_H

#include "dice.h"
#include "ledger.h"
#include "plan.h"

#define FLOW_NEVER UINT64_MAX

enum stream { STREAM_INPUT, STREAM_OUTPUT, STREAM_ERROR, STREAMS };

/* One direction of bytes. */
struct stream_flow {
	const char *name;		/* static */
	const struct plan_flow *plan;
	char *bytes;
	size_t total, released, taken, came;	/* released: may go; taken: by the channel or the agent */
	uint64_t next;			/* when more is released */
};

/* Draws the bytes: characters where they are to be text, else anything. */
void flow_open(struct stream_flow *flow, enum stream stream, const struct plan_flow *plan, bool text,
    struct dice *dice);
void flow_clear(struct stream_flow *flow);

/* Some more may go, when it is time. */
void flow_release(struct stream_flow *flow, struct dice *dice, uint64_t now);

/* These came at the other end: they must be the next of those that were taken. */
void flow_came(struct stream_flow *flow, struct ledger *ledger, struct view bytes);

#endif
