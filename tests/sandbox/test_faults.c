#include <string.h>

#include "sandbox/fault/line.h"
#include "tap.h"

#define MESSAGES 2000

static struct fault_rule
rule_of(const char *text)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct fault_rule rule;

	if (fault_rule_read(&rule, view_of(text), &err) != SSM_OK)
		ok(false, "'%s' is a rule: %s", text, err.message);
	ssm_error_clear(&err);
	return rule;
}

static void
add(struct faults *faults, const char *text, uint64_t now)
{
	struct fault_rule rule = rule_of(text);

	if (!faults_add(faults, &rule, now))
		ok(false, "there is room for '%s'", text);
}

static void
test_reading(void)
{
	struct fault_rule rule = rule_of("close=1001:after=300s:every=20:times=3");

	ok(rule.kind == FAULT_KIND_CLOSE && rule.value == 1001 && rule.after_ms == 300000 && rule.after == 0 &&
	    rule.every == 20 && rule.times == 3, "a value, a time, numbers");
	is_text(rule.text, "close=1001:after=300s:every=20:times=3", "and its text");
	is_number(rule_of("loss=0.05%").value, 500, "a chance with a point");
	is_number(rule_of("loss=100%").value, FAULT_ALWAYS, "what is certain");
	is_number(rule_of("loss").value, FAULT_ALWAYS, "as without a value");
	is_number(rule_of("refuse-upgrade:for=60").for_ms, 60000, "'for' counts seconds");
	is_number(rule_of("refuse-upgrade:for=500ms").for_ms, 500, "or what it says");
	is_number(rule_of("loss=2%:way=in").way, FAULT_IN, "a way");
	rule = rule_of("slow:delay=200ms:rate=4096:for=5");
	ok(rule.delay_ms == 200 && rule.rate == 4096 && rule.for_ms == 5000, "how slow");
	is_text(rule_of("rst:session=user-0a1b").session, "user-0a1b", "a session");
	ok(rule_of("rst:session=2").nth == 2 && rule_of("rst:session=2").session[0] == '\0', "or a number of one");
}

static void
test_errors(void)
{
	static const char *const texts[] = { "", ":", "rst:", "rest", "rst=1", "rst:for=1", "rst:after", "rst:after=",
	    "rst:after=0", "rst:after=-1", "rst:after=5m", "rst:after=s", "rst:after=1:after=2s", "rst:never=1",
	    "loss=2", "loss=0%", "loss=101%", "loss=100.1%", "loss=1.00001%", "loss=.5%", "loss:seed=x", "loss:way=up",
	    "loss:every=1s", "close=1005", "close=999", "close=5000", "close=", "refuse-resume=302", "refuse-resume=600",
	    "agent-away:times=2", "slow", "slow=1s", "slow:times=2", "slow:delay=5", "slow:delay=0s", "slow:rate=0",
	    "slow:rate=5s", "slow:delay=1s:every=1s", "loss:delay=1s", "rst:rate=5", "rst:session=", "rst:session=*",
	    "rst:session=a*b", "rst:session=0", "rst:session=a b", "rst:session=\xc3\xa9", "refuse-start:session=2",
	    "agent-away:session=2", "rst:times=99999999999999999999" };
	struct ssm_error long_err = SSM_ERROR_INIT;
	struct fault_rule rule;
	char text[FAULT_RULE_MAX + 2];

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct ssm_error err = SSM_ERROR_INIT;

		ok(fault_rule_read(&rule, view_of(texts[i]), &err) == SSM_E_INPUT && err.message[0] != '\0' &&
		    strchr(err.message, '\n') == NULL, "'%s' is none", texts[i]);
		ssm_error_clear(&err);
	}
	memset(text, '1', sizeof text);
	ok(fault_rule_read(&rule, (struct view){ text, sizeof text }, &long_err) == SSM_E_INPUT, "nor what is too long");
	ssm_error_clear(&long_err);
}

/* Which messages of a connection of so many are not passed: how many, and the first one. */
static unsigned
count(struct faults *faults, struct fault_link *link, enum fault_way way, enum fault_deed deed, unsigned *first)
{
	unsigned found = 0;

	*first = 0;
	for (unsigned i = 1; i <= 100; i++)
		if (faults_message(faults, link, way, i).deed == deed && found++ == 0)
			*first = i;
	return found;
}

