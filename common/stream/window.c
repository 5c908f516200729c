#include "stream/window.h"

#include <stdlib.h>

#define RTT_FIRST 100.0			/* ms */
#define RTO_FIRST 200
#define RTO_MAX 1000
#define RTTV_LEAST 10.0		/* of four times its variation */
#define AWAY_INTERVAL 1000
#define MUTE_WAIT 9000			/* more, between repeats that had no answer for long */
#define BY_TIMER 32			/* of the oldest; more would fill a slow line with what is on it already */
#define SLOT_USUAL 1200			/* bytes: a message that is full, and enciphered */

void
window_init(struct window *window, size_t largest)
{
	*window = (struct window){ .limit = WINDOW_FIRST, .largest = largest, .later = -1, .rtt = RTT_FIRST,
	    .rto = RTO_FIRST, .away = WINDOW_NEVER };
}

static void
free_slots(struct window_slot *slot)
{
	while (slot != NULL) {
		struct window_slot *next = slot->next;

		bytes_clear(&slot->message);
		free(slot);
		slot = next;
	}
}

void
window_clear(struct window *window)
{
	free_slots(window->oldest);
	free_slots(window->spare);
	window_init(window, window->largest);
}

void
window_begin(struct window *window, int64_t number, int64_t alone)
{
	window->next = window->resent = number;
	window->alone = alone;
}

size_t
window_room(const struct window *window)
{
	if (window->next < window->alone)
		return window->count == 0;
	return window->count < window->limit ? window->limit - window->count : 0;
}

bool
window_has_reserve(const struct window *window)
{
	if (window->next < window->alone)
		return window->count == 0;
	return window->count < window->limit + WINDOW_RESERVE;
}

struct bytes *
window_place(struct window *window, size_t size)
{
	struct window_slot *slot = window->spare;

	if (slot == NULL) {
		if ((slot = calloc(1, sizeof *slot)) == NULL)
			return NULL;
		window->spare = slot;
	}
	bytes_recycle(&slot->message, SLOT_USUAL);
	slot->message.max = size > SLOT_USUAL ? size : SLOT_USUAL;
	return &slot->message;
}

void
window_add(struct window *window, uint64_t now)
{
	struct window_slot *slot = window->spare;

	window->spare = slot->next;
	slot->next = NULL;
	slot->sequence = window->next++;
	slot->since = now;
	slot->sent = WINDOW_NEVER;
	slot->repeats = slot->proved = slot->proofs = 0;
	if (window->newest == NULL)
		window->oldest = slot;
	else
		window->newest->next = slot;
	window->newest = slot;
	if (window->cursor == NULL)
		window->cursor = slot;
	window->count++;
}

void
window_connected(struct window *window)
{
	window->resent = window->cursor != NULL ? window->cursor->sequence : window->next;
	window->cursor = window->oldest;
	window->rtt = RTT_FIRST;
	window->rttv = 0;
	window->rto = RTO_FIRST;
}

bool
window_set_away(struct window *window, bool away, uint64_t now)
{
	bool was = window->away != WINDOW_NEVER;

	if (away && !was)
		window->away = now;
	else if (!away)
		window->away = WINDOW_NEVER;
	return away != was;
}

static void
take_sample(struct window *window, double sample)
{
	double away = window->rtt > sample ? window->rtt - sample : sample - window->rtt, more, rto;

	window->rttv = 0.75 * window->rttv + 0.25 * away;
	window->rtt = 0.875 * window->rtt + 0.125 * sample;
	more = 4 * window->rttv;
	rto = window->rtt + (more > RTTV_LEAST ? more : RTTV_LEAST);
	window->rto = rto < RTO_MAX ? (uint32_t)rto + 1 : RTO_MAX;
}

/* Takes a slot out, which stands behind `before` (NULL: it is the oldest). */
static void
drop(struct window *window, struct window_slot *before, struct window_slot *slot)
{
	if (before == NULL)
		window->oldest = slot->next;
	else
		before->next = slot->next;
	if (window->newest == slot)
		window->newest = before;
	if (window->cursor == slot)
		window->cursor = slot->next;
	slot->next = window->spare;
	window->spare = slot;
	window->count--;
}

/* Only when it is just full: behind a timeout more is under way than it has room for. */
static void
grow(struct window *window)
{
	if (window->count == window->limit && window->limit + WINDOW_RESERVE < window->largest)
		window->limit++;
}

/*
 * What went before one that is acknowledged has arrived, if the order is kept. One that was itself repeated proves
 * nothing: perhaps its first copy is acknowledged.
 */
static void
count_proofs(struct window *window, const struct window_slot *acknowledged)
{
	if (acknowledged->repeats > 0)
		return;
	for (struct window_slot *slot = window->oldest; slot != acknowledged; slot = slot->next)
		if (slot->repeats > slot->proved && slot->sent < acknowledged->sent) {
			slot->proved = slot->repeats;
			slot->proofs++;
		}
}

bool
window_acknowledge(struct window *window, int64_t sequence, uint64_t now)
{
	struct window_slot *before = NULL, *slot = window->oldest;

	while (slot != NULL && slot->sequence < sequence) {
		before = slot;
		slot = slot->next;
	}
	if (slot == NULL || slot->sequence != sequence || slot->sent == WINDOW_NEVER)
		return false;
	if (slot->repeats == 0)
		take_sample(window, (double)(now - slot->sent));
	if (sequence > window->later)
		window->later = sequence;
	count_proofs(window, slot);
	grow(window);
	drop(window, before, slot);
	return true;
}

