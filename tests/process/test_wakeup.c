/* wakeup: a machine that has slept, by clocks that the test sets. */
#include "process/wakeup.h"

#include "tap.h"

static const struct row {
	uint64_t monotonic, boot;
	bool slept;
	const char *title;
} rows[] = {
	{ 1000, 500000, false, "the first look: what it slept before is nobody's business" },
	{ 2000, 501000, false, "no sleep" },
	{ 90000000, 90499000, false, "a day without sleep" },
	{ 90001000, 90500999, false, "less than a second" },
	{ 90002000, 90502000, true, "a second in all" },
	{ 90003000, 90503000, false, "is told once" },
	{ 90004000, 170000000, true, "a night" },
	{ 90005000, 170001000, false, "is told once" },
	{ 90006000, 170007000, true, "the process stood still between the two clocks" },
	{ 90012000, 170008000, false, "which was no sleep" },
	{ 90013000, 170009000, false, "and hides none:" },
	{ 90014000, 170011000, true, "the next one is told" },
};

static void
check_failing_clock(void)
{
	struct wakeup_clocks clocks = { .known = false };

	ok(!wakeup_clocks_tell(&clocks, 1000, 1000) && !wakeup_clocks_tell(&clocks, 900000, 900000) &&
	    !wakeup_clocks_tell(&clocks, 900001, 900000), "without a clock that counts sleep there is none");
}

static void
check_real(void)
{
	struct wakeup wakeup = WAKEUP_INIT;
	struct loop loop;

	wakeup_close(&wakeup);
	ok(loop_open(&loop) == 0, "a loop");
	wakeup_open(&wakeup, &loop);
	ok(loop_turn(&loop, 0) == 0, "turns");
	wakeup_close(&wakeup);
	is_number(wakeup.watch.fd, -1, "all is closed");
	loop_close(&loop);
}

int
main(void)
{
	struct wakeup_clocks clocks = { .known = false };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		ok(wakeup_clocks_tell(&clocks, rows[i].monotonic, rows[i].boot) == rows[i].slept, "%s", rows[i].title);
	check_failing_clock();
	check_real();
	return done_testing();
}