static void
test_counts(void)
{
	struct faults faults = { .count = 0 };
	struct fault_link link = FAULT_LINK_INIT(&faults, 0), next = link;
	unsigned first;

	add(&faults, "rst:after=10", 0);
	is_number(count(&faults, &link, FAULT_OUT, FAULT_ABORT, &first), 1, "a cut is made once");
	is_number(first, 11, "behind as many messages as it says");
	is_number(count(&faults, &next, FAULT_OUT, FAULT_ABORT, &first), 0, "on one connection");
	faults_clear(&faults);
	add(&faults, "close=1012:every=30:times=4", 0);
	link = next = (struct fault_link)FAULT_LINK_INIT(&faults, 0);
	is_number(count(&faults, &link, FAULT_IN, FAULT_SHUT, &first), 3, "every so many messages");
	is_number(first, 30, "which are counted on the connection");
	is_number(count(&faults, &next, FAULT_IN, FAULT_SHUT, &first), 1, "so many times in all");
	faults_clear(&faults);
	add(&faults, "duplicate:after=90:way=out", 0);
	link = next = (struct fault_link)FAULT_LINK_INIT(&faults, 0);
	is_number(count(&faults, &link, FAULT_IN, FAULT_TWICE, &first), 0, "not the other way");
	is_number(count(&faults, &next, FAULT_OUT, FAULT_TWICE, &first), 10, "all of one way");
	faults_clear(&faults);
	add(&faults, "silence:after=40", 0);
	link = next = (struct fault_link)FAULT_LINK_INIT(&faults, 0);
	is_number(count(&faults, &link, FAULT_OUT, FAULT_LOSE, &first), 60, "silence lasts as long as the connection");
	is_number(count(&faults, &next, FAULT_OUT, FAULT_LOSE, &first), 0, "and no longer");
}

static void
draw(const char *text, char drawn[MESSAGES])
{
	struct faults faults = { .count = 0 };
	struct fault_link link = FAULT_LINK_INIT(&faults, 0);

	add(&faults, text, 0);
	for (size_t i = 0; i < MESSAGES; i++)
		drawn[i] = faults_message(&faults, &link, FAULT_OUT, 0).deed == FAULT_LOSE;
}

static void
test_chance(void)
{
	char one[MESSAGES], same[MESSAGES], other[MESSAGES];
	unsigned lost = 0;

	draw("loss=10%:seed=7", one);
	draw("loss=10%:seed=7", same);
	draw("loss=10%:seed=8", other);
	for (size_t i = 0; i < MESSAGES; i++)
		lost += (unsigned)one[i];
	ok(lost > MESSAGES / 20 && lost < MESSAGES / 5, "about as many are lost as it says: %u", lost);
	ok(memcmp(one, same, MESSAGES) == 0, "a seed has always the same ones");
	ok(memcmp(one, other, MESSAGES) != 0, "another one others");
}

static void
test_moments(void)
{
	struct faults faults = { .count = 0 };
	struct fault_link link = FAULT_LINK_INIT(&faults, 1000), next = FAULT_LINK_INIT(&faults, 9000);
	struct fault_rule rst = rule_of("rst");

	ok(faults_deadline(&faults, &link) == FAULT_NEVER, "without rules nothing is due");
	add(&faults, "fin:every=5s", 0);
	is_number(faults_deadline(&faults, &link), 6000, "a time is counted from the connection's beginning");
	is_number(faults_due(&faults, &link, 5999).deed, FAULT_PASS, "not before");
	is_number(faults_due(&faults, &link, 6000).deed, FAULT_END, "then");
	is_number(faults_deadline(&faults, &next), 14000, "on each");
	faults_clear(&faults);
	ok(faults_deadline(&faults, &next) == FAULT_NEVER, "rules that are gone are not due");
	faults_strike(&faults, &rst);
	ok(faults.changed && faults_deadline(&faults, &next) == 0, "a strike is due at once");
	is_number(faults_due(&faults, &next, 9001).deed, FAULT_ABORT, "and made");
	ok(faults_deadline(&faults, &next) == FAULT_NEVER, "once");
	link = (struct fault_link)FAULT_LINK_INIT(&faults, 9002);
	ok(faults_deadline(&faults, &link) == FAULT_NEVER, "on the connections that there are");
}

