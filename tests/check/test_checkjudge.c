/* checkjudge: counts, times and thresholds to a state. */
#include "check/judge.h"

#include "tap.h"

/* One letter an item: g o u (sessions), G O U (targets); each took 100 ms more than the one before. */
static enum check_state
judge(const char *items, const char *warning, const char *critical, const char *unknown)
{
	struct checklist list = CHECKLIST_INIT;
	struct ssm_error err = SSM_ERROR_INIT;
	struct checkverdict verdict;
	struct checkrules rules;
	bool read = true;

	checkrules_start(&rules);
	if (warning != NULL)
		read = checkrules_read(rules.warning, view_of(warning)) && read;
	if (critical != NULL)
		read = checkrules_read(rules.critical, view_of(critical)) && read;
	if (unknown != NULL)
		read = threshold_parse(&rules.unknown, view_of(unknown)) && read;
	for (size_t i = 0; items[i] != '\0'; i++) {
		static const char letters[] = "gouGOU";
		size_t at = (size_t)(strchr(letters, items[i]) - letters);
		static const enum check_result results[] = { CHECK_GOOD, CHECK_OVER, CHECK_UNKNOWN };

		read = checklist_add(&list, at < 3 ? CHECK_SESSION : CHECK_TARGET, VIEW("x"), &err) ==
		    SSM_OK && read;
		list.items[i].result = results[at % 3];
		list.items[i].timed = true;
		list.items[i].elapsed = 100 * ((unsigned)i + 1);
	}
	checkjudge(&verdict, &list, &rules);
	checklist_clear(&list);
	return read ? verdict.state : (enum check_state)-1;
}

static const struct {
	const char *items, *warning, *critical, *unknown;
	enum check_state state;
	const char *title;
} rows[] = {
	{ "gG", NULL, NULL, NULL, STATE_OK, "all is well" },
	{ "go", NULL, NULL, NULL, STATE_CRITICAL, "one over is critical" },
	{ "GO", NULL, NULL, NULL, STATE_CRITICAL, "one not connected is critical" },
	{ "gu", NULL, NULL, NULL, STATE_UNKNOWN, "one unknown is unknown, not down" },
	{ "GU", NULL, NULL, NULL, STATE_UNKNOWN, "a target, too" },
	{ "ou", NULL, NULL, NULL, STATE_CRITICAL, "critical wins over unknown" },
	{ "gu", "ok=5:", NULL, NULL, STATE_WARNING, "warning wins over unknown" },
	{ "goo", NULL, "over=2", NULL, STATE_OK, "some may be over" },
	{ "gooo", NULL, "over=2", NULL, STATE_CRITICAL, "but no more than that" },
	{ "go", "over=0", "over=1", NULL, STATE_WARNING, "and warn earlier" },
	{ "GOO", NULL, "notconnected=2", NULL, STATE_OK, "some may be not connected" },
	{ "oO", NULL, "notconnected=2", NULL, STATE_CRITICAL, "which says nothing of sessions" },
	{ "guu", NULL, NULL, "2", STATE_OK, "some may be unknown" },
	{ "guuu", NULL, NULL, "2", STATE_UNKNOWN, "but no more than that" },
	{ "gu", NULL, "unknown=0", NULL, STATE_CRITICAL, "unknown ones are critical on request" },
	{ "gg", NULL, "ok=3:", NULL, STATE_CRITICAL, "so many must be well" },
	{ "ggg", "0.2", NULL, NULL, STATE_WARNING, "the slowest one is too slow" },
	{ "gg", "0.2", NULL, NULL, STATE_OK, "the limit itself is well" },
	{ "ggg", "0.2", "0.25", NULL, STATE_CRITICAL, "critical wins over warning" },
	{ "ggg", "time=0.2", NULL, NULL, STATE_WARNING, "the metric may be named" },
	{ "gg", "0.15:", NULL, NULL, STATE_WARNING, "each one's time counts, also the fastest's" },
	{ "ggu", "0.2", NULL, "1", STATE_OK, "one that is unknown has no time" },
	{ "u", "ok=0", NULL, NULL, STATE_UNKNOWN, "a time that is not known is not slow" },
};

static void
check_reading(void)
{
	static const char *const wrong[] = { "", "=", "time", "time=", "=1", "over=x", "Over=1", "slow=1", "1=2" };
	struct checkrules rules;

	checkrules_start(&rules);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		ok(!checkrules_read(rules.warning, view_of(wrong[i])), "'%s' is no threshold", wrong[i]);
}

int
main(void)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		is_number(judge(rows[i].items, rows[i].warning, rows[i].critical, rows[i].unknown),
		    rows[i].state, "%s", rows[i].title);
	check_reading();
	return done_testing();
}
