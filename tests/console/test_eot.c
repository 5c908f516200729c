/* eot: when a shell is told that input is over. */
#include "console/eot.h"

#include "tap.h"

static void
check_text(void)
{
	struct consoleeot eot = { .begun = false };

	ok(consoleeot_due(&eot) == CONSOLEEOT_NEVER, "not before the end");
	consoleeot_begin(&eot, 100);
	is_number(consoleeot_due(&eot), 350, "soon behind the end");
	consoleeot_heard(&eot, 200);
	is_number(consoleeot_due(&eot), 450, "when the node is quiet");
	is_view(consoleeot_text(&eot, true), VIEW("\004"), "once behind a line");
	is_view(consoleeot_text(&eot, false), VIEW("\004\004"), "twice within one");
	consoleeot_sent(&eot);
	is_view(consoleeot_text(&eot, false), VIEW("\004"), "and once later");
}

static void
check_repeats(void)
{
	struct consoleeot eot = { .begun = false };
	uint64_t now = 100;
	unsigned times = 0;

	consoleeot_begin(&eot, now);
	consoleeot_sent(&eot);
	ok(consoleeot_due(&eot) == CONSOLEEOT_NEVER, "not again while the node is silent");
	consoleeot_heard(&eot, 500);
	consoleeot_heard(&eot, 700);
	is_number(consoleeot_due(&eot), 1700, "a second behind its last output");
	for (times = 1; times < 100 && consoleeot_due(&eot) != CONSOLEEOT_NEVER; times++) {
		now = consoleeot_due(&eot);
		consoleeot_sent(&eot);
		consoleeot_heard(&eot, now);
	}
	is_number(times, CONSOLEEOT_TIMES, "not for ever");
	consoleeot_begin(&eot, 5);
	ok(consoleeot_due(&eot) == CONSOLEEOT_NEVER, "an end comes once");
}

int
main(void)
{
	check_text();
	check_repeats();
	return done_testing();
}