static void
test_away(void)
{
	struct faults faults = { .count = 0 };
	struct fault_link link = FAULT_LINK_INIT(&faults, 0);

	add(&faults, "agent-away:after=2:for=10", 0);
	ok(!faults_away(&faults, 1), "it is there before");
	is_number(faults_message(&faults, &link, FAULT_IN, 100).deed, FAULT_PASS, "one message");
	is_number(faults_message(&faults, &link, FAULT_IN, 100).deed, FAULT_PASS, "two");
	is_number(faults_message(&faults, &link, FAULT_OUT, 100).deed, FAULT_LOSE, "then it is away");
	ok(faults_away(&faults, 10099) && !faults_away(&faults, 10100), "for its time");
	is_number(faults_message(&faults, &link, FAULT_OUT, 10100).deed, FAULT_PASS, "and there again, for good");
}

static void
test_requests(void)
{
	const struct fault_session none = { VIEW_NONE, 0 };
	struct faults faults = { .count = 0 };
	unsigned value = 0;
	bool got[4];

	add(&faults, "refuse-resume=429:after=1:times=2", 0);
	add(&faults, "refuse-upgrade:for=10", 0);
	ok(!faults_request(&faults, FAULT_KIND_NO_TOKEN, &none, 0, &value), "another kind's");
	for (size_t i = 0; i < ARRAY_LEN(got); i++)
		got[i] = faults_request(&faults, FAULT_KIND_RESUME, &none, 0, &value);
	ok(!got[0] && got[1] && got[2] && !got[3] && value == 429, "one goes through, two are refused, one goes through");
	ok(faults_request(&faults, FAULT_KIND_UPGRADE, &none, 50000, &value) && value == 403, "a first one");
	ok(faults_request(&faults, FAULT_KIND_UPGRADE, &none, 59999, &value) &&
	    !faults_request(&faults, FAULT_KIND_UPGRADE, &none, 60000, &value), "'for' is counted from the first refusal");
}

/* Whether a rule ends the connection of a session at its first message. */
static bool
meets(const char *text, struct fault_session session)
{
	struct faults faults = { .count = 0 };
	struct fault_link link = FAULT_LINK_INIT(&faults, 0);

	link.session = session;
	add(&faults, text, 0);
	return faults_message(&faults, &link, FAULT_OUT, 0).deed == FAULT_ABORT;
}

static void
test_sessions(void)
{
	const struct fault_session one = { VIEW("user-1"), 1 }, two = { VIEW("user-2"), 2 }, none = { VIEW_NONE, 0 };
	struct faults faults = { .count = 0 };
	struct fault_link links[] = { FAULT_LINK_INIT(&faults, 0), FAULT_LINK_INIT(&faults, 0) };
	struct fault_rule rule = rule_of("rst:session=user-2");
	unsigned value;

	ok(meets("rst:session=user-2", two) && !meets("rst:session=user-2", one), "a rule for one session");
	ok(meets("rst:session=2", two) && !meets("rst:session=2", one), "for the second that is opened");
	ok(meets("rst:session=user-*", one) && !meets("rst:session=root-*", one) && !meets("rst:session=user-11*", one),
	    "for those whose ids begin so");
	add(&faults, "refuse-resume:session=user-*:after=1", 0);
	ok(!faults_request(&faults, FAULT_KIND_RESUME, &none, 0, &value) &&
	    !faults_request(&faults, FAULT_KIND_RESUME, &one, 0, &value) &&
	    faults_request(&faults, FAULT_KIND_RESUME, &two, 0, &value), "requests of others are not counted");
	links[0].session = one;
	links[1].session = two;
	faults_strike(&faults, &rule);
	ok(faults_deadline(&faults, &links[0]) == FAULT_NEVER && faults_deadline(&faults, &links[1]) == 0,
	    "a strike at one session");
	rule = rule_of("fin:session=1");
	faults_strike(&faults, &rule);
	ok(faults_deadline(&faults, &links[0]) == 0, "and then at the other");
	is_number(faults_due(&faults, &links[1], 1).deed, FAULT_ABORT, "the first one is still made");
	is_number(faults_due(&faults, &links[0], 1).deed, FAULT_END, "and the other");
	add(&faults, "fin:after=5s:session=3", 0);
	ok(faults_deadline(&faults, &links[0]) == FAULT_NEVER, "a time is another's");
}

