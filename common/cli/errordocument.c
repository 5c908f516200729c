#include "cli/errordocument.h"

#include <stdio.h>

#include "aws/operation.h"
#include "json/text.h"

#define SKEW_MAX 4000000000.0		/* seconds; beyond it is no time */

static bool
number_of(const struct json_doc *doc, const char *name, double *number)
{
	return json_number(json_member(doc, name), number);
}

/* 0: there is none. */
static int
status_of(const struct json_doc *metadata)
{
	double status;

	return number_of(metadata, "HTTPStatusCode", &status) && status >= 100 && status <= 999 ? (int)status : 0;
}

/* A reader would take it for the service's own words. */
static bool
looks_like_service(const struct ssm_error *err)
{
	struct ssm_error unused = SSM_ERROR_INIT;
	struct json_doc metadata = JSON_DOC_INIT;
	bool looks = false;

	if (err->metadata.len > 0 &&
	    json_parse(&metadata, bytes_view(&err->metadata), "ResponseMetadata", &unused) == SSM_OK)
		looks = status_of(&metadata) >= 300;
	json_clear(&metadata);
	ssm_error_clear(&unused);
	return looks;
}

void
errordocument_add(struct bytes *out, const struct ssm_error *err, struct view id)
{
	jsontext_begin(out);
	jsontext_name(out, "Error");
	jsontext_begin(out);
	jsontext_member(out, "Code", view_of(err->code));
	jsontext_member(out, "Message", view_of(err->message));
	jsontext_member_bool(out, "Retryable", err->retryable);
	jsontext_member_number(out, "ExitCode", ssm_exit_code(err->rc));
	if (err->clock_skew != 0)
		jsontext_member_number(out, "ClockSkew", err->clock_skew);
	if (!err->service && looks_like_service(err))
		jsontext_member_bool(out, "Service", false);
	jsontext_end(out);
	jsontext_member_raw(out, "ResponseMetadata",
	    err->metadata.len > 0 ? bytes_view(&err->metadata) : VIEW("{}"));
	if (id.len > 0) {
		jsontext_name(out, "id");
		jsontext_compact(out, id);	/* it may have been written over several lines */
	}
	jsontext_end(out);
}

static bool
is_among(struct view name, const struct shape *structure)
{
	for (const struct shape_member *row = structure->members; row->name != NULL; row++)
		if (view_equal_nocase(name, view_of(row->name)))
			return true;
	return false;
}

/* Of a request document, of any operation's parameters or of its answer. */
static bool
is_spoken_for(struct view name)
{
	static const char *const request[] = { "method", "url", "headers", "body", "service", "region",
		"operation", "profile" };

	for (size_t i = 0; i < ARRAY_LEN(request); i++)
		if (view_equal_nocase(name, view_of(request[i])))
			return true;
	for (const struct operation *row = operation_table(); row->command != NULL; row++)
		if (is_among(name, row->input) || is_among(name, row->output))
			return true;
	return false;
}

enum ssm_err
errordocument_is(const struct json_doc *doc, bool *is, struct ssm_error *err)
{
	const struct json_member *member = json_member(doc, "Error");
	struct ssm_error unused = SSM_ERROR_INIT;
	struct json_doc error = JSON_DOC_INIT;
	enum ssm_err rc;

	*is = false;
	if (json_kind(member) != JSON_OBJECT)
		return SSM_OK;
	for (size_t i = 0; i < doc->count; i++)
		if (is_spoken_for(doc->members[i].name))
			return SSM_OK;
	if ((rc = json_parse(&error, member->raw, "Error", &unused)) == SSM_OK)
		*is = json_kind(json_member(&error, "Code")) == JSON_STRING &&
		    json_kind(json_member(&error, "Message")) == JSON_STRING;
	json_clear(&error);
	ssm_error_clear(&unused);
	return rc == SSM_OK || rc == SSM_E_INPUT ? SSM_OK : ssm_fail_memory(err);
}

static bool
is_bool(const struct json_doc *doc, const char *name, const char *value)
{
	const struct json_member *member = json_member(doc, name);

	return json_kind(member) == JSON_BOOL && view_is(member->raw, value);
}

static void
read_error(const struct json_doc *error, struct ssm_error *err)
{
	struct view code = json_text(error, "Code"), message = json_text(error, "Message");
	char name[sizeof err->code];
	double number;
	enum ssm_err rc = SSM_E_OTHER;

	if (number_of(error, "ExitCode", &number) && number >= 0 && number <= 255)
		rc = ssm_err_of_exit_code((int)number);
	snprintf(name, sizeof name, "%.*s", VIEW_ARG(code));
	ssm_fail(err, rc, name, "%.*s", VIEW_ARG(message));
	err->retryable = is_bool(error, "Retryable", "true");
	if (number_of(error, "ClockSkew", &number) && number >= -SKEW_MAX && number <= SKEW_MAX)
		err->clock_skew = (long long)number;
}

static void
read_metadata(const struct json_doc *metadata, const struct json_doc *error, struct ssm_error *err)
{
	struct view id = json_text(metadata, "RequestId");

	err->service = status_of(metadata) >= 300 && !is_bool(error, "Service", "false");
	snprintf(err->request_id, sizeof err->request_id, "%.*s", VIEW_ARG(id));
	if (metadata->count > 0)
		bytes_set(&err->metadata, metadata->text);
}

bool
errordocument_read(const struct json_doc *doc, struct ssm_error *err)
{
	const struct json_member *member = json_member(doc, "Error"), *answer = json_member(doc, "ResponseMetadata");
	struct json_doc error = JSON_DOC_INIT, metadata = JSON_DOC_INIT;
	bool read = json_kind(member) == JSON_OBJECT && json_parse(&error, member->raw, "Error", err) == SSM_OK;

	if (read && json_kind(answer) == JSON_OBJECT)
		read = json_parse(&metadata, answer->raw, "ResponseMetadata", err) == SSM_OK;
	ssm_error_clear(err);
	if (read) {
		read_error(&error, err);
		read_metadata(&metadata, &error, err);
	}
	json_clear(&metadata);
	json_clear(&error);
	return read;
}

bool
errordocument_parse(struct view text, struct ssm_error *err, struct view *id)
{
	struct json_doc doc = JSON_DOC_INIT;
	const struct json_member *member;
	bool is = false;

	*id = VIEW_NONE;
	if (!view_starts(text, VIEW("{")))
		return false;
	if (json_parse(&doc, text, "a message", err) == SSM_OK && errordocument_is(&doc, &is, err) == SSM_OK && is)
		is = errordocument_read(&doc, err);
	if (is && (member = json_member(&doc, "id")) != NULL)
		*id = member->raw;
	json_clear(&doc);
	if (!is)
		ssm_error_clear(err);
	return is;
}
