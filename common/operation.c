#include "operation.h"

#include <stdio.h>

#include "jsontext.h"
#include "pythonrepr.h"
#include "utf8.h"

static const struct operation_member session_input[] = {
	{ "SessionId", "session-id", OPERATION_STRING, true, 1 },
	{ NULL, NULL, OPERATION_STRING, false, 0 },
};

static const char *const resume_session_output[] = { "SessionId", "TokenValue", "StreamUrl", NULL };
static const char *const terminate_session_output[] = { "SessionId", NULL };

static const struct operation table[] = {
	{ "resume-session", "ResumeSession", "a new token and stream URL for a session",
	    session_input, resume_session_output },
	{ "terminate-session", "TerminateSession", "end a session for good",
	    session_input, terminate_session_output },
	{ NULL, NULL, NULL, NULL, NULL },
};

const struct operation *
operation_table(void)
{
	return table;
}

const struct operation *
operation_find(struct view name)
{
	for (const struct operation *row = table; row->command != NULL; row++)
		if (view_is(name, row->command) || view_is(name, row->name))
			return row;
	return NULL;
}

const struct operation_member *
operation_member(const struct operation *operation, struct view name)
{
	for (const struct operation_member *row = operation->input; row->name != NULL; row++)
		if (view_is(name, row->name))
			return row;
	return NULL;
}

static void
add_fault(struct bytes *faults, const char *text)
{
	bytes_add(faults, faults->len > 0 ? VIEW("; ") : VIEW_NONE);
	bytes_add_text(faults, text);
}

static void
check_missing(struct bytes *faults, const struct operation *operation,
    const struct json_doc *parameters)
{
	for (const struct operation_member *row = operation->input; row->name != NULL; row++) {
		if (!row->required || json_member(parameters, row->name) != NULL)
			continue;
		add_fault(faults, "Missing required parameter in input: \"");
		bytes_add_text(faults, row->name);
		bytes_add_char(faults, '"');
	}
}

static void
add_unknown(struct bytes *faults, const struct operation *operation, struct view name)
{
	add_fault(faults, "Unknown parameter in input: \"");
	bytes_add(faults, name);
	bytes_add(faults, VIEW("\", must be one of: "));
	for (const struct operation_member *row = operation->input; row->name != NULL; row++) {
		bytes_add(faults, row == operation->input ? VIEW_NONE : VIEW(", "));
		bytes_add_text(faults, row->name);
	}
}

static void
add_number(struct bytes *out, size_t number)
{
	char text[24];

	snprintf(text, sizeof text, "%zu", number);
	bytes_add_text(out, text);
}

static void
check_value(struct bytes *faults, const struct operation_member *row, struct json_member *member)
{
	size_t length;

	if (json_kind(member) != JSON_STRING) {
		add_fault(faults, "Invalid type for parameter ");
		bytes_add_text(faults, row->name);
		bytes_add(faults, VIEW(", value: "));
		pythonrepr(faults, member->raw);
		bytes_add(faults, VIEW(", type: <class '"));
		bytes_add_text(faults, pythonrepr_class(member->raw));
		bytes_add(faults, VIEW("'>, valid types: <class 'str'>"));
		return;
	}
	if ((length = utf8_count(json_text(member))) >= row->length_min)
		return;
	add_fault(faults, "Invalid length for parameter ");
	bytes_add_text(faults, row->name);
	bytes_add(faults, VIEW(", value: "));
	add_number(faults, length);
	bytes_add(faults, VIEW(", valid min length: "));
	add_number(faults, row->length_min);
}

enum ssm_err
operation_check(const struct operation *operation, const struct json_doc *parameters,
    struct ssm_error *err)
{
	struct bytes faults = BYTES_INIT(5 * JSON_DOCUMENT_MAX);
	const struct operation_member *row;
	const char *text;
	enum ssm_err rc = SSM_OK;

	check_missing(&faults, operation, parameters);
	for (size_t i = 0; i < parameters->count; i++) {
		struct view name = parameters->members[i].name;

		if (operation_member(operation, name) == NULL && !view_is(name, "id"))
			add_unknown(&faults, operation, name);
	}
	for (size_t i = 0; i < parameters->count; i++)
		if ((row = operation_member(operation, parameters->members[i].name)) != NULL)
			check_value(&faults, row, &parameters->members[i]);
	if ((text = bytes_cstr(&faults)) == NULL)
		rc = ssm_fail_memory(err);
	else if (faults.len > 0)
		rc = ssm_fail(err, SSM_E_INPUT, "ParamValidationError",
		    "Parameter validation failed: %s", text);
	bytes_clear(&faults);
	return rc;
}

void
operation_body(struct bytes *out, const struct operation *operation,
    const struct json_doc *parameters)
{
	bool first = true;

	bytes_add_char(out, '{');
	for (size_t i = 0; i < parameters->count; i++) {
		struct json_member *member = &parameters->members[i];

		if (operation_member(operation, member->name) == NULL)
			continue;
		bytes_add(out, first ? VIEW_NONE : VIEW(", "));
		jsontext_string_ascii(out, member->name);
		bytes_add(out, VIEW(": "));
		jsontext_string_ascii(out, json_text(member));
		first = false;
	}
	bytes_add_char(out, '}');
}
