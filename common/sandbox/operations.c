#include "sandbox/operations.h"

#include "aws/partition.h"
#include "core/clock.h"
#include "json/text.h"
#include "sandbox/documents.h"
#include "sandbox/node/node.h"
#include "sandbox/service/starting.h"
#include "sandbox/service/tasks.h"

#define OTHER_SESSION "sandbox-other-0a1b2c3d4e5f60099"

static const struct sandbox_rule session_rule = { "SessionId", "sessionId", true, 1, SESSION_ID_MAX,
	NULL };
static const struct sandbox_rule target_rule = { "Target", "target", true, 1, TARGET_MAX, NULL };
static const struct sandbox_rule document_rule = { "DocumentName", "documentName", false, 3,
	DOCUMENT_NAME_MAX, NULL };
static const struct sandbox_rule reason_rule = { "Reason", "reason", false, 1, 256, NULL };

/* The answer of StartSession and ResumeSession. */
static void
answer_token(struct sandbox_call *call, const struct sandbox_channel *channel, struct view id, const char *after_host)
{
	struct bytes *out = &call->answer->body, url = BYTES_INIT(4096);

	jsontext_begin(out);
	jsontext_member(out, "SessionId", id);
	jsontext_member(out, "TokenValue", view_of(channel->token));
	sandbox_stream_url(&url, call->service, channel, after_host);
	jsontext_member(out, "StreamUrl", bytes_view(&url));
	jsontext_end(out);
	bytes_clear(&url);
}

static void
grant(struct sandbox_call *call, struct view id, const char *after_host)
{
	const struct sandbox_channel *channel = sandbox_channels_grant(&call->service->channels, id, call->now);

	if (channel == NULL)
		sandbox_refuse(call->answer, FAULT_INTERNAL, "An internal error occurred.");
	else
		answer_token(call, channel, id, after_host);
}

static void
deny(struct sandbox_call *call, const char *operation, struct view id)
{
	struct view region = call->service->region;
	struct bytes caller = BYTES_INIT(256);

	sandbox_caller(&caller, call);
	sandbox_refuse(call->answer, FAULT_ACCESS_DENIED, "User: %.*s is not authorized to perform: "
	    "ssm:%s on resource: arn:%s:ssm:%.*s:" SANDBOX_ACCOUNT ":session/%.*s because no "
	    "identity-based policy allows the ssm:%s action", VIEW_ARG(bytes_view(&caller)), operation,
	    partition_of_region(region)->id, VIEW_ARG(region), VIEW_ARG(id), operation);
	bytes_clear(&caller);
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

static bool
is_over(struct sandbox_call *call, struct view id)
{
	const struct sandbox_channel *channel = sandbox_channels_find(&call->service->channels, id);

	return channel != NULL && channel->over;
}

static bool
is_open(struct sandbox_call *call, struct view id)
{
	const struct sandbox_channel *channel = sandbox_channels_find(&call->service->channels, id);

	return channel != NULL && channel->node != NULL;
}

static void
resume_session(struct sandbox_call *call)
{
	struct fault_session what;
	struct sandbox_session *session;
	struct view id;
	unsigned unused;

	if ((session = find_session(call, &id)) == NULL)
		return;
	what = sandbox_channels_session(&call->service->channels, id);
	if (is_over(call, id))
		refuse_unknown(call, id);
	else if (faults_request(&call->service->faults, FAULT_KIND_NO_TOKEN, &what, clock_ms(), &unused))
		answer_without_token(call, id);
	else
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
	if (!session->pattern || is_open(call, id))
		sandbox_session_stop(call->service, id);
	answer_without_token(call, id);
}

static bool
read_start(struct sandbox_call *call, struct sandbox_start *start)
{
	return sandbox_parameter(call, &target_rule, &start->target) &&
	    sandbox_parameter(call, &document_rule, &start->document) &&
	    sandbox_parameter(call, &reason_rule, &start->reason);
}

static bool
is_connected(struct sandbox_call *call, struct view target)
{
	return (sandbox_sessions_has_target(&call->service->sessions, target) || tasks_have_target(target)) &&
	    !faults_away(&call->service->faults, clock_ms());
}

static void
answer_new(struct sandbox_call *call, const struct sandbox_channel *channel)
{
	if (channel == NULL)
		sandbox_refuse(call->answer, FAULT_INTERNAL, "An internal error occurred.");
	else
		answer_token(call, channel, view_of(channel->id), "");
}

static void
start_session(struct sandbox_call *call)
{
	struct bytes command = BYTES_INIT(SANDBOX_COMMAND_MAX);
	struct sandbox_purpose purpose;
	struct sandbox_start start;

	if (!read_start(call, &start))
		return;
	if (!is_connected(call, start.target))
		sandbox_refuse(call->answer, FAULT_NOT_CONNECTED, "%.*s is not connected.", VIEW_ARG(start.target));
	else if (sandbox_document_read(call, start.document, &purpose, &command))
		answer_new(call, sandbox_session_begin(call->service, "sandbox-", &start, &purpose,
		    bytes_view(&command), call->now));
	bytes_clear(&command);
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
	jsontext_member(out, "Status", is_connected(call, target) ? VIEW("connected") : VIEW("notconnected"));
	jsontext_end(out);
}

const struct sandbox_operation ssm_operations[] = {
	{ "ResumeSession", resume_session },
	{ "StartSession", start_session },
	{ "TerminateSession", terminate_session },
	{ "DescribeSessions", sandbox_describe_sessions },
	{ "GetConnectionStatus", get_connection_status },
	{ NULL, NULL },
};
