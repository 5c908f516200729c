/* liveness: when a connection is asked, and when it is lost, at a clock that the test turns. */
#include "session/liveness.h"

#include "tap.h"

#define EVERY 25000
#define START 1000000
#define FLOOD 1000000			/* moments at which a flood of changes is looked at */

static const char *const names[] = { "nothing", "ping", "lost" };

/* What happens at the next moment at which something does, and when that is, behind START. */
static void
next_is(struct liveness *liveness, enum liveness_action action, uint64_t at, const char *title)
{
	uint64_t due = liveness_due(liveness);

	is_number(due - START, at, "%s: when", title);
	is_text(names[liveness_next(liveness, due)], names[action], "%s: what", title);
	if (action == LIVENESS_PING)
		is_text(names[liveness_next(liveness, due)], "nothing", "%s: once", title);
}

static void
open_quiet(struct liveness *liveness)
{
	liveness_opened(liveness, EVERY, START);
	is_text(names[liveness_next(liveness, START)], "ping", "a ping as soon as it stands");
	liveness_answered(liveness, START);
}

static void
check_habit(void)
{
	struct liveness liveness = LIVENESS_INIT;

	is_number(liveness_due(&liveness), -1, "nothing is asked of what does not stand");
	open_quiet(&liveness);
	next_is(&liveness, LIVENESS_PING, EVERY, "of habit");
	liveness_heard(&liveness, START + EVERY + 9999);
	is_text(names[liveness_next(&liveness, START + EVERY + 10000)], "nothing", "what comes just in time is life");
	next_is(&liveness, LIVENESS_PING, 2 * EVERY, "of habit again");
	next_is(&liveness, LIVENESS_LOST, 2 * EVERY + 10000, "nothing behind it for 10 s");
	is_number(liveness_due(&liveness), -1, "what is lost is not asked");
}

/* Pings more often than its patience: those that follow do not lengthen it. */
static void
check_often(void)
{
	struct liveness liveness = LIVENESS_INIT;
	uint64_t now = START;

	liveness_opened(&liveness, 1000, START);
	while (now < START + 60000 && liveness_next(&liveness, now) != LIVENESS_LOST)
		now = liveness_due(&liveness);
	is_number(now - START, 10000, "a ping a second: lost after 10 s all the same");
}

static void
check_input(void)
{
	struct liveness liveness = LIVENESS_INIT;

	open_quiet(&liveness);
	liveness_waits(&liveness, START + 5000);
	next_is(&liveness, LIVENESS_PING, 8000, "input of 5 s unanswered for 3 s");
	next_is(&liveness, LIVENESS_LOST, 11000, "and lost 6 s behind the input");

	open_quiet(&liveness);
	liveness_waits(&liveness, START + 5000);
	next_is(&liveness, LIVENESS_PING, 8000, "unanswered input");
	liveness_heard(&liveness, START + 8100);
	next_is(&liveness, LIVENESS_PING, 11100, "something, but still no answer: again 3 s later");
	liveness_heard(&liveness, START + 11200);
	liveness_waits(&liveness, LIVENESS_NEVER);
	is_number(liveness_due(&liveness) - START, 11100 + EVERY, "answered: the next is of habit");

	open_quiet(&liveness);
	liveness_waits(&liveness, START + EVERY - 1000);
	next_is(&liveness, LIVENESS_PING, EVERY, "a ping of habit when input has waited for 1 s");
	next_is(&liveness, LIVENESS_PING, EVERY + 2000, "shortens no wait: input's own 3 s behind it");
	next_is(&liveness, LIVENESS_LOST, EVERY + 5000, "and lengthens none: lost 6 s behind it");

	open_quiet(&liveness);
	liveness_waits(&liveness, START + 1000);
	for (uint64_t now = START + 1000; now < START + 20000; now += 500)
		liveness_heard(&liveness, now);
	is_text(names[liveness_next(&liveness, START + 20000)], "nothing",
	    "a node that prints, and does not answer yet, is there");
}

