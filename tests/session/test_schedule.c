/* schedule: when the service is asked again, at a clock that the test turns. */
#include "session/schedule.h"

#include "tap.h"

static void
check_doubling(void)
{
	static const unsigned longest[] = { 0, 250, 500, 1000, 2000, 4000, 8000, 10000, 10000 };
	struct sessionschedule least = { .count = 0 }, most = { .count = 0 };

	for (size_t i = 0; i < ARRAY_LEN(longest); i++) {
		is_number(sessionschedule_next(&most, 1000000, 0), 1000000 + longest[i], "call %zu: the longest delay", i);
		is_number(sessionschedule_next(&least, 1000000, longest[i] / 2), 1000000 + longest[i] - longest[i] / 2,
		    "call %zu: half of it", i);
	}
}

/* A server that takes connections and drops them at once, for a minute. */
static void
check_storm(void)
{
	struct sessionschedule schedule = { .count = 0 };
	uint64_t calls[1000], now = 1;
	size_t count = 0;
	bool good = true;

	while (now < 60000 && count < ARRAY_LEN(calls)) {
		now = sessionschedule_at_once(&schedule, now);
		sessionschedule_called(&schedule, now);
		calls[count++] = now;
		sessionschedule_opened(&schedule, now);
		sessionschedule_lost(&schedule, now);
	}
	for (size_t i = SCHEDULE_CALLS; i < count; i++)
		good = good && calls[i] - calls[i - SCHEDULE_CALLS] > SCHEDULE_SPAN;
	ok(good && count > 20, "never more than %d calls in any %d ms: %zu in a minute", SCHEDULE_CALLS, SCHEDULE_SPAN,
	    count);
}

static void
check_stable(void)
{
	struct sessionschedule schedule = { .count = 0 };
	uint64_t now = 5000;

	for (int i = 0; i < 6; i++)
		sessionschedule_next(&schedule, now, 0);
	sessionschedule_opened(&schedule, now);
	sessionschedule_lost(&schedule, now + SCHEDULE_STABLE - 1);
	ok(sessionschedule_next(&schedule, now, 0) > now, "a connection of less than 10 s is none");
	sessionschedule_opened(&schedule, now);
	sessionschedule_lost(&schedule, now + SCHEDULE_STABLE);
	is_number(sessionschedule_next(&schedule, now, 0), now, "behind a good one it begins anew: at once");
}

/* Nobody is reached for a day: how long the pauses are, and that they are as ever when somebody is. */
static void
check_unreached(void)
{
	static const struct { uint64_t after; uint64_t longest; } rows[] = {
		{ 0, 0 }, { 10, 250 }, { 300, 500 }, { 900, 1000 }, { 50000, 1000 }, { 175000, 1750 }, { 600000, 3500 },
		{ 3600000, 7000 }, { 86400000, 10000 },
	};
	struct sessionschedule schedule = { .count = 0 };
	uint64_t now = 1000;

	sessionschedule_lost(&schedule, now);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		now = 1000 + rows[i].after;
		is_number(sessionschedule_unreached(&schedule, now, 0) - now, rows[i].longest, "%llu ms after the loss",
		    (unsigned long long)rows[i].after);
	}
	is_number(sessionschedule_next(&schedule, now, 0) - now, 10000, "somebody is there again, and refuses");
	sessionschedule_opened(&schedule, now);
	sessionschedule_lost(&schedule, now + SCHEDULE_STABLE);
	now += SCHEDULE_STABLE;
	for (int i = 0; i < 5; i++)
		sessionschedule_unreached(&schedule, now, 0);
	is_number(sessionschedule_unreached(&schedule, now, 0) - now, 1000, "a new loss begins anew");
}

int
main(void)
{
	check_doubling();
	check_unreached();
	check_storm();
	check_stable();
	return done_testing();
}
