#include "role/sts.h"

#include <stdio.h>

#include "aws/timestamp.h"
#include "core/httpreason.h"
#include "core/iso8601.h"
#include "json/text.h"
#include "retry/retry.h"
#include "role/xmltext.h"
#include "service/cleantext.h"
#include "service/faultclass.h"
#include "service/responsemeta.h"

#define CODE_MAX 96
#define MESSAGE_MAX (SSM_MESSAGE_MAX - 256)
#define PATH_MAX_LEN 80

struct fault {
	struct bytes code, message;
};

#define FAULT_INIT { .code = BYTES_INIT(STS_TEXT_MAX), .message = BYTES_INIT(STS_TEXT_MAX) }

static void
fault_clear(struct fault *fault)
{
	bytes_clear(&fault->code);
	bytes_clear(&fault->message);
}

/* From a proxy, or a service too ill to say more than its status. */
static bool
is_generic(int status, struct view body)
{
	body = view_trim(body);
	return status >= 500 && (body.len == 0 || view_starts(body, VIEW("<html>")));
}

/* What an answer of 300 and above says; false and *why when it says nothing that can be read. */
static bool
fault_read(struct fault *fault, int status, struct view body, const char **why)
{
	struct xmltext list[] = {
		{ "Error/Code", &fault->code, false },
		{ "Error/Message", &fault->message, false },
		{ "Errors/Error/Code", &fault->code, false },
		{ "Errors/Error/Message", &fault->message, false },
	};
	char number[16];

	if (!is_generic(status, body))
		return xmltext_read(body, list, ARRAY_LEN(list), why);
	snprintf(number, sizeof number, "%d", status);
	bytes_add_text(&fault->code, number);
	bytes_add_text(&fault->message, httpreason(status));
	return true;
}

/* One word of printable ASCII; botocore's `Unknown` in place of none. */
static void
copy_code(char code[CODE_MAX], const struct fault *fault)
{
	struct view text = bytes_view(&fault->code);

	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] <= ' ' || text.ptr[i] >= 0x7F)
			text.len = 0;
	if (text.len == 0 || text.len >= CODE_MAX)
		text = VIEW("Unknown");
	snprintf(code, CODE_MAX, "%.*s", VIEW_ARG(text));
}

static bool
is_of_provider(int status, const char *code)
{
	return status == 400 && strcmp(code, "IDPCommunicationError") == 0;
}

bool
sts_is_retryable(enum retry_mode mode, int status, struct view body)
{
	struct fault fault = FAULT_INIT;
	char code[CODE_MAX];
	const char *why;
	bool again = false;

	if (status >= 300 && fault_read(&fault, status, body, &why)) {
		copy_code(code, &fault);
		again = retry_class_of_error(mode, status, view_of(code)) != RETRY_NEVER ||
		    is_of_provider(status, code);
	}
	fault_clear(&fault);
	return again;
}

/* The service may quote the request that it refuses. */
static void
note_secrets(struct redact *redact, const struct sts_request *request, const struct credentials *source)
{
	redact_note(redact, view_trim(request->web_identity_token));
	if (source != NULL) {
		redact_note(redact, bytes_view(&source->secret_access_key));
		redact_note(redact, bytes_view(&source->session_token));
	}
}

static void
add_message(struct bytes *out, const struct fault *fault, const struct redact *redact)
{
	cleantext_add_line(out, bytes_view(&fault->message), redact, MESSAGE_MAX);
	if (fault->message.len == 0)
		bytes_add(out, VIEW("Unknown"));
}

static enum ssm_err
refuse(const struct aws_client_response *response, const struct fault *fault,
    const struct sts_request *request, const struct credentials *source, struct ssm_error *err)
{
	struct bytes message = BYTES_INIT(4 * SSM_MESSAGE_MAX);
	char code[CODE_MAX], retries[48] = "";
	struct redact redact = REDACT_INIT;
	const char *text;
	enum ssm_err rc;

	note_secrets(&redact, request, source);
	copy_code(code, fault);
	if (redact_finds(&redact, view_of(code)))
		snprintf(code, sizeof code, "Unknown");
	if (response->used_up)
		snprintf(retries, sizeof retries, " (reached max retries: %u)", response->retries);
	add_message(&message, fault, &redact);
	rc = is_of_provider(response->status, code) ? SSM_E_AGAIN :
	    faultclass_of(response->status, view_of(code));
	if ((text = bytes_cstr(&message)) == NULL)
		rc = ssm_fail_memory(err);
	else
		rc = ssm_fail(err, rc, code, "An error occurred (%s) when calling the %s operation%s: %s",
		    code, request->operation, retries, text);
	bytes_clear(&message);
	return rc;
}

static enum ssm_err
fail_answer(const struct sts_request *request, struct ssm_error *err, const char *what,
    const char *why)
{
	return ssm_fail(err, SSM_E_CONFIG, "CredentialRetrievalError",
	    "Error when retrieving credentials from %s: %s%s", request->method, what, why);
}

static enum ssm_err
fail_xml(const struct sts_request *request, const char *why, struct ssm_error *err)
{
	if (why == NULL)
		return ssm_fail_memory(err);
	return fail_answer(request, err, "Unable to parse response, invalid XML received: ", why);
}

