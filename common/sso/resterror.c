#include "sso/resterror.h"

#include <stdio.h>

#include "core/httpreason.h"
#include "core/utf8.h"
#include "json/json.h"
#include "service/answerfault.h"
#include "service/cleantext.h"
#include "service/faultclass.h"

#define MESSAGE_MAX 1024

bool
resterror_is_none(const struct aws_client_response *response)
{
	return response->status >= 200 && response->status < 300;
}

/* The header first, its text before ':' and behind '#'; then the body; else the status. */
static void
find_code(char code[ANSWERFAULT_CODE_MAX], const struct aws_client_response *response)
{
	struct view text = httphead_find(&response->head, "x-amzn-errortype");
	size_t hash;

	text = view_slice(text, 0, view_find(text, ':'));
	while ((hash = view_find(text, '#')) < text.len)
		text = view_slice(text, hash + 1, text.len);
	text = view_trim(text);
	if (text.len > 0 && text.len < ANSWERFAULT_CODE_MAX && utf8_check(text) == text.len)
		snprintf(code, ANSWERFAULT_CODE_MAX, "%.*s", VIEW_ARG(text));
	else
		answerfault_code(code, &response->head, bytes_view(&response->body));
	if (*code == '\0')
		snprintf(code, ANSWERFAULT_CODE_MAX, "%d", response->status);
}

static void
add_message(struct bytes *out, const struct aws_client_response *response, const struct redact *redact)
{
	struct ssm_error unused = SSM_ERROR_INIT;
	struct json_doc doc = JSON_DOC_INIT;
	struct view text = VIEW_NONE;

	if (json_parse(&doc, bytes_view(&response->body), "the error", &unused) == SSM_OK) {
		if (json_string(&doc, "message", &text, &unused) != SSM_OK || text.len == 0)
			(void)json_string(&doc, "Message", &text, &unused);
		cleantext_add_line(out, text, redact, MESSAGE_MAX);
	} else
		bytes_add_text(out, httpreason(response->status));
	json_clear(&doc);
	ssm_error_clear(&unused);
}

enum ssm_err
resterror_fail(const struct aws_client_response *response, const char *operation,
    const struct view *secrets, size_t secret_count, struct ssm_error *err)
{
	struct bytes message = BYTES_INIT(4 * MESSAGE_MAX);
	char code[ANSWERFAULT_CODE_MAX], retries[48] = "";
	struct redact redact = REDACT_INIT;
	const char *text;
	enum ssm_err rc;

	for (size_t i = 0; i < secret_count; i++)
		redact_note(&redact, secrets[i]);
	find_code(code, response);
	if (redact_finds(&redact, view_of(code)))
		snprintf(code, sizeof code, "%d", response->status);
	add_message(&message, response, &redact);
	if (response->used_up)
		snprintf(retries, sizeof retries, " (reached max retries: %u)", response->retries);
	if ((text = bytes_cstr(&message)) == NULL)
		rc = ssm_fail_memory(err);
	else
		rc = ssm_fail(err, faultclass_of(response->status, view_of(code)), code,
		    "An error occurred (%s) when calling the %s operation%s: %s", code, operation,
		    retries, text);
	bytes_clear(&message);
	return rc;
}
