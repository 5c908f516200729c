#include "sandbox/operations.h"

#include <stdio.h>

#include "core/clock.h"
#include "json/text.h"
#include "sandbox/authorization.h"
#include "sandbox/fault/calls.h"
#include "sandbox/sigv4_verify.h"

#define NAMESPACE "https://sts.amazonaws.com/doc/2011-06-15/"
#define REQUEST_ID "00000000-0000-4000-8000-000000000000"
#define SUBJECT_MAX 60

/* STS has names of its own for what is wrong with a signature. */
static const char *const names[][2] = {
	{ "MissingAuthenticationTokenException", "MissingAuthenticationToken" },
	{ "IncompleteSignatureException", "IncompleteSignature" },
	{ "InvalidSignatureException", "SignatureDoesNotMatch" },
	{ "UnrecognizedClientException", "InvalidClientTokenId" },
	{ "ExpiredTokenException", "ExpiredToken" },
};

static bool
wants_json(const struct sandbox_request *request)
{
	struct view accept;

	sandbox_request_header(request, "accept", &accept);
	return view_equal_nocase(view_trim(accept), VIEW("application/json"));
}

/* The first value of a name in the form that is the body. */
static struct view
form_value(struct view form, struct view name)
{
	while (form.len > 0) {
		struct view value = view_take(&form, '&');

		if (view_equal(view_take(&value, '='), name))
			return value;
	}
	return VIEW_NONE;
}

static void
add_xml_text(struct bytes *out, const char *name, struct view text)
{
	bytes_print(out, "<%s>", name);
	for (size_t i = 0; i < text.len; i++)
		switch (text.ptr[i]) {
		case '<': bytes_add(out, VIEW("&lt;")); break;
		case '&': bytes_add(out, VIEW("&amp;")); break;
		default: bytes_add_char(out, text.ptr[i]);
		}
	bytes_print(out, "</%s>", name);
}

static void
add_error(struct bytes *out, struct view code, struct view message, bool json)
{
	if (json) {
		jsontext_begin(out);
		jsontext_name(out, "Error");
		jsontext_begin(out);
		jsontext_member(out, "Code", code);
		jsontext_member(out, "Message", message);
		jsontext_member(out, "Type", VIEW("Sender"));
		jsontext_end(out);
		jsontext_member(out, "RequestId", VIEW(REQUEST_ID));
		jsontext_end(out);
		return;
	}
	bytes_add(out, VIEW("<ErrorResponse xmlns=\"" NAMESPACE "\"><Error><Type>Sender</Type>"));
	add_xml_text(out, "Code", code);
	add_xml_text(out, "Message", message);
	bytes_add(out, VIEW("</Error><RequestId>" REQUEST_ID "</RequestId></ErrorResponse>"));
}

/* A refusal of Systems Manager's becomes STS's. */
static void
reword(struct sandbox_answer *answer, bool json)
{
	struct bytes said = BYTES_INIT(SANDBOX_ANSWER_MAX);
	struct ssm_error err = SSM_ERROR_INIT;
	struct json_doc doc = JSON_DOC_INIT;
	struct view message;

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(answer->code, names[i][0]) == 0)
			answer->code = names[i][1];
	bytes_set(&said, bytes_view(&answer->body));
	bytes_reset(&answer->body);
	json_parse(&doc, bytes_view(&said), "the refusal", &err);
	message = json_text(&doc, "message");
	answer->status = 403;
	add_error(&answer->body, view_of(answer->code), message, json);
	json_clear(&doc);
	bytes_clear(&said);
	ssm_error_clear(&err);
}

static void
refuse_action(struct sandbox_answer *answer, struct view action, bool json)
{
	char message[160];

	snprintf(message, sizeof message, "Could not find operation %.*s for version 2011-06-15",
	    VIEW_ARG_CUT(action, SUBJECT_MAX));
	answer->status = 400;
	answer->code = "InvalidAction";
	add_error(&answer->body, VIEW("InvalidAction"), view_of(message), json);
}

static void
add_identity(struct bytes *out, struct view arn, bool json)
{
	if (json) {
		bytes_add(out, VIEW("{\"GetCallerIdentityResponse\":{\"GetCallerIdentityResult\":"));
		jsontext_begin(out);
		jsontext_member(out, "Account", VIEW(SANDBOX_ACCOUNT));
		jsontext_member(out, "Arn", arn);
		jsontext_member(out, "UserId", VIEW(SANDBOX_USER_ID));
		jsontext_end(out);
		bytes_add(out, VIEW(",\"ResponseMetadata\":{\"RequestId\":\"" REQUEST_ID "\"}}}"));
		return;
	}
	bytes_add(out, VIEW("<GetCallerIdentityResponse xmlns=\"" NAMESPACE "\"><GetCallerIdentityResult>"));
	add_xml_text(out, "Arn", arn);
	add_xml_text(out, "UserId", VIEW(SANDBOX_USER_ID));
	add_xml_text(out, "Account", VIEW(SANDBOX_ACCOUNT));
	bytes_add(out, VIEW("</GetCallerIdentityResult><ResponseMetadata><RequestId>" REQUEST_ID
	    "</RequestId></ResponseMetadata></GetCallerIdentityResponse>"));
}

bool
sandbox_is_identity(const struct sandbox_request *request)
{
	struct view type;

	sandbox_request_header(request, "content-type", &type);
	type.len = view_find(type, ';');
	return view_is(request->method, "POST") &&
	    view_equal_nocase(view_trim(type), VIEW("application/x-www-form-urlencoded"));
}

void
sandbox_identity(struct sandbox_service *service, struct sandbox_request *request, time_t now,
    struct sandbox_answer *answer)
{
	const struct sigv4_expected expected = { service->region, VIEW("sts"), service->digest, now };
	const struct sandbox_call call = { service, NULL, answer, now };
	const struct fault_request what = { .issued_keys = sandbox_is_signed_with(request, service->key),
	    .now = clock_ms() };
	struct view action = form_value(request->body, VIEW("Action"));
	struct bytes arn = BYTES_INIT(256);
	bool json = wants_json(request);

	answer->content_type = json ? "application/json" : "text/xml";
	snprintf(answer->subject, sizeof answer->subject, "%.*s", VIEW_ARG_CUT(action, SUBJECT_MAX));
	sandbox_caller(&arn, &call);
	if (!sigv4_verify(&expected, request, answer) || fault_keys(&service->faults, &what, answer))
		reword(answer, json);
	else if (!view_is(action, "GetCallerIdentity"))
		refuse_action(answer, action, json);
	else
		add_identity(&answer->body, bytes_view(&arn), json);
	bytes_clear(&arn);
}
