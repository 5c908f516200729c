#include "check/report.h"

#include "core/printable.h"
#include "core/utf8.h"

static const struct { const char *one, *many; } kinds[CHECK_KINDS] = {
	[CHECK_SESSION] = { "session", "sessions" }, [CHECK_TARGET] = { "target", "targets" },
};

/* Control characters would end the line, a bar would begin the performance data. */
static void
add_plain(struct bytes *out, struct view text)
{
	for (size_t at = 0, len; at < text.len; at += len) {
		struct view rest = view_slice(text, at, text.len);
		unsigned code = (len = utf8_length(rest)) == 0 ? 0 : utf8_decode(rest);

		if (printable_is_control(code))
			bytes_add_char(out, ' ');
		else if (code == '|')
			bytes_add(out, VIEW("\302\246"));
		else
			bytes_add(out, view_slice(rest, 0, len));
		len = len == 0 ? 1 : len;
	}
}

/* `session ID is resumable, 0.012 s`, `session ID is over: why`. */
static void
add_item(struct bytes *out, const struct check_item *item)
{
	bytes_print(out, "%s ", kinds[item->kind].one);
	add_plain(out, view_of(item->id));
	bytes_print(out, " is %s", checklist_word(item->kind, item->result));
	if (item->timed && item->result != CHECK_UNKNOWN)
		bytes_print(out, ", %.3f s", item->elapsed / 1000.0);
	if (item->code == NULL && item->reason == NULL)
		return;
	bytes_add(out, VIEW(": "));
	add_plain(out, view_of(item->code));
	if (item->code != NULL && item->reason != NULL)
		bytes_add(out, VIEW(": "));
	add_plain(out, view_of(item->reason));
}

/* `1000 sessions: 998 resumable, 1 over, 1 unknown`. */
static void
add_counts(struct bytes *out, const struct checklist *list, enum check_kind kind)
{
	static const enum check_result order[] = { CHECK_GOOD, CHECK_OVER, CHECK_UNKNOWN };
	size_t total = checklist_total(list, kind);
	const char *separator = ": ";

	if (total == 0)
		return;
	bytes_print(out, "%zu %s", total, total == 1 ? kinds[kind].one : kinds[kind].many);
	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		size_t count = checklist_count(list, kind, order[i]);

		if (count == 0)
			continue;
		bytes_print(out, "%s%zu %s", separator, count, checklist_word(kind, order[i]));
		separator = ", ";
	}
}

/* What is wrong with all that are unknown, when it is one thing: keys that are missing, no network. */
static void
add_common_reason(struct bytes *out, const struct checklist *list)
{
	const char *reason = NULL;

	for (size_t i = 0; i < list->count; i++) {
		const struct check_item *item = &list->items[i];

		if (item->result != CHECK_UNKNOWN)
			continue;
		if (item->reason == NULL || (reason != NULL && strcmp(reason, item->reason) != 0))
			return;
		reason = item->reason;
	}
	if (reason == NULL)
		return;
	bytes_add(out, VIEW(" ("));
	add_plain(out, view_of(reason));
	bytes_add_char(out, ')');
}

static void
add_summary(struct bytes *out, const struct checkreport *report)
{
	const struct checklist *list = report->list;
	unsigned slowest;

	if (list->count == 1) {
		add_item(out, &list->items[0]);
	} else {
		add_counts(out, list, CHECK_SESSION);
		if (checklist_total(list, CHECK_SESSION) > 0 && checklist_total(list, CHECK_TARGET) > 0)
			bytes_add(out, VIEW("; "));
		add_counts(out, list, CHECK_TARGET);
		add_common_reason(out, list);
		if (checklist_slowest(list, &slowest))
			bytes_print(out, "; slowest %.3f s", slowest / 1000.0);
	}
	if (report->trouble != NULL) {
		bytes_add(out, VIEW("; "));
		add_plain(out, view_of(report->trouble));
	}
}

/* ` label=value[unit];warning;critical;minimum[;maximum]` of the Monitoring Plugins guidelines. */
static void
add_metric(struct bytes *out, const struct checkreport *report, enum check_metric metric)
{
	double value = report->verdict->values[metric];

	bytes_print(out, " %s=", checkjudge_metric_name(metric));
	if (metric != METRIC_TIME)
		bytes_print(out, "%.0f", value);
	else if (report->verdict->timed)
		bytes_print(out, "%.3fs", value);
	else
		bytes_add_char(out, 'U');
	bytes_print(out, ";%s;%s;0", report->rules->warning[metric].text,
	    report->rules->critical[metric].text);
	if (metric != METRIC_TIME)
		bytes_print(out, ";%zu", report->list->count);
}

static void
add_perfdata(struct bytes *out, const struct checkreport *report)
{
	bytes_add(out, VIEW(" |"));
	for (size_t i = 0; i < CHECK_METRICS; i++)
		if ((i != METRIC_OVER || checklist_total(report->list, CHECK_SESSION) > 0) &&
		    (i != METRIC_NOT_CONNECTED || checklist_total(report->list, CHECK_TARGET) > 0))
			add_metric(out, report, (enum check_metric)i);
}

/* Those that are over first, then the unknown, the slow, the rest. */
static unsigned
rank(const struct checkreport *report, const struct check_item *item)
{
	if (item->result != CHECK_GOOD)
		return item->result == CHECK_OVER ? 0 : 1;
	return checkjudge_is_slow(report->rules, item) ? 2 : 3;
}

static void
add_list(struct bytes *out, const struct checkreport *report)
{
	const struct checklist *list = report->list;

	if (list->count == 1)			/* the first line has said it */
		return;
	for (unsigned at = 0; at < (report->all ? 4 : 3); at++)
		for (size_t i = 0; i < list->count; i++)
			if (rank(report, &list->items[i]) == at) {
				bytes_add_char(out, '\n');
				add_item(out, &list->items[i]);
			}
}

static void
add_head(struct bytes *out, enum check_state state)
{
	bytes_print(out, "SSM %s - ", checkjudge_state_name(state));
}

void
checkreport_text(struct bytes *out, const struct checkreport *report)
{
	add_head(out, report->verdict->state);
	add_summary(out, report);
	add_perfdata(out, report);
	add_list(out, report);
}

void
checkreport_unknown(struct bytes *out, struct view message)
{
	add_head(out, STATE_UNKNOWN);
	add_plain(out, message);
}
