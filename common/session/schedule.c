#include "session/schedule.h"

void
sessionschedule_opened(struct sessionschedule *schedule, uint64_t now)
{
	schedule->opened = now;
	schedule->lost = 0;
}

void
sessionschedule_lost(struct sessionschedule *schedule, uint64_t now)
{
	if (schedule->opened != 0 && now - schedule->opened >= SCHEDULE_STABLE)
		schedule->delay = 0;
	schedule->opened = 0;
	if (schedule->lost == 0)
		schedule->lost = now;
}

/* Not before the oldest of the last calls is SCHEDULE_SPAN ago. */
static uint64_t
allowed(const struct sessionschedule *schedule, uint64_t at)
{
	uint64_t oldest;

	if (schedule->count < SCHEDULE_CALLS)
		return at;
	oldest = schedule->calls[schedule->count % SCHEDULE_CALLS];
	return at > oldest + SCHEDULE_SPAN ? at : oldest + SCHEDULE_SPAN + 1;
}

static unsigned
longer(unsigned delay)
{
	if (delay == 0)
		return SCHEDULE_FIRST;
	return delay * 2 > SCHEDULE_LONGEST ? SCHEDULE_LONGEST : delay * 2;
}

/* The whole delay, less up to a half of it. */
uint64_t
sessionschedule_next(struct sessionschedule *schedule, uint64_t now, uint32_t chance)
{
	unsigned delay = schedule->delay;

	schedule->delay = longer(delay);
	return allowed(schedule, now + delay - chance % (delay / 2 + 1));
}

uint64_t
sessionschedule_unreached(struct sessionschedule *schedule, uint64_t now, uint32_t chance)
{
	uint64_t most = (now - schedule->lost) / SCHEDULE_PART;

	if (most < SCHEDULE_UNREACHED)
		most = SCHEDULE_UNREACHED;
	if (schedule->delay > most)
		schedule->delay = (unsigned)most;
	return sessionschedule_next(schedule, now, chance);
}

uint64_t
sessionschedule_at_once(struct sessionschedule *schedule, uint64_t now)
{
	schedule->delay = longer(0);
	return allowed(schedule, now);
}

void
sessionschedule_called(struct sessionschedule *schedule, uint64_t at)
{
	schedule->calls[schedule->count++ % SCHEDULE_CALLS] = at;
}