static void
check_change(void)
{
	struct liveness liveness = LIVENESS_INIT;
	unsigned pings = 0;
	uint64_t now = START + 1000;

	open_quiet(&liveness);
	liveness_changed(&liveness, START + 7000);
	next_is(&liveness, LIVENESS_PING, 7000, "a change: at once");
	next_is(&liveness, LIVENESS_LOST, 10000, "lost after 3 s");

	open_quiet(&liveness);
	liveness_changed(&liveness, START + 7000);
	next_is(&liveness, LIVENESS_PING, 7000, "a change");
	liveness_answered(&liveness, START + 7001);
	next_is(&liveness, LIVENESS_PING, 7000 + EVERY, "that is answered");

	open_quiet(&liveness);
	liveness_changed(&liveness, START + 7000);
	next_is(&liveness, LIVENESS_PING, 7000, "a change");
	liveness_heard(&liveness, START + 7001);
	liveness_heard(&liveness, START + 9000);
	next_is(&liveness, LIVENESS_LOST, 12000, "what was under way already puts the end off, and not more");

	open_quiet(&liveness);
	for (; now < START + FLOOD; now += 10) {
		enum liveness_action action;

		liveness_changed(&liveness, now);
		action = liveness_next(&liveness, now);
		pings += action == LIVENESS_PING;
		if (action == LIVENESS_LOST)
			break;
	}
	is_number(now - START, 4000, "a flood of changes: lost 3 s behind the first");
	ok(pings > 0, "with pings");
}

static void
check_hold(void)
{
	struct liveness liveness = LIVENESS_INIT;

	open_quiet(&liveness);
	liveness_waits(&liveness, START + 500);
	liveness_hold(&liveness, true, START + 1000);
	next_is(&liveness, LIVENESS_PING, EVERY, "held: only the ping of habit");
	is_number(liveness_due(&liveness) - START, 2 * EVERY, "held: nothing is lost, nor asked for input's sake");
	liveness_changed(&liveness, START + 30000);
	next_is(&liveness, LIVENESS_PING, 30000, "held, in doubt: a ping, which tells the other side");
	is_number(liveness_due(&liveness) - START, 30000 + EVERY, "held, in doubt: nothing is lost");
	liveness_hold(&liveness, false, START + 40000);
	is_text(names[liveness_next(&liveness, START + 40000)], "ping", "no longer: asked at once");
	liveness_waits(&liveness, LIVENESS_NEVER);
	next_is(&liveness, LIVENESS_LOST, 50000, "no longer: with all patience");
	open_quiet(&liveness);
	liveness_hold(&liveness, true, START + 1000);
	liveness_hold(&liveness, false, START + 2000);
	is_number(liveness_due(&liveness) - START, EVERY, "held for a second: nothing is asked");
}

static void
check_stopped(void)
{
	struct liveness liveness = LIVENESS_INIT;

	open_quiet(&liveness);
	next_is(&liveness, LIVENESS_PING, EVERY, "before the process is stopped");
	liveness_again(&liveness, START + 90000);
	is_text(names[liveness_next(&liveness, START + 90000)], "ping", "it goes on: asked, not lost");
	next_is(&liveness, LIVENESS_LOST, 100000, "and lost after that");
}

static void
check_limit(void)
{
	struct liveness liveness = LIVENESS_INIT;

	liveness_limit(&liveness, START);
	liveness_limit(&liveness, START + 5000);
	next_is(&liveness, LIVENESS_LOST, 10000, "one that does not open");
	liveness_limit(&liveness, START);
	liveness_opened(&liveness, EVERY, START + 9000);
	is_text(names[liveness_next(&liveness, START + 10000)], "ping", "one that opens in time");
	next_is(&liveness, LIVENESS_LOST, 20000, "has the usual patience from then on");
}

int
main(void)
{
	check_habit();
	check_often();
	check_input();
	check_change();
	check_hold();
	check_stopped();
	check_limit();
	return done_testing();
}
