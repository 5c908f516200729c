#include "sandbox_operations.h"

#include <stdio.h>

#include "jsontext.h"
#include "percent.h"
#include "sandbox_random.h"
#include "utf8.h"

#define OTHER_SESSION "sandbox-other-0a1b2c3d4e5f60099"
#define ACCOUNT "123456789012"

static const struct sandbox_rule session_rule = { "SessionId", "sessionId", true, 1, SESSION_ID_MAX,
	NULL };
static const struct sandbox_rule target_rule = { "Target", "target", true, 1, TARGET_MAX, NULL };
static const struct sandbox_rule document_rule = { "DocumentName", "documentName", false, 3,
	DOCUMENT_NAME_MAX, NULL };
static const struct sandbox_rule reason_rule = { "Reason", "reason", false, 1, 256, NULL };

static bool
refuse_value(struct sandbox_call *call, struct view value, const char *path, const char *what,
    size_t limit)
{
	char number[24] = "";

	if (limit > 0)
		snprintf(number, sizeof number, "%zu", limit);
	return sandbox_refuse(call->answer, FAULT_VALIDATION, "1 validation error detected: Value "
	    "'%.*s' at '%s' failed to satisfy constraint: Member must %s%s", VIEW_ARG(value), path, what,
	    number);
}

/* Whether value is one of "[A, B]". */
static bool
is_among(struct view value, const char *values)
{
	struct view rest = view_of(values);

	rest = view_slice(rest, 1, rest.len - 1);
	while (rest.len > 0) {
		size_t end = view_find(rest, ',');

		if (view_equal(view_trim(view_slice(rest, 0, end)), value))
			return true;
		rest = view_slice(rest, end < rest.len ? end + 1 : end, rest.len);
	}
	return false;
}

bool
sandbox_parameter(struct sandbox_call *call, const struct sandbox_rule *rule, struct view *value)
{
	static const char *const kinds[] = { [JSON_BOOL] = "TRUE_VALUE", [JSON_NUMBER] = "NUMBER_VALUE",
	    [JSON_ARRAY] = "START_ARRAY", [JSON_OBJECT] = "START_OBJECT" };
	struct json_member *member = json_member(call->in, rule->name);
	enum json_kind kind = json_kind(member);

	*value = VIEW_NONE;
	if (kind == JSON_ABSENT || kind == JSON_NULL)
		return !rule->required || sandbox_refuse(call->answer, FAULT_VALIDATION, "1 validation "
		    "error detected: Value null at '%s' failed to satisfy constraint: Member must not be "
		    "null", rule->path);
	if (kind != JSON_STRING)
		return sandbox_refuse(call->answer, FAULT_SERIALIZATION,
		    "%s can not be converted to a String", kinds[kind]);
	*value = json_text(member);
	if (utf8_count(*value) < rule->min)
		return refuse_value(call, *value, rule->path, "have length greater than or equal to ",
		    rule->min);
	if (rule->max > 0 && utf8_count(*value) > rule->max)
		return refuse_value(call, *value, rule->path, "have length less than or equal to ",
		    rule->max);
	if (rule->values != NULL && !is_among(*value, rule->values))
		return sandbox_refuse(call->answer, FAULT_VALIDATION, "1 validation error detected: Value "
		    "'%.*s' at '%s' failed to satisfy constraint: Member must satisfy enum value set: %s",
		    VIEW_ARG(*value), rule->path, rule->values);
	return true;
}

/*
 * wss://ssmmessages.REGION.SUFFIX/v1/data-channel/ID?role=...&cell-number=..., the cell number in
 * base64 whose '+' and '/' are not encoded, as AWS sends it.
 */
