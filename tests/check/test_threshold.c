/* threshold: the ranges of the Monitoring Plugins guidelines. */
#include "check/threshold.h"

#include "tap.h"

struct row {
	char text[16];
	double value;
	bool alerts;
};

/* The guidelines' own table first. */
static const struct row rows[] = {
	{ "10", -0.1, true }, { "10", 0, false }, { "10", 10, false }, { "10", 10.1, true },
	{ "10:", 9.9, true }, { "10:", 10, false }, { "10:", 1e9, false },
	{ "~:10", -1e9, false }, { "~:10", 10, false }, { "~:10", 10.5, true },
	{ "10:20", 9, true }, { "10:20", 10, false }, { "10:20", 20, false }, { "10:20", 21, true },
	{ "@10:20", 9, false }, { "@10:20", 10, true }, { "@10:20", 20, true }, { "@10:20", 21, false },
	{ ":10", -1, true }, { ":10", 5, false }, { "@10", 0, true }, { "@10", 11, false },
	{ "0", 0, false }, { "0", 1, true }, { "0:0", 1, true }, { "~:", 1e300, false },
	{ "-5:-1", -3, false }, { "-5:-1", 0, true }, { "0.5", 0.5, false }, { "0.5", 0.501, true },
	{ ".5", 0.6, true }, { "+1:2", 1, false }, { "10:10", 10, false },
};

static const char *const wrong[] = {
	"", "@", ":", "@:", "a", "1:b", "1 ", " 1", "1::2", "20:10", "1e3", "0x10", "nan", "inf", "~", "~10",
	"10:~", "@~", "-", "1.", ".", "1.2.3", "--1", "1:2:3", "@@1", "10s", "10%",
	"1111111111111111111111111111111111111111111111111111111111111111",
};

int
main(void)
{
	struct threshold threshold = { .set = false };

	ok(!threshold_alerts(&threshold, 5), "none alerts never");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		threshold = (struct threshold){ .set = false };
		ok(threshold_parse(&threshold, view_of(rows[i].text)) &&
		    threshold_alerts(&threshold, rows[i].value) == rows[i].alerts, "'%s' %s at %g",
		    rows[i].text, rows[i].alerts ? "alerts" : "is well", rows[i].value);
		is_text(threshold.text, rows[i].text, "'%s' is kept as it was written", rows[i].text);
	}
	ok(threshold_parse(&threshold, VIEW("7")), "a good one first");
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		ok(!threshold_parse(&threshold, view_of(wrong[i])), "'%s' is no range", wrong[i]);
	ok(!threshold_parse(&threshold, (struct view){ "1\0002", 3 }), "nor is one with a NUL");
	is_text(threshold.text, "7", "what is no range changes nothing");
	return done_testing();
}
