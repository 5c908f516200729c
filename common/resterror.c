#include "resterror.h"

#include <stdio.h>

#include "answerfault.h"
#include "json.h"
#include "retry.h"
#include "utf8.h"

#define MESSAGE_MAX 1024

bool
resterror_is_none(const struct apicall_result *result)
{
	return result->status >= 200 && result->status < 300;
}

/* The header first, its text before ':' and behind '#'; then the body; else the status. */
static void
find_code(char code[ANSWERFAULT_CODE_MAX], const struct apicall_result *result)
{
	struct view text = httphead_find(&result->head, "x-amzn-errortype");
	size_t hash;

	text = view_slice(text, 0, view_find(text, ':'));
	while ((hash = view_find(text, '#')) < text.len)
		text = view_slice(text, hash + 1, text.len);
	text = view_trim(text);
	if (text.len > 0 && text.len < ANSWERFAULT_CODE_MAX && utf8_check(text) == text.len)
		snprintf(code, ANSWERFAULT_CODE_MAX, "%.*s", VIEW_ARG(text));
	else
		answerfault_code(code, &result->head, bytes_view(&result->body));
	if (*code == '\0')
		snprintf(code, ANSWERFAULT_CODE_MAX, "%d", result->status);
}

static const char *
reason(int status)
{
	return status == 500 ? "Internal Server Error" : status == 501 ? "Not Implemented" :
	    status == 502 ? "Bad Gateway" : status == 503 ? "Service Unavailable" :
	    status == 504 ? "Gateway Timeout" : "";
}

/* Text with every secret gone, and on one line. */
static void
add_clean(struct bytes *out, struct view text, const struct view *secrets, size_t secret_count)
{
	while (text.len > 0) {
		size_t step = 0;

		for (size_t i = 0; i < secret_count; i++)
			if (secrets[i].len > step && view_starts(text, secrets[i]))
				step = secrets[i].len;
		if (step > 0)
			bytes_add(out, VIEW("***"));
		else if ((unsigned char)text.ptr[0] < ' ' || text.ptr[0] == 0x7F)
			bytes_add_char(out, ' ');
		else
			bytes_add_char(out, text.ptr[0]);
		step = step > 0 ? step : 1;
		text = view_slice(text, step, text.len);
	}
}

static void
add_message(struct bytes *out, const struct apicall_result *result, const struct view *secrets,
    size_t secret_count)
{
	struct ssm_error unused = SSM_ERROR_INIT;
	struct json_doc doc = JSON_DOC_INIT;
	struct view text = VIEW_NONE;

	if (json_parse(&doc, bytes_view(&result->body), "the error", &unused) == SSM_OK) {
		if (json_string(&doc, "message", &text, &unused) != SSM_OK || text.len == 0)
			(void)json_string(&doc, "Message", &text, &unused);
		add_clean(out, view_slice(text, 0, text.len < MESSAGE_MAX ? text.len : MESSAGE_MAX),
		    secrets, secret_count);
	} else
		bytes_add_text(out, reason(result->status));
	json_clear(&doc);
	ssm_error_clear(&unused);
}

enum ssm_err
resterror_fail(const struct apicall_result *result, const char *operation,
    const struct view *secrets, size_t secret_count, struct ssm_error *err)
{
	struct bytes message = BYTES_INIT(4 * MESSAGE_MAX);
	char code[ANSWERFAULT_CODE_MAX], retries[48] = "";
	bool passes;
	const char *text;
	enum ssm_err rc;

	find_code(code, result);
	add_message(&message, result, secrets, secret_count);
	passes = retry_is_passing(result->status, view_of(code)) ||
	    result->status >= 500 || result->status == 429 || result->status == 408;
	if (result->used_up)
		snprintf(retries, sizeof retries, " (reached max retries: %u)", result->retries);
	if ((text = bytes_cstr(&message)) == NULL)
		rc = ssm_fail_memory(err);
	else
		rc = ssm_fail(err, passes ? SSM_E_AGAIN : SSM_E_SERVICE, code,
		    "An error occurred (%s) when calling the %s operation%s: %s", code, operation,
		    retries, text);
	bytes_clear(&message);
	return rc;
}
