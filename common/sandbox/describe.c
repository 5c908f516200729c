#include "sandbox/operations.h"

#include <stdio.h>

#include "core/iso8601.h"
#include "json/items.h"
#include "json/text.h"

#define PAGE_MAX 200

static const struct sandbox_rule state_rule = { "State", "state", true, 0, 0, "[Active, History]" };
static const struct sandbox_rule token_rule = { "NextToken", "nextToken", false, 0, 0, NULL };

enum filter_key { FILTER_INVOKED_AFTER, FILTER_INVOKED_BEFORE, FILTER_TARGET, FILTER_OWNER,
	FILTER_STATUS, FILTER_SESSION_ID, FILTER_KEYS };

static const char *const filter_names[FILTER_KEYS] = { "InvokedAfter", "InvokedBefore", "Target",
	"Owner", "Status", "SessionId" };

struct filter {
	struct json_doc doc;		/* the object that value lives in */
	enum filter_key key;
	struct view value;
	time_t when;			/* of the first two keys */
};

/* Which sessions are wanted. */
struct wish {
	bool history;
	struct view caller, other;	/* owners of sessions here */
	struct filter filters[6];
	size_t filter_count;
	size_t from, max;
};

static const char *
status_of(const struct sandbox_session *row)
{
	return row->state == SANDBOX_TERMINATED ? "Terminated" :
	    row->state == SANDBOX_CONNECTED ? "Connected" : "Disconnected";
}

/* What nobody can resume is somebody else's, so that who looks for a session of his own finds one that he can. */
static struct view
owner_of(const struct wish *wish, const struct sandbox_session *row)
{
	switch (row->state) {
	case SANDBOX_DISCONNECTED: case SANDBOX_CONNECTED: case SANDBOX_TERMINATED: case SANDBOX_THROTTLED:
	case SANDBOX_SLOW:
		return wish->caller;
	default:
		return wish->other;
	}
}

static bool
passes(const struct wish *wish, const struct filter *filter, const struct sandbox_session *row)
{
	switch (filter->key) {
	case FILTER_INVOKED_AFTER: return row->start > filter->when;
	case FILTER_INVOKED_BEFORE: return row->start < filter->when;
	case FILTER_TARGET: return view_is(filter->value, row->target);
	case FILTER_OWNER: return view_equal(filter->value, owner_of(wish, row));
	case FILTER_STATUS: return view_is(filter->value, status_of(row));
	case FILTER_SESSION_ID: return view_is(filter->value, row->id);
	case FILTER_KEYS: break;
	}
	return false;
}

static bool
fits(const struct wish *wish, const struct sandbox_session *row)
{
	if (row->pattern || wish->history != (row->state == SANDBOX_TERMINATED))
		return false;
	for (size_t i = 0; i < wish->filter_count; i++)
		if (!passes(wish, &wish->filters[i], row))
			return false;
	return true;
}

static void
add_session(struct bytes *out, const struct wish *wish, const struct sandbox_session *row)
{
	jsontext_begin(out);
	jsontext_member(out, "SessionId", view_of(row->id));
	jsontext_member(out, "Target", view_of(row->target));
	jsontext_member(out, "Status", view_of(status_of(row)));
	jsontext_member_number(out, "StartDate", row->start);
	if (row->end != 0)
		jsontext_member_number(out, "EndDate", row->end);
	jsontext_member(out, "DocumentName", row->document[0] != '\0' ? view_of(row->document) :
	    VIEW("SSM-SessionManagerRunShell"));
	jsontext_member(out, "Owner", owner_of(wish, row));
	if (row->reason[0] != '\0')
		jsontext_member(out, "Reason", view_of(row->reason));
	jsontext_end(out);
}

/* {"key": one of filter_names, "value": TEXT} */
static bool
read_filter(struct sandbox_call *call, struct wish *wish, struct view text)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct filter *filter = &wish->filters[wish->filter_count++];
	struct view key = VIEW_NONE;
	size_t i = 0;
	bool good;

	*filter = (struct filter){ .doc = JSON_DOC_INIT };
	good = json_parse(&filter->doc, text, "the filter", &err) == SSM_OK &&
	    json_string_required(&filter->doc, "key", &key, &err) == SSM_OK &&
	    json_string_required(&filter->doc, "value", &filter->value, &err) == SSM_OK;
	ssm_error_clear(&err);
	if (!good)
		return sandbox_refuse(call->answer, FAULT_SERIALIZATION, NULL);
	while (i < FILTER_KEYS && !view_is(key, filter_names[i]))
		i++;
	filter->key = (enum filter_key)i;
	if (i == FILTER_KEYS)
		return sandbox_refuse(call->answer, FAULT_FILTER_KEY, "The filter key is not valid.");
	if (i <= FILTER_INVOKED_BEFORE && !iso8601_parse(filter->value, &filter->when))
		return sandbox_refuse(call->answer, FAULT_VALIDATION,
		    "The value of the filter %s is no time.", filter_names[i]);
	return true;
}