static enum ssm_err
read_fault(const struct aws_client_response *response, const struct sts_request *request,
    const struct credentials *source, struct ssm_error *err)
{
	struct fault fault = FAULT_INIT;
	const char *why = NULL;
	enum ssm_err rc;

	if (fault_read(&fault, response->status, bytes_view(&response->body), &why))
		rc = refuse(response, &fault, request, source, err);
	else
		rc = fail_xml(request, why, err);
	fault_clear(&fault);
	return rc;
}

/* arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE */
static void
take_account(struct bytes *account, struct view arn)
{
	struct view part = VIEW_NONE;

	if (!view_starts(arn, VIEW("arn:")))
		return;
	for (int i = 0; i < 5; i++) {
		size_t colon = view_find(arn, ':');

		if (colon == arn.len)
			return;
		part = view_slice(arn, 0, colon);
		arn = view_slice(arn, colon + 1, arn.len);
	}
	bytes_set(account, part);
}

static enum ssm_err
check_answer(struct sts_answer *answer, const struct xmltext *list, struct view expiration,
    const struct sts_request *request, struct ssm_error *err)
{
	static const char *const names[] = { "'AccessKeyId'", "'SecretAccessKey'", "'SessionToken'",
	    "'Expiration'" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (!list[i].seen || list[i].text->len == 0)
			return fail_answer(request, err, "Missing required key in response: ", names[i]);
	answer->who.expires = true;
	if (!timestamp_parse(expiration, &answer->who.expiration))
		return credentials_fail_expiration(expiration, request->method, err);
	take_account(&answer->who.account_id, bytes_view(&answer->role_user_arn));
	return credentials_check(&answer->who, request->method, err);
}

static enum ssm_err
read_keys(struct sts_answer *answer, struct view body, const struct sts_request *request,
    struct ssm_error *err)
{
	struct bytes expiration = BYTES_INIT(STS_TEXT_MAX);
	char paths[6][PATH_MAX_LEN];
	static const char *const names[] = { "Credentials/AccessKeyId", "Credentials/SecretAccessKey",
	    "Credentials/SessionToken", "Credentials/Expiration", "AssumedRoleUser/AssumedRoleId",
	    "AssumedRoleUser/Arn" };
	struct xmltext list[] = { { paths[0], &answer->who.access_key_id, false },
	    { paths[1], &answer->who.secret_access_key, false },
	    { paths[2], &answer->who.session_token, false }, { paths[3], &expiration, false },
	    { paths[4], &answer->assumed_role_id, false }, { paths[5], &answer->role_user_arn, false } };
	const char *why;
	enum ssm_err rc;

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		snprintf(paths[i], sizeof paths[i], "%sResult/%s", request->operation, names[i]);
	if (!xmltext_read(body, list, ARRAY_LEN(list), &why))
		rc = fail_xml(request, why, err);
	else
		rc = check_answer(answer, list, bytes_view(&expiration), request, err);
	bytes_clear(&expiration);
	return rc;
}

enum ssm_err
sts_answer_read(struct sts_answer *answer, const struct aws_client_response *response,
    const struct sts_request *request, const struct credentials *source, struct ssm_error *err)
{
	enum ssm_err rc;

	sts_answer_clear(answer);
	if (response->status >= 300)
		return read_fault(response, request, source, err);
	if ((rc = read_keys(answer, bytes_view(&response->body), request, err)) != SSM_OK)
		sts_answer_clear(answer);
	return rc;
}

static void
add_keys(struct bytes *out, const struct credentials *who)
{
	char expiration[ISO8601_LEN + 1];

	iso8601_format_extended(expiration, who->expiration);
	jsontext_name(out, "Credentials");
	jsontext_begin(out);
	jsontext_member(out, "AccessKeyId", bytes_view(&who->access_key_id));
	jsontext_member(out, "SecretAccessKey", bytes_view(&who->secret_access_key));
	jsontext_member(out, "SessionToken", bytes_view(&who->session_token));
	jsontext_member(out, "Expiration", view_of(expiration));
	if (who->account_id.len > 0)
		jsontext_member(out, "AccountId", bytes_view(&who->account_id));
	jsontext_end(out);
}

void
sts_answer_document(struct bytes *out, const struct sts_answer *answer,
    const struct aws_client_response *response)
{
	const struct request nothing = REQUEST_INIT;

	jsontext_begin(out);
	add_keys(out, &answer->who);
	jsontext_name(out, "AssumedRoleUser");
	jsontext_begin(out);
	if (answer->assumed_role_id.len > 0)
		jsontext_member(out, "AssumedRoleId", bytes_view(&answer->assumed_role_id));
	if (answer->role_user_arn.len > 0)
		jsontext_member(out, "Arn", bytes_view(&answer->role_user_arn));
	jsontext_end(out);
	jsontext_name(out, "ResponseMetadata");
	responsemeta_add(out, &response->head, &nothing, response->retries, false);
	jsontext_end(out);
}

void
sts_answer_clear(struct sts_answer *answer)
{
	credentials_clear(&answer->who);
	bytes_clear(&answer->assumed_role_id);
	bytes_clear(&answer->role_user_arn);
}