/* Whether it has arrived long ago, at an agent that does not say so again. */
static bool
is_deaf(const struct window_slot *slot, uint64_t now)
{
	return slot->repeats >= WINDOW_DEAF && now - slot->repeating >= WINDOW_DEAF_MS &&
	    slot->proofs >= WINDOW_DEAF_PROOFS;
}

static uint64_t
due_away(const struct window *window)
{
	const struct window_slot *slot = window->oldest;
	uint64_t since = window->away;

	if (slot == NULL)
		return WINDOW_NEVER;
	if (slot->sent != WINDOW_NEVER && slot->sent > since)
		since = slot->sent;
	if (slot->sent == WINDOW_NEVER && slot->since > since)
		since = slot->since;
	if (window->probed > since)
		since = window->probed;
	return since + AWAY_INTERVAL;
}

/*
 * The message that is to be repeated first, of those that may be: the oldest, the next few that were not repeated too
 * often without an answer, and any that was sent before one that is acknowledged. What the cursor has still to come to
 * is not repeated.
 */
static struct window_slot *
find_due(const struct window *window, struct window_slot **before, uint64_t *due)
{
	struct window_slot *found = NULL, *last = NULL;
	unsigned seen = 0;

	*due = WINDOW_NEVER;
	for (struct window_slot *slot = window->oldest; slot != NULL && slot != window->cursor; slot = slot->next) {
		bool mute = slot->repeats >= WINDOW_DEAF && slot != window->oldest;
		uint64_t when;

		if (!mute && seen++ >= BY_TIMER && slot->sequence > window->later)
			break;
		when = slot->sent + slot->timeout + (mute && slot->sequence > window->later ? MUTE_WAIT : 0);
		if (when < *due) {
			*due = when;
			*before = last;
			found = slot;
		}
		last = slot;
	}
	return found;
}

bool
window_in_doubt(const struct window *window)
{
	return window->oldest != NULL && window->oldest->repeats >= WINDOW_DEAF;
}

/*
 * A window can be full of messages that have arrived, at an agent that does not say so again. One that it does not know
 * gets an answer, and proves something of the others.
 */
static void
make_way(struct window *window)
{
	if (window_in_doubt(window) && window->count >= window->limit &&
	    window->count + WINDOW_RESERVE < window->largest)
		window->limit = window->count + 1;
}

static void
shrink(struct window *window, uint64_t now)
{
	window->rto = window->rto < RTO_MAX / 2 ? 2 * window->rto : RTO_MAX;
	if (now - window->shrunk < RTO_MAX && window->shrunk > 0)
		return;
	window->shrunk = now;
	window->limit = window->limit / 2 > WINDOW_FIRST ? window->limit / 2 : WINDOW_FIRST;
}

static struct view
send(struct window *window, struct window_slot *slot, bool *again, uint64_t now)
{
	*again = slot->sent != WINDOW_NEVER;
	if (!*again) {
		slot->timeout = window->rto;
	} else if (slot->repeats++ == 0) {
		slot->repeating = now;
	}
	slot->sent = now;
	return bytes_view(&slot->message);
}

static struct view
send_at_cursor(struct window *window, bool *again, uint64_t now)
{
	struct window_slot *slot = window->cursor;

	window->cursor = slot->next;
	slot->timeout = window->rto;
	return send(window, slot, again, now);
}

/* The one that has not been sent for longest, or not yet. */
static struct window_slot *
find_longest_ago(const struct window *window)
{
	struct window_slot *found = window->oldest;

	if (window->cursor != NULL)
		return window->cursor;
	for (struct window_slot *slot = window->oldest; slot != NULL; slot = slot->next)
		if (slot->sent < found->sent)
			found = slot;
	return found;
}

/* By turns all of them, when the oldest has no answer for so long: an agent that has it already gives none. */
static struct view
send_away(struct window *window, bool *again, uint64_t now)
{
	struct window_slot *slot = window->oldest;

	if (now < due_away(window))
		return VIEW_NONE;
	make_way(window);
	window->probed = now;
	if (window_in_doubt(window))
		slot = find_longest_ago(window);
	if (window->cursor == slot)
		return send_at_cursor(window, again, now);
	return send(window, slot, again, now);
}

static struct view
repeat(struct window *window, bool *again, uint64_t now)
{
	struct window_slot *slot, *before = NULL;
	uint64_t due;

	while ((slot = find_due(window, &before, &due)) != NULL && due <= now) {
		if (is_deaf(slot, now)) {
			drop(window, before, slot);
			continue;
		}
		if (slot == window->oldest) {
			shrink(window, now);
			make_way(window);
		}
		slot->timeout = slot->timeout < RTO_MAX / 2 ? 2 * slot->timeout : RTO_MAX;
		return send(window, slot, again, now);
	}
	return VIEW_NONE;
}

bool
window_is_ready(const struct window *window)
{
	return window->cursor != NULL &&
	    (window->away == WINDOW_NEVER || window->cursor->sequence < window->resent);
}

struct view
window_next(struct window *window, bool *again, uint64_t now)
{
	struct view message;

	if (window_is_ready(window))
		return send_at_cursor(window, again, now);
	message = window->away != WINDOW_NEVER ? send_away(window, again, now) : repeat(window, again, now);
	return message;
}

uint64_t
window_deadline(const struct window *window)
{
	struct window_slot *before;
	uint64_t due;

	if (window->away != WINDOW_NEVER)
		return due_away(window);
	find_due(window, &before, &due);
	return due;
}