static bool
read_filters(struct sandbox_call *call, struct wish *wish)
{
	struct json_member *member = json_member(call->in, "Filters");
	struct view text;
	size_t at = 0;

	if (json_kind(member) == JSON_ABSENT || json_kind(member) == JSON_NULL)
		return true;
	if (json_kind(member) != JSON_ARRAY)
		return sandbox_refuse(call->answer, FAULT_SERIALIZATION, NULL);
	while (jsonitems_next(member->raw, &at, &text)) {
		if (wish->filter_count == ARRAY_LEN(wish->filters))
			return sandbox_refuse(call->answer, FAULT_VALIDATION, "1 validation error detected: Value "
			    "at 'filters' failed to satisfy constraint: Member must have length less than or "
			    "equal to %zu", ARRAY_LEN(wish->filters));
		if (!read_filter(call, wish, text))
			return false;
	}
	return true;
}

/* The token is the number of the first row of the page. */
static bool
read_page(struct sandbox_call *call, struct wish *wish)
{
	struct json_member *max = json_member(call->in, "MaxResults");
	double number = PAGE_MAX;
	unsigned long long from = 0;
	struct view token;

	if (json_kind(max) > JSON_NULL && !json_number(max, &number))
		return sandbox_refuse(call->answer, FAULT_SERIALIZATION, NULL);
	if (number < 1 || number > PAGE_MAX)
		return sandbox_refuse(call->answer, FAULT_VALIDATION, "1 validation error detected: Value "
		    "'%.0f' at 'maxResults' failed to satisfy constraint: Member must have value %s", number,
		    number < 1 ? "greater than or equal to 1" : "less than or equal to 200");
	wish->max = (size_t)number;
	if (!sandbox_parameter(call, &token_rule, &token))
		return false;
	if (token.len > 6 || (!view_number(token, &from) && token.len > 0))
		return sandbox_refuse(call->answer, FAULT_NEXT_TOKEN, "The specified token is not valid.");
	wish->from = (size_t)from;
	return true;
}

static void
list(struct sandbox_call *call, const struct wish *wish)
{
	const struct sandbox_sessions *table = &call->service->sessions;
	struct bytes *out = &call->answer->body;
	size_t row = wish->from, found = 0;
	char token[24];

	bytes_add(out, VIEW("{\"Sessions\":["));
	for (; row < table->count && found < wish->max; row++) {
		if (!fits(wish, &table->rows[row]))
			continue;
		bytes_add(out, found++ > 0 ? VIEW(",") : VIEW_NONE);
		add_session(out, wish, &table->rows[row]);
	}
	bytes_add_char(out, ']');
	while (row < table->count && !fits(wish, &table->rows[row]))
		row++;
	if (row < table->count) {
		snprintf(token, sizeof token, "%zu", row);
		jsontext_member(out, "NextToken", view_of(token));
	}
	jsontext_end(out);
}

/* Another user, or another session of the same role. */
static void
add_other(struct bytes *out, struct view caller)
{
	size_t len = caller.len;

	while (len > 0 && caller.ptr[len - 1] != '/')
		len--;
	bytes_add(out, view_slice(caller, 0, len));
	bytes_add(out, VIEW("somebody-else"));
}

void
sandbox_describe_sessions(struct sandbox_call *call)
{
	struct bytes caller = BYTES_INIT(256), other = BYTES_INIT(256);
	struct wish wish = { .filter_count = 0 };
	struct view state;

	sandbox_caller(&caller, call);
	add_other(&other, bytes_view(&caller));
	wish.caller = bytes_view(&caller);
	wish.other = bytes_view(&other);
	if (sandbox_parameter(call, &state_rule, &state)) {
		wish.history = view_is(state, "History");
		if (read_filters(call, &wish) && read_page(call, &wish))
			list(call, &wish);
	}
	for (size_t i = 0; i < wish.filter_count; i++)
		json_clear(&wish.filters[i].doc);
	bytes_clear(&caller);
	bytes_clear(&other);
}
