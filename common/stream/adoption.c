#include "stream/adoption.h"

#include <string.h>

#define PAUSE_FIRST 500			/* between two repetitions */
#define PAUSE_MOST 5000
#define FAR_MOST 3			/* answers for the far one alone */
#define SIGHTINGS_APART 80
#define SIGHTINGS 3			/* of the lowest number: then it was repeated, as only the oldest is; a copy makes two */

void
adoption_init(struct adoption *adoption, bool possible)
{
	*adoption = (struct adoption){ .state = possible ? ADOPTION_WAITS : ADOPTION_NONE,
	    .possible = possible, .lowest = -1, .width = ADOPTION_WINDOW, .ahead = ADOPTION_AHEAD };
}

static void
set_window(struct adoption *adoption, int64_t base, uint64_t now)
{
	adoption->base = base;
	adoption->cursor = 0;
	adoption->unanswered = adoption->width;
	memset(adoption->answered, 0, sizeof adoption->answered);
	adoption->progress = now;
	adoption->pause = PAUSE_FIRST;
	adoption->proofs = adoption->steps = adoption->far = 0;
	adoption->far_due = false;
}

static void
search(struct adoption *adoption, uint64_t now)
{
	adoption->state = ADOPTION_SEARCHES;
	adoption->since = now;
	set_window(adoption, 0, now);
}

void
adoption_connected(struct adoption *adoption, uint64_t now)
{
	if (adoption->state == ADOPTION_WAITS)
		adoption->since = now;
	adoption->collect_until = now + ADOPTION_COLLECT;
	adoption->seen = 0;
	adoption->cursor = 0;
	adoption->progress = now;
	adoption->proofs = adoption->steps = adoption->far = 0;
}

void
adoption_zero(struct adoption *adoption)
{
	adoption->output_known = true;
	if (adoption->state == ADOPTION_WAITS)
		adoption->state = ADOPTION_NONE;
}

static void
begin_to_collect(struct adoption *adoption, int64_t lowest, uint64_t now)
{
	if (!adoption->collects)
		adoption->collect_until = now + ADOPTION_COLLECT;
	adoption->collects = true;
	adoption->lowest = lowest;
	adoption->seen = 0;
}

void
adoption_early(struct adoption *adoption, int64_t sequence, uint64_t now)
{
	if (!adoption->collects || sequence < adoption->lowest)
		begin_to_collect(adoption, sequence, now);
	if (sequence == adoption->lowest && (adoption->seen == 0 || now >= adoption->sighted + SIGHTINGS_APART)) {
		adoption->seen++;
		adoption->sighted = now;
	}
	if (adoption->state == ADOPTION_WAITS)
		search(adoption, now);
}

void
adoption_in_turn(struct adoption *adoption, int64_t waiting, uint64_t now)
{
	if (adoption->collects && waiting == adoption->lowest)
		return;
	adoption->collects = false;
	if (waiting >= 0)
		begin_to_collect(adoption, waiting, now);
}

void
adoption_handshake(struct adoption *adoption)
{
	adoption->handshake = true;
}

static void
begin_output(struct adoption *adoption)
{
	adoption->collects = false;
	if (!adoption->output_known)
		adoption->first = adoption->lowest;
	adoption->output_known = true;
}

bool
adoption_advance(struct adoption *adoption, uint64_t now)
{
	if (adoption->state == ADOPTION_WAITS && now >= adoption->since + ADOPTION_QUIET)
		search(adoption, now);
	if (adoption->state == ADOPTION_SEARCHES && adoption->far >= FAR_MOST && now >= adoption->progress + ADOPTION_PATIENCE)
		adoption->state = ADOPTION_FAILED;
	if (!adoption->collects || adoption->seen < SIGHTINGS || now < adoption->collect_until)
		return false;
	begin_output(adoption);
	return true;
}

bool
adoption_end(struct adoption *adoption)
{
	if (!adoption->collects || adoption->output_known)
		return false;
	adoption->guessed = adoption->seen < SIGHTINGS;
	begin_output(adoption);
	return true;
}

/* The one that is left. */
static unsigned
find_last(const struct adoption *adoption)
{
	unsigned i = 0;

	while (i + 1 < adoption->width && adoption->answered[i])
		i++;
	return i;
}

/* The one beside it, which shows that the node answers. */
static unsigned
beside(const struct adoption *adoption, unsigned last)
{
	return last + 1 < adoption->width ? last + 1 : last - 1;
}

static void
wait_longer(struct adoption *adoption, uint64_t now)
{
	adoption->again = now + adoption->pause;
	adoption->pause = 2 * adoption->pause < PAUSE_MOST ? 2 * adoption->pause : PAUSE_MOST;
}

/* In order all that is not answered, at first and when it is repeated. */
static bool
next_in_order(struct adoption *adoption, int64_t *sequence, uint64_t now)
{
	while (adoption->cursor < adoption->width && adoption->answered[adoption->cursor])
		adoption->cursor++;
	if (adoption->cursor == adoption->width)
		return false;
	*sequence = adoption->base + adoption->cursor++;
	adoption->again = now + adoption->pause;
	if (adoption->cursor == adoption->width) {
		wait_longer(adoption, now);
		adoption->steps = adoption->unanswered == 1 && !adoption->covers ? 2 : 0;
	}
	return true;
}

