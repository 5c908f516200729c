#include "checkreport.h"

#include <stdio.h>

#include "perfdata.h"
#include "utf8.h"

#define NUMBER_MAX 64

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

		if (code < 0x20 || (code >= 0x7F && code < 0xA0))
			bytes_add_char(out, ' ');
		else if (code == '|')
			bytes_add(out, VIEW("\302\246"));
		else
			bytes_add(out, view_slice(rest, 0, len));
		len = len == 0 ? 1 : len;
	}
}

static void
add_number(struct bytes *out, double number, int decimals)
{
	char text[NUMBER_MAX];

	snprintf(text, sizeof text, "%.*f", decimals, number);
	bytes_add_text(out, text);
}

static void
add_seconds(struct bytes *out, unsigned elapsed)
{
	add_number(out, elapsed / 1000.0, 3);
	bytes_add(out, VIEW(" s"));
}

/* `session ID is resumable, 0.012 s`, `session ID is over: why`. */
static void
add_item(struct bytes *out, const struct check_item *item)
{
	bytes_add_text(out, kinds[item->kind].one);
	bytes_add_char(out, ' ');
	add_plain(out, view_of(item->id));
	bytes_add(out, VIEW(" is "));
	bytes_add_text(out, checklist_word(item->kind, item->result));
	if (item->timed && item->result != CHECK_UNKNOWN) {
		bytes_add(out, VIEW(", "));
		add_seconds(out, item->elapsed);
	}
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
	add_number(out, (double)total, 0);
	bytes_add_char(out, ' ');
	bytes_add_text(out, total == 1 ? kinds[kind].one : kinds[kind].many);
	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		size_t count = checklist_count(list, kind, order[i]);

		if (count == 0)
			continue;
		bytes_add_text(out, separator);
		add_number(out, (double)count, 0);
		bytes_add_char(out, ' ');
		bytes_add_text(out, checklist_word(kind, order[i]));
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
		if (checklist_slowest(list, &slowest)) {
			bytes_add(out, VIEW("; slowest "));
			add_seconds(out, slowest);
		}
	}
	if (report->trouble != NULL) {
		bytes_add(out, VIEW("; "));
		add_plain(out, view_of(report->trouble));
	}
}

static void
add_metric(struct bytes *out, const struct checkreport *report, enum check_metric metric)
{
	bool is_time = metric == METRIC_TIME;
	char value[NUMBER_MAX], total[NUMBER_MAX];
	struct perfdata data = { .label = checkjudge_metric_name(metric), .value = value, .minimum = "0",
	    .unit = is_time ? "s" : "", .warning = report->rules->warning[metric].text,
	    .critical = report->rules->critical[metric].text, .maximum = is_time ? NULL : total };

	snprintf(value, sizeof value, "%.*f", is_time ? 3 : 0, report->verdict->values[metric]);
	snprintf(total, sizeof total, "%zu", report->list->count);
	if (is_time && !report->verdict->timed)
		data.value = "U";
	perfdata_add(out, &data);
}

static void
add_perfdata(struct bytes *out, const struct checkreport *report)
{
	struct bytes data = BYTES_INIT(4096);

	for (size_t i = 0; i < CHECK_METRICS; i++)
		if ((i != METRIC_OVER || checklist_total(report->list, CHECK_SESSION) > 0) &&
		    (i != METRIC_NOT_CONNECTED || checklist_total(report->list, CHECK_TARGET) > 0))
			add_metric(&data, report, (enum check_metric)i);
	bytes_add(out, VIEW(" | "));
	bytes_add(out, bytes_view(&data));
	out->failed = out->failed || bytes_failed(&data);
	bytes_clear(&data);
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
	bytes_add(out, VIEW("SSM "));
	bytes_add_text(out, checkjudge_state_name(state));
	bytes_add(out, VIEW(" - "));
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
