#include "check/judge.h"

static const char *const metrics[CHECK_METRICS] = {
	[METRIC_TIME] = "time", [METRIC_OK] = "ok", [METRIC_OVER] = "over",
	[METRIC_NOT_CONNECTED] = "notconnected", [METRIC_UNKNOWN] = "unknown",
};

const char *
checkjudge_metric_name(enum check_metric metric)
{
	return metrics[metric];
}

const char *
checkjudge_state_name(enum check_state state)
{
	static const char *const names[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };

	return names[state];
}

void
checkrules_start(struct checkrules *rules)
{
	static const struct threshold none_at_all = { .set = true, .text = "0" };

	*rules = (struct checkrules){ .unknown = none_at_all };
	rules->critical[METRIC_OVER] = rules->critical[METRIC_NOT_CONNECTED] = none_at_all;
}

bool
checkrules_read(struct threshold table[CHECK_METRICS], struct view text)
{
	size_t equals = view_find(text, '=');

	if (equals == text.len)
		return threshold_parse(&table[METRIC_TIME], text);
	for (size_t i = 0; i < CHECK_METRICS; i++)
		if (view_is(view_slice(text, 0, equals), metrics[i]))
			return threshold_parse(&table[i], view_slice(text, equals + 1, text.len));
	return false;
}

enum check_state
checkjudge_worse(enum check_state a, enum check_state b)
{
	static const int rank[] = { [STATE_OK] = 0, [STATE_UNKNOWN] = 1, [STATE_WARNING] = 2,
		[STATE_CRITICAL] = 3 };

	return rank[a] >= rank[b] ? a : b;
}

static bool
has_time(const struct check_item *item)
{
	return item->timed && item->result != CHECK_UNKNOWN;
}

static double
seconds(const struct check_item *item)
{
	return item->elapsed / 1000.0;
}

bool
checkjudge_is_slow(const struct checkrules *rules, const struct check_item *item)
{
	return has_time(item) && (threshold_alerts(&rules->warning[METRIC_TIME], seconds(item)) ||
	    threshold_alerts(&rules->critical[METRIC_TIME], seconds(item)));
}

static enum check_state
judge_value(const struct checkrules *rules, enum check_metric metric, double value)
{
	if (threshold_alerts(&rules->critical[metric], value))
		return STATE_CRITICAL;
	return threshold_alerts(&rules->warning[metric], value) ? STATE_WARNING : STATE_OK;
}

static void
measure(struct checkverdict *verdict, const struct checklist *list)
{
	double *values = verdict->values;
	unsigned slowest;

	verdict->timed = checklist_slowest(list, &slowest);
	values[METRIC_TIME] = slowest / 1000.0;
	values[METRIC_OVER] = (double)checklist_count(list, CHECK_SESSION, CHECK_OVER);
	values[METRIC_NOT_CONNECTED] = (double)checklist_count(list, CHECK_TARGET, CHECK_OVER);
	values[METRIC_UNKNOWN] = (double)(checklist_count(list, CHECK_SESSION, CHECK_UNKNOWN) +
	    checklist_count(list, CHECK_TARGET, CHECK_UNKNOWN));
	values[METRIC_OK] = (double)list->count - values[METRIC_OVER] - values[METRIC_NOT_CONNECTED] -
	    values[METRIC_UNKNOWN];
}

void
checkjudge(struct checkverdict *verdict, const struct checklist *list,
    const struct checkrules *rules)
{
	*verdict = (struct checkverdict){ .state = STATE_OK };
	measure(verdict, list);
	if (threshold_alerts(&rules->unknown, verdict->values[METRIC_UNKNOWN]))
		verdict->state = STATE_UNKNOWN;
	for (size_t i = 0; i < CHECK_METRICS; i++)
		if (i != METRIC_TIME)
			verdict->state = checkjudge_worse(verdict->state,
			    judge_value(rules, (enum check_metric)i, verdict->values[i]));
	for (size_t i = 0; i < list->count; i++)	/* a range may have a lower end, too */
		if (has_time(&list->items[i]))
			verdict->state = checkjudge_worse(verdict->state,
			    judge_value(rules, METRIC_TIME, seconds(&list->items[i])));
}
