/*
 * stream/arrivals: the node's messages in the order of their numbers.
 *
 * Purpose:   tells what is next, what came before and what came early; keeps what came early until its turn.
 * Limits:    the caller says whether there is room. A number may be as far ahead as it likes: only what came takes
 *            memory.
 * Ownership: payloads are copied; what was kept lives until the next call. Memory is kept for the next messages.
 */
#ifndef SSM_STREAM_ARRIVALS_H
#define SSM_STREAM_ARRIVALS_H

#include <stdint.h>

#include "core/bytes.h"

struct arrival {
	struct arrival *next, *before;
	int64_t sequence;
	uint32_t payload_type;
	struct bytes payload;
};

struct arrivals {
	int64_t expected;		/* the number that is next */
	int64_t highest;		/* that was seen; -1: none was */
	struct arrival *first, *last, *spare;
	size_t count, len;		/* of what came early: messages, bytes of payload */
};

#define ARRIVALS_INIT { .expected = 0, .highest = -1 }

void arrivals_clear(struct arrivals *arrivals);

enum arrivals_place {
	ARRIVAL_NEXT,
	ARRIVAL_EARLY,
	ARRIVAL_AGAIN,			/* it was there, or is among those that wait */
};

/* Where a number stands. It counts as seen, whether its message is then kept or not. */
enum arrivals_place arrivals_place(struct arrivals *arrivals, int64_t sequence);

/* Keeps one that came early; false when there is no memory. */
bool arrivals_keep(struct arrivals *arrivals, int64_t sequence, uint32_t payload_type, struct view payload);

/* The first number is another than 0. */
void arrivals_begin(struct arrivals *arrivals, int64_t sequence);

/* The number that was expected is there: the one behind it is. */
void arrivals_advance(struct arrivals *arrivals);

/* The next one, if it is among those that were kept; it is then gone, and the number behind it is expected. */
const struct arrival *arrivals_take(struct arrivals *arrivals);

/* The lowest number of those that wait; -1: none does. */
int64_t arrivals_waiting(const struct arrivals *arrivals);

/* Whether a number is missing, or one was seen and not kept. */
bool arrivals_have_hole(const struct arrivals *arrivals);

#endif
