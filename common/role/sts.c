#include "role/sts.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/percent.h"
#include "core/utf8.h"
#include "json/text.h"

#define PARAMETERS_MAX 8

struct parameter {
	const char *name;
	struct view value;
	long min;			/* of the length in characters, or of the number */
	bool number;
};

/* In botocore's order; returns how many. */
static size_t
list_parameters(struct parameter list[PARAMETERS_MAX], const struct sts_request *request)
{
	bool named = request->session_name.ptr != NULL, generated = request->session_name.len == 0;
	struct view name = generated ? request->generated_name : request->session_name;
	const struct parameter all[] = {
		{ "RoleSessionName", named ? name : VIEW_NONE, 2, false },
		{ "ExternalId", request->external_id, 2, false },
		{ "SerialNumber", request->serial_number, 9, false },
		{ "DurationSeconds", request->duration_seconds, 900, true },
		{ "RoleArn", request->role_arn, 20, false },
		{ "RoleSessionName", named ? VIEW_NONE : name, 2, false },
		{ "TokenCode", request->token_code, 6, false },
		{ "WebIdentityToken", request->web_identity_token, 4, false },
	};
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (all[i].value.ptr != NULL)
			list[count++] = all[i];
	return count;
}

static void
add_fault(struct bytes *faults, const struct parameter *parameter)
{
	struct view text = parameter->value;
	long length = (long)utf8_count(text), number = 0;
	char line[160] = "", digits[24];

	if (parameter->number && text.len < sizeof digits) {
		snprintf(digits, sizeof digits, "%.*s", VIEW_ARG(text));
		number = strtol(digits, NULL, 10);
	}
	if (utf8_check(text) < text.len)
		snprintf(line, sizeof line, "%s is not UTF-8", parameter->name);
	else if (parameter->number && number < parameter->min)
		snprintf(line, sizeof line, "Invalid value for parameter %s, value: %ld, valid min value: "
		    "%ld", parameter->name, number, parameter->min);
	else if (!parameter->number && length < parameter->min)
		snprintf(line, sizeof line, "Invalid length for parameter %s, value: %ld, valid min length: "
		    "%ld", parameter->name, length, parameter->min);
	if (*line != '\0' && faults->len > 0)
		bytes_add(faults, VIEW("; "));
	bytes_add_text(faults, line);
}

enum ssm_err
sts_request_check(const struct sts_request *request, struct ssm_error *err)
{
	struct bytes faults = BYTES_INIT(4096);
	struct parameter list[PARAMETERS_MAX];
	size_t count = list_parameters(list, request);
	const char *text;
	enum ssm_err rc = SSM_OK;

	for (size_t i = 0; i < count; i++)
		add_fault(&faults, &list[i]);
	if ((text = bytes_cstr(&faults)) == NULL)
		rc = ssm_fail_memory(err);
	else if (faults.len > 0)
		rc = ssm_fail(err, SSM_E_CONFIG, "ParamValidationError",
		    "Parameter validation failed: %s", text);
	bytes_clear(&faults);
	return rc;
}

/* Like percent-encoding, but a blank is a plus. */
static void
add_form_value(struct bytes *out, struct view text)
{
	size_t from = out->len;

	percent_encode(out, text, " ");
	for (size_t i = from; i < out->len; i++)
		if (out->ptr[i] == ' ')
			out->ptr[i] = '+';
}

void
sts_request_body(struct bytes *out, const struct sts_request *request)
{
	struct parameter list[PARAMETERS_MAX];
	size_t count = list_parameters(list, request);

	bytes_add(out, VIEW("Action="));
	bytes_add_text(out, request->operation);
	bytes_add(out, VIEW("&Version=2011-06-15"));
	for (size_t i = 0; i < count; i++) {
		bytes_add_char(out, '&');
		bytes_add_text(out, list[i].name);
		bytes_add_char(out, '=');
		add_form_value(out, list[i].value);
	}
}

void
sts_request_cache_key(struct bytes *out, const struct sts_request *request)
{
	const struct parameter configured[] = {
		{ "DurationSeconds", request->duration_seconds, 0, true },
		{ "ExternalId", request->external_id, 0, false },
		{ "RoleArn", request->role_arn, 0, false },
		{ "RoleSessionName", request->session_name.len > 0 ? request->session_name : VIEW_NONE, 0,
		    false },
		{ "SerialNumber", request->serial_number, 0, false },
	};
	const char *separator = "{\"";

	for (size_t i = 0; i < ARRAY_LEN(configured); i++) {
		if (configured[i].value.ptr == NULL)
			continue;
		bytes_add_text(out, separator);
		bytes_add_text(out, configured[i].name);
		bytes_add(out, VIEW("\": "));
		if (configured[i].number)
			bytes_add(out, configured[i].value);
		else
			jsontext_string_ascii(out, configured[i].value);
		separator = ", \"";
	}
	bytes_add_char(out, '}');
}
