/*
 * stream/receipts: what is to be acknowledged, and was of late.
 *
 * Purpose:   numbers and ids of the node's messages in the order in which they came, for the acknowledgements that
 *            are to be sent, and to be sent again on a new connection: those that were under way when the old one
 *            broke are lost, and the agent repeats only its oldest message, one a tick.
 * Limits:    RECEIPTS_MAX of those that were sent, RECEIPTS_DUE_MAX with those that are not; of more, the oldest are
 *            forgotten. The node then repeats them, one a tick, and they come again: what was never acknowledged is
 *            therefore kept for as many messages as may wait.
 * Ownership: memory grows with what comes in RECEIPTS_MS, and stays.
 */
#ifndef SSM_STREAM_RECEIPTS_H
#define SSM_STREAM_RECEIPTS_H

#include <stdint.h>

#include "stream/message.h"

#define RECEIPTS_MAX 4096
#define RECEIPTS_DUE_MAX 16384
#define RECEIPTS_MS 30000

struct receipt {
	int64_t sequence;
	uint64_t at;
	unsigned char id[UUID_BYTES];
};

struct receipts {
	struct receipt *ring;
	uint32_t room;			/* a power of two; 0 without a ring */
	uint32_t first, due, end;	/* counted on; the next to be sent, and behind the newest */
};

void receipts_clear(struct receipts *receipts);

/* False when there is no memory. */
bool receipts_add(struct receipts *receipts, const struct message *message, uint64_t now);

/* The next one that is to be sent; NULL when all were. */
const struct receipt *receipts_next(struct receipts *receipts);
bool receipts_are_due(const struct receipts *receipts);

/* All of the last RECEIPTS_MS are to be sent again. */
void receipts_again(struct receipts *receipts, uint64_t now);

#endif
