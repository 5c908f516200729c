#include "stream/receipts.h"

#include <stdlib.h>

#define ROOM_FIRST 32

void
receipts_clear(struct receipts *receipts)
{
	free(receipts->ring);
	*receipts = (struct receipts){ .ring = NULL };
}

static struct receipt *
at(const struct receipts *receipts, uint32_t count)
{
	return &receipts->ring[count & (receipts->room - 1)];
}

/* Those that were sent and are too old to be sent again, or more than `most`. */
static void
forget_old(struct receipts *receipts, uint32_t most, uint64_t now)
{
	while (receipts->first != receipts->due && (receipts->end - receipts->first > most ||
	    now - at(receipts, receipts->first)->at > RECEIPTS_MS))
		receipts->first++;
}

static bool
grow(struct receipts *receipts)
{
	struct receipts wide = { .room = receipts->room == 0 ? ROOM_FIRST : 2 * receipts->room,
	    .first = receipts->first, .due = receipts->due, .end = receipts->end };

	if ((wide.ring = calloc(wide.room, sizeof *wide.ring)) == NULL)
		return false;
	for (uint32_t i = receipts->first; i != receipts->end; i++)
		*at(&wide, i) = *at(receipts, i);
	free(receipts->ring);
	*receipts = wide;
	return true;
}

static bool
make_room(struct receipts *receipts)
{
	if (receipts->end - receipts->first < receipts->room)
		return true;
	if (receipts->room < RECEIPTS_DUE_MAX)
		return grow(receipts);
	receipts->due++;		/* all of them are due: those that were sent are fewer, and forgotten first */
	receipts->first++;
	return true;
}

bool
receipts_add(struct receipts *receipts, const struct message *message, uint64_t now)
{
	struct receipt *receipt;

	forget_old(receipts, RECEIPTS_MAX - 1, now);
	if (!make_room(receipts))
		return false;
	receipt = at(receipts, receipts->end++);
	receipt->sequence = message->sequence;
	receipt->at = now;
	memcpy(receipt->id, message->id, sizeof receipt->id);
	return true;
}

bool
receipts_are_due(const struct receipts *receipts)
{
	return receipts->due != receipts->end;
}

const struct receipt *
receipts_next(struct receipts *receipts)
{
	return receipts_are_due(receipts) ? at(receipts, receipts->due++) : NULL;
}

void
receipts_again(struct receipts *receipts, uint64_t now)
{
	forget_old(receipts, RECEIPTS_MAX, now);
	receipts->due = receipts->first;
}
