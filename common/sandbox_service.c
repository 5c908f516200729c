#include "sandbox_service.h"

#include "sandbox_judge.h"
#include "sandbox_operations.h"

/* How much of the caller's text a line of the log shows. */
#define SHOWN(v) (int)((v).len < 100 ? (v).len : 100), (v).ptr

static bool
is_json_call(const struct sandbox_request *request)
{
	struct view type;

	sandbox_request_header(request, "content-type", &type);
	type.len = view_find(type, ';');
	return view_is(request->method, "POST") &&
	    view_equal_nocase(view_trim(type), VIEW("application/x-amz-json-1.1"));
}

/* What AWS says to whatever is no call. */
static void
answer_no_call(struct sandbox_answer *answer, const struct sandbox_request *request)
{
	answer->status = 404;
	answer->content_type = "text/xml";
	answer->code = "UnknownOperationException";
	bytes_add(&answer->body, VIEW("<UnknownOperationException/>\n"));
	sandbox_answer_note(answer, "%.*s %.*s is no POST of application/x-amz-json-1.1",
	    SHOWN(request->method), SHOWN(request->path));
}

static void
name_subject(struct sandbox_answer *answer, const struct sandbox_operation *operation,
    const struct json_doc *in)
{
	struct json_member *id = json_member(in, "SessionId");

	if (id == NULL)
		id = json_member(in, "Target");
	if (json_kind(id) == JSON_STRING) {
		struct view text = json_text(id);

		sandbox_answer_subject(answer, "%s %.*s", operation->name, SHOWN(text));
	} else {
		sandbox_answer_subject(answer, "%s", operation->name);
	}
}

static void
call_operation(struct sandbox_service *service, struct sandbox_request *request,
    const struct sandbox_operation *operation, const struct json_doc *in, time_t now,
    struct sandbox_answer *answer)
{
	const struct sandbox_judge judge = { service->region, VIEW("ssm"), service->digest, now };
	struct sandbox_call call = { service, in, answer, now };

	name_subject(answer, operation, in);
	if (!sandbox_judge(&judge, request, answer))
		return;
	if (request->body.len == 0)
		sandbox_refuse(answer, FAULT_SERIALIZATION, NULL);
	else
		operation->run(&call);
}

static void
answer_call(struct sandbox_service *service, struct sandbox_request *request, time_t now,
    struct sandbox_answer *answer)
{
	const struct sandbox_operation *operation;
	struct ssm_error err = SSM_ERROR_INIT;
	struct json_doc in = JSON_DOC_INIT;
	struct view target;

	sandbox_request_header(request, "x-amz-target", &target);
	sandbox_answer_subject(answer, "%.*s", SHOWN(target));
	if (request->body.len > 0 &&
	    json_parse(&in, request->body, "the body", &err) != SSM_OK) {
		sandbox_answer_note(answer, "%s", err.message);
		sandbox_refuse(answer, FAULT_SERIALIZATION, NULL);
	} else if ((operation = sandbox_operation_find(target)) == NULL) {
		sandbox_refuse(answer, FAULT_UNKNOWN_OPERATION, NULL);
	} else {
		call_operation(service, request, operation, &in, now, answer);
	}
	json_clear(&in);
	ssm_error_clear(&err);
}

void
sandbox_service_answer(struct sandbox_service *service, struct sandbox_request *request, time_t now,
    struct sandbox_answer *answer)
{
	sandbox_answer_reset(answer);
	if (request->body_too_long) {
		sandbox_answer_http(answer, 413, "the body is longer than 1 MiB");
		return;
	}
	if (is_json_call(request))
		answer_call(service, request, now, answer);
	else
		answer_no_call(answer, request);
	answer->delay_ms += service->delay_ms;
	answer->close = answer->close || !request->keep_alive;
}

void
sandbox_service_clear(struct sandbox_service *service)
{
	sandbox_sessions_clear(&service->sessions);
	digest_free(service->digest);
	service->digest = NULL;
}