static void
test_slow(void)
{
	struct faults faults = { .count = 0 };
	struct fault_link link = FAULT_LINK_INIT(&faults, 0);
	struct fault_verdict verdict;

	add(&faults, "slow:delay=200ms:rate=1000:after=1:times=2", 0);
	add(&faults, "loss:after=2:times=1", 0);
	add(&faults, "duplicate:after=3:times=1", 0);
	verdict = faults_message(&faults, &link, FAULT_IN, 0);
	ok(verdict.deed == FAULT_PASS && verdict.delay_ms == 0 && verdict.rate == 0, "one that is not late");
	verdict = faults_message(&faults, &link, FAULT_IN, 0);
	ok(verdict.deed == FAULT_PASS && verdict.delay_ms == 200 && verdict.rate == 1000, "one that is");
	verdict = faults_message(&faults, &link, FAULT_IN, 0);
	ok(verdict.deed == FAULT_LOSE && faults.rows[0].acted == 1, "what is lost is not late");
	verdict = faults_message(&faults, &link, FAULT_IN, 0);
	ok(verdict.deed == FAULT_TWICE && verdict.delay_ms == 200, "what comes twice is");
	is_number(faults_message(&faults, &link, FAULT_IN, 0).delay_ms, 0, "so often");
}

/* The moment at which the next message comes, which is dropped. */
static unsigned long
comes(struct fault_line *line, const char *text)
{
	uint64_t at = fault_line_deadline(line, UINT32_MAX);
	struct view message;

	if (fault_line_next(line, at - 1, &message) || !fault_line_next(line, at, &message) || !view_is(message, text))
		return 0;
	fault_line_drop(line);
	return (unsigned long)at;
}

static void
put(struct fault_line *line, const char *text, uint64_t delay_ms, unsigned rate, uint64_t now)
{
	const struct fault_verdict verdict = { .delay_ms = delay_ms, .rate = rate };

	if (!fault_line_add(line, view_of(text), &verdict, now))
		ok(false, "memory for '%s'", text);
}

static void
test_line(void)
{
	struct fault_line line = { .first = NULL };

	ok(fault_line_is_empty(&line) && fault_line_deadline(&line, 0) == FAULT_NEVER, "a line with nothing on it");
	put(&line, "one", 200, 0, 1000);
	put(&line, "two", 200, 0, 1010);
	put(&line, "three", 0, 0, 1020);
	is_number(comes(&line, "one"), 1200, "a message comes late");
	is_number(comes(&line, "two"), 1210, "the next one no later than that");
	is_number(comes(&line, "three"), 1210, "none before another");
	put(&line, "1234567890", 100, 100, 2000);
	put(&line, "12345", 100, 100, 2000);
	is_number(comes(&line, "1234567890"), 2200, "so many bytes a second, and late");
	is_number(comes(&line, "12345"), 2250, "the next ones behind them");
	ok(!fault_line_is_full(&line, 2250), "a line with room");
	put(&line, "1234567890", 0, 5, 3000);
	ok(fault_line_is_full(&line, 3999) && fault_line_deadline(&line, 3000) == 4000, "a full one, until");
	ok(!fault_line_is_full(&line, 4000), "a second's worth is left");
	while (line.bytes < FAULT_LINE_MAX)
		put(&line, "1234567890", 5000, 0, 4000);
	ok(fault_line_is_full(&line, 6000), "nor does it take any number of bytes");
	fault_line_clear(&line);
	ok(fault_line_is_empty(&line) && !fault_line_is_full(&line, 0), "until they are gone");
}

static void
test_room(void)
{
	struct faults faults = { .count = 0 };
	struct fault_rule rule = rule_of("rst");
	unsigned added = 0;

	while (added <= FAULTS_MAX && faults_add(&faults, &rule, 0))
		added++;
	is_number(added, FAULTS_MAX, "a table has an end");
}

int
main(void)
{
	test_reading();
	test_errors();
	test_counts();
	test_chance();
	test_moments();
	test_away();
	test_requests();
	test_sessions();
	test_slow();
	test_line();
	test_room();
	return done_testing();
}
