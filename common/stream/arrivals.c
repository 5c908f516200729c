#include "stream/arrivals.h"

#include <stdlib.h>

#define PAYLOAD_USUAL 1100		/* bytes: what agents send at most, and enciphered */

static void
free_all(struct arrival *arrival)
{
	while (arrival != NULL) {
		struct arrival *next = arrival->next;

		bytes_clear(&arrival->payload);
		free(arrival);
		arrival = next;
	}
}

void
arrivals_clear(struct arrivals *arrivals)
{
	free_all(arrivals->first);
	free_all(arrivals->spare);
	*arrivals = (struct arrivals)ARRIVALS_INIT;
}

/* The last of those that were kept with no higher number; they mostly come in order. */
static struct arrival *
find(const struct arrivals *arrivals, int64_t sequence)
{
	struct arrival *arrival = arrivals->last;

	if (arrivals->first != NULL && arrivals->first->sequence > sequence)
		return NULL;
	while (arrival != NULL && arrival->sequence > sequence)
		arrival = arrival->before;
	return arrival;
}

enum arrivals_place
arrivals_place(struct arrivals *arrivals, int64_t sequence)
{
	const struct arrival *kept;

	if (sequence > arrivals->highest)
		arrivals->highest = sequence;
	if (sequence == arrivals->expected)
		return ARRIVAL_NEXT;
	if (sequence < arrivals->expected)
		return ARRIVAL_AGAIN;
	kept = find(arrivals, sequence);
	return kept != NULL && kept->sequence == sequence ? ARRIVAL_AGAIN : ARRIVAL_EARLY;
}

static struct arrival *
place_for(struct arrivals *arrivals, struct view payload)
{
	struct arrival *arrival = arrivals->spare;

	if (arrival == NULL) {
		if ((arrival = calloc(1, sizeof *arrival)) == NULL)
			return NULL;
		arrivals->spare = arrival;
	}
	bytes_recycle(&arrival->payload, PAYLOAD_USUAL);
	arrival->payload.max = payload.len > PAYLOAD_USUAL ? payload.len : PAYLOAD_USUAL;
	bytes_add(&arrival->payload, payload);
	return bytes_failed(&arrival->payload) ? NULL : arrival;
}

static void
link_behind(struct arrivals *arrivals, struct arrival *before, struct arrival *arrival)
{
	arrival->before = before;
	arrival->next = before == NULL ? arrivals->first : before->next;
	if (before == NULL)
		arrivals->first = arrival;
	else
		before->next = arrival;
	if (arrival->next == NULL)
		arrivals->last = arrival;
	else
		arrival->next->before = arrival;
}

bool
arrivals_keep(struct arrivals *arrivals, int64_t sequence, uint32_t payload_type, struct view payload)
{
	struct arrival *arrival = place_for(arrivals, payload);

	if (arrival == NULL)
		return false;
	arrivals->spare = arrival->next;
	arrival->sequence = sequence;
	arrival->payload_type = payload_type;
	link_behind(arrivals, find(arrivals, sequence), arrival);
	arrivals->count++;
	arrivals->len += payload.len;
	return true;
}

void
arrivals_begin(struct arrivals *arrivals, int64_t sequence)
{
	arrivals->expected = sequence;
}

void
arrivals_advance(struct arrivals *arrivals)
{
	arrivals->expected++;
}

const struct arrival *
arrivals_take(struct arrivals *arrivals)
{
	struct arrival *arrival = arrivals->first;

	if (arrival == NULL || arrival->sequence != arrivals->expected)
		return NULL;
	arrivals->first = arrival->next;
	if (arrival->next == NULL)
		arrivals->last = NULL;
	else
		arrival->next->before = NULL;
	arrivals->count--;
	arrivals->len -= arrival->payload.len;
	arrival->next = arrivals->spare;
	arrivals->spare = arrival;
	arrivals_advance(arrivals);
	return arrival;
}

int64_t
arrivals_waiting(const struct arrivals *arrivals)
{
	return arrivals->first != NULL ? arrivals->first->sequence : -1;
}

bool
arrivals_have_hole(const struct arrivals *arrivals)
{
	return arrivals->highest >= arrivals->expected;
}
