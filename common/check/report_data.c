#include "check/report.h"

#include "check/promtext.h"
#include "json/text.h"

static const struct { const char *id, *kind, *name; } kinds[CHECK_KINDS] = {
	[CHECK_SESSION] = { "SessionId", "session", "Sessions" },
	[CHECK_TARGET] = { "Target", "target", "Targets" },
};

/* As in JSON members and as in labels. */
static const struct { const char *member, *label; } words[CHECK_KINDS][CHECK_RESULTS] = {
	[CHECK_SESSION] = { [CHECK_UNKNOWN] = { "Unknown", "unknown" },
	    [CHECK_GOOD] = { "Resumable", "resumable" }, [CHECK_OVER] = { "Over", "over" } },
	[CHECK_TARGET] = { [CHECK_UNKNOWN] = { "Unknown", "unknown" },
	    [CHECK_GOOD] = { "Connected", "connected" }, [CHECK_OVER] = { "NotConnected", "notconnected" } },
};

static const enum check_result order[] = { CHECK_GOOD, CHECK_OVER, CHECK_UNKNOWN };

static void
add_counts(struct bytes *out, const struct checklist *list, enum check_kind kind)
{
	jsontext_name(out, kinds[kind].name);
	jsontext_begin(out);
	jsontext_member_number(out, "Total", (long long)checklist_total(list, kind));
	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		jsontext_member_number(out, words[kind][order[i]].member,
		    (long long)checklist_count(list, kind, order[i]));
	jsontext_end(out);
}

static void
add_result(struct bytes *out, const struct check_item *item)
{
	jsontext_begin(out);
	jsontext_member(out, kinds[item->kind].id, view_of(item->id));
	jsontext_member(out, "Result", view_of(words[item->kind][item->result].label));
	if (item->timed)
		jsontext_member_number(out, "ElapsedMs", item->elapsed);
	if (item->code != NULL)
		jsontext_member(out, "Code", view_of(item->code));
	if (item->reason != NULL)
		jsontext_member(out, "Message", view_of(item->reason));
	jsontext_end(out);
}

void
checkreport_json(struct bytes *out, const struct checkreport *report)
{
	const struct checklist *list = report->list;
	unsigned slowest;

	jsontext_begin(out);
	jsontext_member(out, "State", view_of(checkjudge_state_name(report->verdict->state)));
	jsontext_member_number(out, "ExitCode", report->verdict->state);
	if (report->trouble != NULL)
		jsontext_member(out, "Message", view_of(report->trouble));
	add_counts(out, list, CHECK_SESSION);
	add_counts(out, list, CHECK_TARGET);
	if (checklist_slowest(list, &slowest))
		jsontext_member_number(out, "SlowestMs", slowest);
	jsontext_name(out, "Results");
	bytes_add_char(out, '[');
	for (size_t i = 0; i < list->count; i++) {
		bytes_add(out, i > 0 ? VIEW(",") : VIEW_NONE);
		add_result(out, &list->items[i]);
	}
	bytes_add_char(out, ']');
	jsontext_end(out);
}

static void
add_gauge(struct bytes *out, const struct checkmetrics *metrics, const char *name, const char *help,
    double value, int decimals)
{
	struct promtext_label label = { "check", metrics->name };

	promtext_gauge(out, name, help);
	promtext_sample(out, name, &label, 1, value, decimals);
}

static void
add_states(struct bytes *out, const struct checkreport *report, const struct checkmetrics *metrics,
    enum check_kind kind, const char *name, const char *help)
{
	promtext_gauge(out, name, help);
	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		struct promtext_label labels[] = { { "check", metrics->name },
		    { "state", words[kind][order[i]].label } };

		promtext_sample(out, name, labels, ARRAY_LEN(labels),
		    (double)checklist_count(report->list, kind, order[i]), 0);
	}
}

/* The same sample twice would spoil the file. */
static bool
is_repeat(const struct checklist *list, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (list->items[k].kind == list->items[i].kind &&
		    strcmp(list->items[k].id, list->items[i].id) == 0)
			return true;
	return false;
}

/* A sample of each id that one is known of: its state, or its time. */
static void
add_ids(struct bytes *out, const struct checkreport *report, const struct checkmetrics *metrics,
    const char *name, const char *help, bool time)
{
	const struct checklist *list = report->list;

	promtext_gauge(out, name, help);
	for (size_t i = 0; i < list->count; i++) {
		const struct check_item *item = &list->items[i];
		struct promtext_label labels[] = { { "check", metrics->name },
		    { "kind", kinds[item->kind].kind }, { "id", item->id } };

		if (item->result == CHECK_UNKNOWN || (time && !item->timed) || is_repeat(list, i))
			continue;
		promtext_sample(out, name, labels, ARRAY_LEN(labels), time ? item->elapsed / 1000.0 :
		    item->result == CHECK_GOOD, time ? 3 : 0);
	}
}

void
checkreport_metrics(struct bytes *out, const struct checkreport *report,
    const struct checkmetrics *metrics)
{
	const struct checkverdict *verdict = report->verdict;

	add_gauge(out, metrics, "ssm_check_state",
	    "State of the check: 0 is ok, 1 warning, 2 critical, 3 unknown.", verdict->state, 0);
	add_states(out, report, metrics, CHECK_SESSION, "ssm_check_sessions",
	    "Sessions that can be resumed, that are over, and that nothing is known about.");
	add_states(out, report, metrics, CHECK_TARGET, "ssm_check_targets",
	    "Targets that are connected, that are not, and that nothing is known about.");
	if (verdict->timed)
		add_gauge(out, metrics, "ssm_check_slowest_response_seconds",
		    "Longest time that one answer took, retries included.", verdict->values[METRIC_TIME], 3);
	if (metrics->ids) {
		add_ids(out, report, metrics, "ssm_check_up",
		    "Whether this session can be resumed, or this target is connected; absent when unknown.",
		    false);
		add_ids(out, report, metrics, "ssm_check_response_seconds",
		    "Time that the answer about this session or target took, retries included.", true);
	}
	add_gauge(out, metrics, "ssm_check_duration_seconds", "Time that the whole check took.",
	    metrics->duration, 3);
	add_gauge(out, metrics, "ssm_check_last_run_timestamp_seconds", "When the check ended.",
	    (double)metrics->now, 0);
}
