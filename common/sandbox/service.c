#include "sandbox/service.h"

#include <stdio.h>

#include "core/clock.h"
#include "sandbox/authorization.h"
#include "sandbox/fault/calls.h"
#include "sandbox/fault/control.h"
#include "sandbox/host.h"
#include "sandbox/operations.h"
#include "sandbox/service/api.h"
#include "sandbox/service/keyring.h"
#include "sandbox/sigv4_verify.h"
#include "sandbox/channel/upgrade.h"

#define SHOWN_MAX 100		/* of the caller's text in a line of the log */

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
	snprintf(answer->note, sizeof answer->note, "%.*s %.*s is no POST of application/x-amz-json-1.1",
	    VIEW_ARG_CUT(request->method, SHOWN_MAX), VIEW_ARG_CUT(request->path, SHOWN_MAX));
}

static void
name_subject(struct sandbox_answer *answer, const struct sandbox_operation *operation,
    const struct json_doc *in)
{
	static const char *const subjects[] = { "SessionId", "Target", "KeyId", "task" };
	struct json_member *id = NULL;

	for (size_t i = 0; id == NULL && i < ARRAY_LEN(subjects); i++)
		id = json_member(in, subjects[i]);
	if (json_kind(id) == JSON_STRING)
		snprintf(answer->subject, sizeof answer->subject, "%s %.*s", operation->name, VIEW_ARG_CUT(id->text, SHOWN_MAX));
	else
		snprintf(answer->subject, sizeof answer->subject, "%s", operation->name);
}

static void
call_operation(struct sandbox_service *service, struct sandbox_request *request,
    const struct sandbox_operation *operation, const struct sandbox_api *api, const struct json_doc *in, time_t now,
    struct sandbox_answer *answer)
{
	const struct sigv4_expected expected = { service->region, api->signing_name, service->digest, now };
	struct sandbox_call call = { service, in, answer, now };
	const struct fault_request what = {
	    sandbox_channels_session(&service->channels, json_text(in, "SessionId")),
	    sandbox_is_signed_with(request, service->key), clock_ms() };

	name_subject(answer, operation, in);
	if (!sigv4_verify(&expected, request, answer))
		return;
	if (request->body.len == 0)
		sandbox_refuse(answer, FAULT_SERIALIZATION, NULL);
	else if (!fault_call(&service->faults, operation->name, &what, answer))
		operation->run(&call);
}

static void
answer_call(struct sandbox_service *service, struct sandbox_request *request, time_t now,
    struct sandbox_answer *answer)
{
	const struct sandbox_operation *operation;
	const struct sandbox_api *api;
	struct ssm_error err = SSM_ERROR_INIT;
	struct json_doc in = JSON_DOC_INIT;
	struct view target;

	sandbox_request_header(request, "x-amz-target", &target);
	snprintf(answer->subject, sizeof answer->subject, "%.*s", VIEW_ARG_CUT(target, SHOWN_MAX));
	if (request->body.len > 0 &&
	    json_parse(&in, request->body, "the body", &err) != SSM_OK) {
		snprintf(answer->note, sizeof answer->note, "%s", err.message);
		sandbox_refuse(answer, FAULT_SERIALIZATION, NULL);
	} else if ((operation = sandbox_operation_find(&api, target)) == NULL) {
		sandbox_refuse(answer, FAULT_UNKNOWN_OPERATION, NULL);
	} else {
		call_operation(service, request, operation, api, &in, now, answer);
	}
	json_clear(&in);
	ssm_error_clear(&err);
}

/* Every Host there is: of two nobody knows which one the sender's checks were made of. */
static bool
check_host(const struct sandbox_service *service, struct sandbox_answer *answer,
    const struct sandbox_request *request)
{
	static const char told[] = "the Host header says '%.*s', which is no name or address of loopback: "
	    "use http://127.0.0.1 and the port";

	for (size_t i = 0; i < request->header_count; i++) {
		struct view value = request->headers[i].value;

		if (!view_is(request->headers[i].name, "host") || sandbox_host_is_loopback(value) ||
		    (sandbox_is_upgrade(request) && sandbox_is_stream_host(service, value)))
			continue;
		sandbox_refuse(answer, FAULT_FOREIGN_HOST, told, VIEW_ARG_CUT(value, SHOWN_MAX));
		snprintf(answer->subject, sizeof answer->subject, "refused");
		snprintf(answer->note, sizeof answer->note, told, VIEW_ARG_CUT(value, SHOWN_MAX));
		answer->close = true;
		return false;
	}
	return true;
}

static void
open_channel(struct sandbox_service *service, struct sandbox_request *request, time_t now, struct sandbox_answer *answer)
{
	const struct sandbox_channel *channel = sandbox_upgrade_channel(service, request);
	struct fault_request what = { .issued_keys = sandbox_is_signed_with(request, service->key), .now = clock_ms() };

	if (channel != NULL)
		what.session = sandbox_channel_session(channel);
	if (!fault_upgrade(&service->faults, &what, answer))
		sandbox_upgrade(service, request, now, answer);
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
	if (!check_host(service, answer, request))
		return;
	if (fault_is_control(request))
		fault_control(&service->faults, request, clock_ms(), answer);
	else if (sandbox_is_upgrade(request))
		open_channel(service, request, now, answer);
	else if (is_json_call(request))
		answer_call(service, request, now, answer);
	else if (sandbox_is_identity(request))
		sandbox_identity(service, request, now, answer);
	else
		answer_no_call(answer, request);
	answer->delay_ms += service->delay_ms;
	answer->close = answer->close || !request->keep_alive;
}

void
sandbox_service_clear(struct sandbox_service *service)
{
	sandbox_channels_clear(&service->channels);
	sandbox_sessions_clear(&service->sessions);
	keyring_free(service->keyring);
	digest_free(service->digest);
	service->digest = NULL;
}
