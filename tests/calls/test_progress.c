/* progress: when a line is due, what it says, and the summary. */
#include <stdio.h>

#include "calls/progress.h"
#include "tap.h"

static void
check_line(struct progress *p, long long now, unsigned width, const char *expected,
    const char *title)
{
	struct bytes out = BYTES_INIT(4096);

	progress_line(&out, p, now, width);
	is_view(bytes_view(&out), view_of(expected), "%s", title);
	bytes_clear(&out);
}

static void
settle(struct progress *p, unsigned count, const char *code)
{
	for (unsigned i = 0; i < count; i++) {
		progress_sent(p);
		progress_settled(p, code);
	}
}

static void
test_due(void)
{
	struct progress p;

	progress_start(&p, "t", PROGRESS_AUTO, false, 5000);
	is_number(progress_due(&p, 5000), PROGRESS_NEVER_DUE, "auto shows none off a terminal");
	progress_start(&p, "t", PROGRESS_NEVER, true, 5000);
	is_number(progress_due(&p, 50000), PROGRESS_NEVER_DUE, "never is never");
	progress_start(&p, "t", PROGRESS_AUTO, true, 5000);
	is_number(progress_due(&p, 5000), 1000, "on a terminal the first is due after a second");
	is_number(progress_due(&p, 5999), 1, "not earlier");
	is_number(progress_due(&p, 6000), 0, "but then");
	check_line(&p, 6000, 80, "\rt: 0 done, 0 failed, 0 in flight, 0.0/s", "a run that waits");
	is_number(progress_due(&p, 6000), 100, "the next is due a tenth of a second later");
	is_number(progress_due(&p, 7000), 0, "or when one has time for it");
	progress_start(&p, "t", PROGRESS_ALWAYS, false, 5000);
	is_number(progress_due(&p, 5000), 10000, "off a terminal a line is due every ten seconds");
	is_number(progress_due(&p, 15000), 0, "from the tenth on");
	check_line(&p, 15000, 0, "t: 0 done, 0 failed, 0 in flight, 0.0/s\n", "it ends as a line does");
	is_number(progress_due(&p, 15001), 9999, "and the next one again");
}

static void
test_lines(void)
{
	struct progress p;
	struct bytes out = BYTES_INIT(4096);

	progress_start(&p, "t", PROGRESS_ALWAYS, true, 0);
	settle(&p, 900, NULL);
	settle(&p, 100, "X");
	progress_sent(&p);
	check_line(&p, 1000, 80, "\rt: 900 done, 100 failed, 1 in flight, 1000/s", "counts and rate");
	check_line(&p, 4000, 80, "\rt: 900 done, 100 failed, 1 in flight, 500/s ",
	    "the rate falls when nothing comes, and blanks cover the longer line");
	check_line(&p, 4100, 11, "\rt: 900 don", "a narrow terminal");
	progress_wipe(&out, &p);
	is_view(bytes_view(&out), VIEW("\r          \r"), "the line is wiped off");
	bytes_reset(&out);
	progress_wipe(&out, &p);
	is_number(out.len, 0, "once");
	bytes_clear(&out);
}

static void
test_time_left(void)
{
	struct progress p;

	progress_start(&p, "t", PROGRESS_ALWAYS, false, 0);
	p.bytes_total = 4000;
	check_line(&p, 1000, 0, "t: 0 done, 0 failed, 0 in flight, 0.0/s\n", "nothing read yet, nothing known");
	p.bytes_read = 1000;
	check_line(&p, 10000, 0, "t: 0 done, 0 failed, 0 in flight, 0.0/s, 30 s left\n", "seconds");
	check_line(&p, 100000, 0, "t: 0 done, 0 failed, 0 in flight, 0.0/s, 5 min 0 s left\n", "minutes");
	check_line(&p, 1300000, 0, "t: 0 done, 0 failed, 0 in flight, 0.0/s, 1 h 5 min left\n", "hours");
	p.bytes_read = 4000;
	check_line(&p, 1300000, 0, "t: 0 done, 0 failed, 0 in flight, 0.0/s, 0 s left\n", "the end");
	p.bytes_read = 4001;
	check_line(&p, 1300000, 0, "t: 0 done, 0 failed, 0 in flight, 0.0/s\n", "a file that grew");
}

static void
check_summary(const struct progress *p, long long now, const char *expected)
{
	struct bytes out = BYTES_INIT(4096);

	progress_summary(&out, p, now);
	is_text(bytes_cstr(&out), expected, "the summary");
	bytes_clear(&out);
}

static void
test_summary(void)
{
	struct progress p;

	progress_start(&p, "t", PROGRESS_NEVER, false, 1000);
	check_summary(&p, 1000, "0 requests in 0.0 s: 0 answered");
	settle(&p, 1, NULL);
	check_summary(&p, 1199, "1 request in 0.1 s: 1 answered");
	settle(&p, 1989, NULL);
	settle(&p, 2, "DoesNotExistException");
	settle(&p, 8, "ThrottlingException");
	check_summary(&p, 4123, "2000 requests in 3.1 s: 1990 answered, 10 failed (8 ThrottlingException, "
	    "2 DoesNotExistException)");
	progress_refused(&p, "InvalidDocument");
	progress_sent(&p);
	check_summary(&p, 3723999, "2002 requests in 1 h 2 min: 1990 answered, 11 failed (8 ThrottlingException, "
	    "2 DoesNotExistException, 1 InvalidDocument), 1 not finished");
}

static void
test_many_codes(void)
{
	struct bytes out = BYTES_INIT(4096);
	struct progress p;
	char code[128];

	progress_start(&p, "t", PROGRESS_NEVER, false, 0);
	for (unsigned i = 0; i < 1000; i++) {
		snprintf(code, sizeof code, "%0100u", i);
		settle(&p, 1, code);
	}
	is_number(p.code_count, 1, "codes that differ behind their 63rd character are one");
	is_number(p.codes[0].count, 1000, "of which there are all");
	for (unsigned i = 0; i < 1000; i++) {
		snprintf(code, sizeof code, "C%u", i % 100);
		settle(&p, 1, code);
	}
	is_number(p.code_count, PROGRESS_CODES_MAX, "there is room for so many");
	is_number(p.others, 850, "the rest are counted together");
	progress_summary(&out, &p, 0);
	ok(strstr(bytes_cstr(&out), ", 10 C9, 850 others)") != NULL, "and told last");
	bytes_clear(&out);
}

int
main(void)
{
	test_due();
	test_lines();
	test_time_left();
	test_summary();
	test_many_codes();
	return done_testing();
}