bool
adoption_probe(struct adoption *adoption, int64_t *sequence, uint64_t now)
{
	if (adoption->state != ADOPTION_SEARCHES)
		return false;
	if (adoption->cursor < adoption->width && next_in_order(adoption, sequence, now))
		return true;
	if (adoption->far_due) {
		adoption->far_due = false;
		*sequence = ADOPTION_FAR;
		return true;
	}
	if (adoption->steps == 0 && now < adoption->again)
		return false;
	if (adoption->unanswered > 1 || adoption->covers) {
		adoption->cursor = 0;
		adoption->far_due = true;
		return next_in_order(adoption, sequence, now);
	}
	if (adoption->steps == 0)
		adoption->steps = 2;
	*sequence = adoption->base + (adoption->steps == 2 ? find_last(adoption) : beside(adoption, find_last(adoption)));
	if (--adoption->steps == 0)
		wait_longer(adoption, now);
	return true;
}

/* During a handshake nobody was ahead. */
static void
find(struct adoption *adoption, int64_t number, uint64_t now)
{
	adoption->number = number;
	adoption->covers = true;
	if (adoption->handshake)
		adoption->state = ADOPTION_FOUND;
	else
		set_window(adoption, adoption->base + adoption->width, now);
}

/* All of the window is answered. */
static void
move_on(struct adoption *adoption, uint64_t now)
{
	if (adoption->covers && adoption->base + adoption->width > adoption->number + adoption->ahead)
		adoption->state = ADOPTION_FOUND;
	else if (adoption->handshake && !adoption->covers)
		find(adoption, adoption->base + adoption->width, now);
	else if (adoption->base >= ADOPTION_NUMBERS)
		adoption->state = ADOPTION_FAILED;
	else
		set_window(adoption, adoption->base + adoption->width, now);
}

/* That one is left begins a round at once; an answer beside it ends one. */
static void
look_at_last(struct adoption *adoption, unsigned place, bool news, uint64_t now)
{
	unsigned last = find_last(adoption);

	if (adoption->cursor < adoption->width)
		return;
	if (news) {
		adoption->proofs = 0;
		adoption->steps = 2;
	} else if (place == beside(adoption, last) && adoption->steps == 0 && adoption->again > now) {
		adoption->pause = PAUSE_FIRST;
		adoption->steps = 2;
		if (++adoption->proofs == ADOPTION_PROOFS)
			find(adoption, adoption->base + last, now);
	}
}

void
adoption_answered(struct adoption *adoption, int64_t sequence, uint64_t now)
{
	int64_t place = sequence - adoption->base;
	bool news;

	adoption->far += sequence == ADOPTION_FAR;
	if (adoption->state != ADOPTION_SEARCHES || place < 0 || place >= adoption->width)
		return;
	news = !adoption->answered[place];
	adoption->answered[place] = true;
	if (news) {
		adoption->unanswered--;
		adoption->progress = now;
		adoption->pause = PAUSE_FIRST;
		adoption->far = 0;
	}
	if (adoption->unanswered == 0)
		move_on(adoption, now);
	else if (adoption->unanswered == 1 && !adoption->covers)
		look_at_last(adoption, (unsigned)place, news, now);
}

int64_t
adoption_first(const struct adoption *adoption)
{
	if (adoption->output_known)
		return adoption->first;
	return adoption->collects ? adoption->lowest : -1;
}

bool
adoption_is_open(const struct adoption *adoption)
{
	return adoption->state == ADOPTION_WAITS || adoption->state == ADOPTION_SEARCHES ||
	    adoption->state == ADOPTION_FAILED;
}

int64_t
adoption_behind(const struct adoption *adoption)
{
	return adoption->base + adoption->width;
}

static uint64_t
search_deadline(const struct adoption *adoption)
{
	uint64_t limit = adoption->far >= FAR_MOST ? adoption->progress + ADOPTION_PATIENCE : ADOPTION_NEVER;

	if (adoption->cursor < adoption->width || adoption->steps > 0 || adoption->far_due)
		return 0;
	return adoption->again < limit ? adoption->again : limit;
}

uint64_t
adoption_deadline(const struct adoption *adoption)
{
	uint64_t due = ADOPTION_NEVER;

	if (adoption->state == ADOPTION_WAITS)
		due = adoption->since + ADOPTION_QUIET;
	else if (adoption->state == ADOPTION_SEARCHES)
		due = search_deadline(adoption);
	if (adoption->collects && adoption->seen >= SIGHTINGS && adoption->collect_until < due)
		due = adoption->collect_until;
	return due;
}

const char *
adoption_failure(const struct adoption *adoption)
{
	if (adoption->base >= ADOPTION_NUMBERS)
		return "the session cannot be adopted: it is no shell, or more was typed than can be found out";
	return "the session cannot be adopted: the node's agent is older than 3.2.1041.0, or the session is no shell";
}