static void
add_stream_url(struct bytes *out, const struct sandbox_service *service, struct view id,
    const char *after_host)
{
	bytes_add(out, VIEW("wss://ssmmessages."));
	bytes_add(out, service->region);
	bytes_add_char(out, '.');
	bytes_add_text(out, partition_of_region(service->region)->dns_suffix);
	bytes_add_text(out, after_host);
	bytes_add(out, VIEW("/v1/data-channel/"));
	percent_encode(out, id, "@+=,:");
	bytes_add(out, VIEW("?role=publish_subscribe&cell-number=AAEAA+"));
	sandbox_random_base64(out, 5);
	bytes_add_char(out, '/');
	sandbox_random_base64(out, 10);
	bytes_add(out, VIEW("QAw=="));
}

/* The answer of StartSession and ResumeSession. */
static void
grant(struct sandbox_call *call, struct view id, const char *after_host)
{
	struct bytes *out = &call->answer->body, text = BYTES_INIT(4096);

	jsontext_begin(out);
	jsontext_member(out, "SessionId", id);
	bytes_add(&text, VIEW("AAEAA"));
	sandbox_random_base64(&text, 60);
	bytes_add(&text, VIEW("w=="));
	jsontext_member(out, "TokenValue", bytes_view(&text));
	bytes_reset(&text);
	add_stream_url(&text, call->service, id, after_host);
	jsontext_member(out, "StreamUrl", bytes_view(&text));
	jsontext_end(out);
	bytes_clear(&text);
}

static void
deny(struct sandbox_call *call, const char *operation, struct view id)
{
	struct view region = call->service->region;
	const char *partition = partition_of_region(region)->id;

	sandbox_refuse(call->answer, FAULT_ACCESS_DENIED, "User: arn:%s:iam::" ACCOUNT ":user/sandbox is "
	    "not authorized to perform: ssm:%s on resource: arn:%s:ssm:%.*s:" ACCOUNT ":session/%.*s "
	    "because no identity-based policy allows the ssm:%s action", partition, operation, partition,
	    VIEW_ARG(region), VIEW_ARG(id), operation);
}

static void
refuse_unknown(struct sandbox_call *call, struct view id)
{
	sandbox_refuse(call->answer, FAULT_DOES_NOT_EXIST, "Session %.*s does not exist.", VIEW_ARG(id));
}

static void
throttle(struct sandbox_call *call, struct sandbox_session *session, struct view id)
{
	if (session->throttled < session->times) {
		session->throttled++;
		sandbox_refuse(call->answer, FAULT_THROTTLING, "Rate exceeded");
		return;
	}
	session->throttled = 0;
	grant(call, id, "");
}

static void
answer_without_token(struct sandbox_call *call, struct view id)
{
	jsontext_begin(&call->answer->body);
	jsontext_member(&call->answer->body, "SessionId", id);
	jsontext_end(&call->answer->body);
}

static void
answer_html(struct sandbox_call *call)
{
	call->answer->content_type = "text/html";
	bytes_add(&call->answer->body, VIEW("<html><head><title>Welcome</title></head>"
	    "<body><h1>Log in to the network</h1></body></html>\n"));
}

static void
behave(struct sandbox_call *call, struct sandbox_session *session, struct view id)
{
	switch (session->state) {
	case SANDBOX_TERMINATED: refuse_unknown(call, id); break;
	case SANDBOX_ENDED: answer_without_token(call, id); break;
	case SANDBOX_THROTTLED: throttle(call, session, id); break;
	case SANDBOX_BROKEN:
		sandbox_refuse(call->answer, FAULT_INTERNAL, "An internal error occurred.");
		break;
	case SANDBOX_WRONG_SESSION: grant(call, VIEW(OTHER_SESSION), ""); break;
	case SANDBOX_WRONG_URL: grant(call, id, ".example.com"); break;
	case SANDBOX_HTML: answer_html(call); break;
	case SANDBOX_DENIED: deny(call, "ResumeSession", id); break;
	case SANDBOX_CUT:
		call->answer->ending = SANDBOX_CUT_SHORT;
		grant(call, id, "");
		break;
	case SANDBOX_DROPPED: call->answer->ending = SANDBOX_NO_ANSWER; break;
	case SANDBOX_DISCONNECTED: case SANDBOX_CONNECTED: case SANDBOX_SLOW: case SANDBOX_STATES:
		grant(call, id, "");
		break;
	}
}

