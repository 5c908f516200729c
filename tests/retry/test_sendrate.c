/* sendrate: rates as typed, and how many requests they let through. adaptiverate: asleep and awake. */
#include "retry/adaptiverate.h"
#include "tap.h"

static void
test_parse(void)
{
	static const struct {
		const char *text;
		double rate;
	} rows[] = {
		{ "50", 50 }, { "50/s", 50 }, { "0.5/s", 0.5 }, { ".5", 0.5 }, { "90/m", 1.5 },
		{ "1.5/m", 0.025 }, { "007", 7 }, { "1000000/s", 1000000 }, { "0.0001", 0.0001 },
	};
	static const char *const others[] = { "", "0", "0/s", "0.0/m", "-1", "+1", "1e3", "x", "/s", "5/", "5/h",
	    "5/S", "5 /s", " 5", "5 ", "5/s ", "5.", ".", "1..2", "1.2.3", "1,5", "inf", "nan", "0x10",
	    "1000001", "99999999999999999999", "0.0000001", "1.00000000000000000001", "5/s/s", "5//s" };
	double rate;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		ok(sendrate_parse(view_of(rows[i].text), &rate), "'%s' is a rate", rows[i].text);
		ok(rate > rows[i].rate * 0.9999999 && rate < rows[i].rate * 1.0000001, "and that one");
	}
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		ok(!sendrate_parse(view_of(others[i]), &rate), "'%s' is none", others[i]);
	ok(!sendrate_parse(VIEW("5\0"), &rate), "nor is one with a NUL");
}

/* How many go in a time, when each is sent as soon as it may be, at whole milliseconds. */
static unsigned
sent_in(double rate, double time)
{
	struct sendrate bucket;
	unsigned count = 0;
	double now = 1000;

	sendrate_start(&bucket, rate, now);
	for (;;) {
		now += sendrate_wait(&bucket, now);
		if (now >= 1000 + time)
			return count;
		sendrate_take(&bucket, now);
		count++;
	}
}

static void
test_rates(void)
{
	struct sendrate bucket = SENDRATE_INIT;

	is_number(sendrate_wait(&bucket, 5), 0, "without a rate nothing waits");
	sendrate_take(&bucket, 5);
	is_number(sendrate_wait(&bucket, 5), 0, "nor does the next");
	is_number(sent_in(0.5, 10000), 5, "one in two seconds");
	is_number(sent_in(10, 10000), 100, "ten in a second");
	is_number(sent_in(1, 1001), 2, "the second goes when it may");
	ok(sent_in(3, 100000) >= 297 && sent_in(3, 100000) <= 301, "3 in a second, though that is no whole number of ms");
	ok(sent_in(60, 100000) >= 5990 && sent_in(60, 100000) <= 6007, "60 in a second");
	ok(sent_in(5000, 10000) >= 50000 && sent_in(5000, 10000) <= 50500, "5000 in a second");
	sendrate_start(&bucket, 100, 0);
	for (unsigned i = 0; i < 10; i++) {
		is_number(sendrate_wait(&bucket, 0), 0, "a tenth of a second's worth goes at once: %u", i);
		sendrate_take(&bucket, 0);
	}
	is_number(sendrate_wait(&bucket, 0), 10, "the next waits");
	is_number(sendrate_wait(&bucket, 9.5), 1, "rounded up");
	is_number(sendrate_wait(&bucket, 3), 1, "a clock that jumps back is not believed");
	is_number(sendrate_wait(&bucket, 10), 0, "until it is there");
	is_number(sendrate_wait(&bucket, 1e9), 0, "a long pause");
	for (unsigned i = 0; i < 10; i++)
		sendrate_take(&bucket, 1e9);
	is_number(sendrate_wait(&bucket, 1e9), 10, "gathers no more than that");
	sendrate_take(&bucket, 1e9);
	is_number(sendrate_wait(&bucket, 1e9), 20, "one that did not wait makes the next wait for both");
	sendrate_start(&bucket, 1.0 / 604800, 0);
	sendrate_take(&bucket, 0);
	is_number(sendrate_wait(&bucket, 0), 604800000, "a week");
}

static void
test_adaptive(void)
{
	struct adaptiverate limit;
	unsigned waited = 0;
	double now = 10000;

	adaptiverate_start(&limit, now);
	for (unsigned i = 0; i < 1000; i++, now += 1) {
		waited += adaptiverate_wait(&limit, now);
		adaptiverate_take(&limit, now);
		adaptiverate_answered(&limit, false, now);
	}
	is_number(waited, 0, "nothing waits before the first throttling");
	adaptiverate_answered(&limit, true, now);
	ok(limit.awake, "then it does");
	ok(limit.bucket.rate > 0.69 * limit.measured && limit.bucket.rate < 0.71 * limit.measured,
	    "at 0.7 of what was measured");
	adaptiverate_take(&limit, now + adaptiverate_wait(&limit, now));
	ok(adaptiverate_wait(&limit, now) > 0, "two do not go at once");
	for (unsigned i = 0; i < 40; i++, now += 600)
		adaptiverate_answered(&limit, true, now);
	ok(limit.bucket.rate == 0.5, "it is never less than one in two seconds");
	is_number(adaptiverate_wait(&limit, now) <= 2000, 1, "and no wait longer than that");
}

int
main(void)
{
	test_parse();
	test_rates();
	test_adaptive();
	return done_testing();
}