/* The session a call names; NULL: the answer is the error. */
static struct sandbox_session *
find_session(struct sandbox_call *call, struct view *id)
{
	struct sandbox_session *session;

	if (!sandbox_parameter(call, &session_rule, id))
		return NULL;
	if ((session = sandbox_sessions_find(&call->service->sessions, *id)) == NULL)
		refuse_unknown(call, *id);
	else
		call->answer->delay_ms = session->delay_ms;
	return session;
}

static void
resume_session(struct sandbox_call *call)
{
	struct sandbox_session *session;
	struct view id;

	if ((session = find_session(call, &id)) != NULL)
		behave(call, session, id);
}

static void
terminate_session(struct sandbox_call *call)
{
	struct sandbox_session *session;
	struct view id;

	if ((session = find_session(call, &id)) == NULL)
		return;
	if (session->state == SANDBOX_DENIED) {
		deny(call, "TerminateSession", id);
		return;
	}
	sandbox_session_terminate(session, call->now);
	answer_without_token(call, id);
}

/* Their values mean nothing here, but a map of lists it must be. */
static bool
read_parameters(struct sandbox_call *call)
{
	enum json_kind kind = json_kind(json_member(call->in, "Parameters"));

	return kind == JSON_ABSENT || kind == JSON_NULL || kind == JSON_OBJECT ||
	    sandbox_refuse(call->answer, FAULT_SERIALIZATION, NULL);
}

static bool
read_start(struct sandbox_call *call, struct sandbox_start *start)
{
	return sandbox_parameter(call, &target_rule, &start->target) &&
	    sandbox_parameter(call, &document_rule, &start->document) &&
	    sandbox_parameter(call, &reason_rule, &start->reason) && read_parameters(call);
}

static void
start_session(struct sandbox_call *call)
{
	struct bytes id = BYTES_INIT(SESSION_ID_MAX);
	struct sandbox_start start;

	if (!read_start(call, &start))
		return;
	if (!sandbox_sessions_has_target(&call->service->sessions, start.target)) {
		sandbox_refuse(call->answer, FAULT_NOT_CONNECTED, "%.*s is not connected.",
		    VIEW_ARG(start.target));
		return;
	}
	bytes_add(&id, VIEW("sandbox-"));
	sandbox_random_hex(&id, 17);
	sandbox_sessions_start(&call->service->sessions, bytes_view(&id), &start, call->now);
	grant(call, bytes_view(&id), "");
	bytes_clear(&id);
}

static void
get_connection_status(struct sandbox_call *call)
{
	struct bytes *out = &call->answer->body;
	struct view target;

	if (!sandbox_parameter(call, &target_rule, &target))
		return;
	jsontext_begin(out);
	jsontext_member(out, "Target", target);
	jsontext_member(out, "Status", sandbox_sessions_has_target(&call->service->sessions, target) ?
	    VIEW("connected") : VIEW("notconnected"));
	jsontext_end(out);
}

static const struct sandbox_operation operations[] = {
	{ "ResumeSession", resume_session },
	{ "StartSession", start_session },
	{ "TerminateSession", terminate_session },
	{ "DescribeSessions", sandbox_describe_sessions },
	{ "GetConnectionStatus", get_connection_status },
};

const struct sandbox_operation *
sandbox_operation_find(struct view target)
{
	static const struct view prefix = { "AmazonSSM.", 10 };

	if (!view_starts(target, prefix))
		return NULL;
	target = view_slice(target, prefix.len, target.len);
	for (size_t i = 0; i < ARRAY_LEN(operations); i++)
		if (view_is(target, operations[i].name))
			return &operations[i];
	return NULL;
}
