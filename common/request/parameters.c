#include "request/parameters.h"

#include <stdio.h>

#include "aws/startingtoken.h"
#include "core/ascii.h"
#include "core/utf8.h"
#include "json/items.h"
#include "json/text.h"
#include "json/value_text.h"
#include "request/paramfile.h"
#include "request/shorthand.h"
#include "request/yamltext.h"

/* The value of one option, while it is read. */
struct option_value {
	struct view text;		/* as it was given, or a file's */
	bool from_file;
	struct bytes file;
	char option[40];		/* --session-id */
	const char *member;
	struct ssm_error *err;
};

static enum ssm_err
check_text(const struct option_value *value, struct view text)
{
	const char *what = utf8_check(text) != text.len ? "is not UTF-8" :
	    view_find(text, '\0') != text.len ? "holds a NUL" : NULL;

	if (what == NULL)
		return SSM_OK;
	return ssm_fail(value->err, SSM_E_INPUT, "ParamValidationError",
	    "Parameter validation failed: %s %s", value->member, what);
}

/* The only value, or the only one of a list, may name a file. */
static enum ssm_err
load(struct option_value *value, const char *text)
{
	enum paramfile_kind kind = paramfile_kind(view_of(text));
	enum ssm_err rc;

	value->text = view_of(text);
	if (kind == PARAMFILE_NONE)
		return check_text(value, value->text);
	rc = paramfile_read(&value->file, value->text, value->option, value->err);
	if (rc != SSM_OK)
		return rc;
	if (kind == PARAMFILE_BINARY)
		return ssm_fail(value->err, SSM_E_INPUT, "ParamValidationError", "Parameter validation "
		    "failed: Invalid type for parameter %s, value: the content of %s, type: <class 'bytes'>, "
		    "valid types: <class 'str'>", value->member, text);
	value->text = bytes_view(&value->file);
	value->from_file = true;
	return check_text(value, value->text);
}

/* As Python's int() reads it: blanks around, a sign, single underscores between digits. */
static bool
add_integer(struct bytes *out, struct view text)
{
	bool digits = false, minus;

	text = view_trim(text);
	if (text.len == 0)
		return false;
	minus = text.ptr[0] == '-';
	if (minus || text.ptr[0] == '+')
		text = view_slice(text, 1, text.len);
	for (size_t i = 0; i < text.len; i++)
		if (!ascii_is_digit(text.ptr[i]) && (text.ptr[i] != '_' || i == 0 ||
		    i + 1 == text.len || text.ptr[i - 1] == '_'))
			return false;
	bytes_add(out, minus ? VIEW("-") : VIEW_NONE);
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '_' || (!digits && text.ptr[i] == '0' && i + 1 < text.len))
			continue;
		bytes_add_char(out, text.ptr[i]);
		digits = true;
	}
	return text.len > 0;
}

static enum ssm_err
refuse_integer(const struct option_value *value, enum operation_use use)
{
	if (use == OPERATION_PAGE_SIZE)
		return ssm_fail(value->err, SSM_E_INPUT, "UsageError",
		    "argument %s: invalid int value: '%.*s'", value->option, VIEW_ARG(value->text));
	return ssm_fail(value->err, SSM_E_INPUT, "ValueError",
	    "invalid literal for int() with base 10: '%.*s'", VIEW_ARG(value->text));
}

/* Any JSON value into *text, without the blanks around it. */
static enum ssm_err
check_json(const struct option_value *value, struct view *text)
{
	struct json_scan scan;

	*text = view_trim(*text);
	json_scan_start(&scan, 1, 1);
	if (json_scan_feed(&scan, *text) == JSON_SCAN_BAD || json_scan_end(&scan) == JSON_SCAN_BAD)
		return ssm_fail(value->err, SSM_E_INPUT, "ParamError",
		    "Error parsing parameter '%s': Invalid JSON: line %zu, column %zu: %s", value->option,
		    scan.line, scan.column, scan.why);
	if (scan.at != text->len)
		return ssm_fail(value->err, SSM_E_INPUT, "ParamError",
		    "Error parsing parameter '%s': Invalid JSON: Extra data: line %zu column %zu",
		    value->option, scan.line, scan.column);
	return SSM_OK;
}

static bool
looks_like_json(struct view text)
{
	text = view_trim(text);
	return text.len > 0 && (text.ptr[0] == '{' || text.ptr[0] == '[');
}

static enum ssm_err
add_json(struct bytes *out, const struct option_value *value, struct view text, char bracket)
{
	struct view json = view_trim(text);
	enum ssm_err rc;

	if (json.len == 0 || json.ptr[0] != bracket)
		return ssm_fail(value->err, SSM_E_INPUT, "ParamError",
		    "Error parsing parameter '%s': Invalid JSON: '%c' is due, not: %.*s", value->option,
		    bracket, VIEW_ARG(text));
	if ((rc = check_json(value, &json)) == SSM_OK)
		bytes_add(out, json);
	return rc;
}

/* Shorthand knows no lists of one: where the shape has a list, a string becomes one. */
static enum ssm_err
add_lists(struct bytes *out, struct view object, struct ssm_error *err)
{
	struct json_doc doc = JSON_DOC_INIT;
	enum ssm_err rc = json_parse(&doc, object, "shorthand", err);

	jsontext_begin(out);
	for (size_t i = 0; i < doc.count && rc == SSM_OK; i++) {
		bool list = doc.members[i].raw.ptr[0] == '[';

		jsontext_name_view(out, doc.members[i].raw_name);
		bytes_add(out, list ? VIEW_NONE : VIEW("["));
		bytes_add(out, doc.members[i].raw);
		bytes_add(out, list ? VIEW_NONE : VIEW("]"));
	}
	jsontext_end(out);
	json_clear(&doc);
	return rc;
}

/* An object of the shape: JSON or shorthand. */
static enum ssm_err
add_object(struct bytes *out, const struct option_value *value, const struct shape *shape, struct view text)
{
	struct bytes object = BYTES_INIT(PARAMETERS_TEXT_MAX);
	enum ssm_err rc;

	if (looks_like_json(text))
		return add_json(out, value, text, '{');
	rc = shorthand_parse(&object, text, value->option, value->err);
	if (rc == SSM_OK && shape->type == SHAPE_MAP && shape->item->type == SHAPE_LIST)
		rc = add_lists(out, bytes_view(&object), value->err);
	else if (rc == SSM_OK)
		bytes_add(out, bytes_view(&object));
	bytes_clear(&object);
	return rc;
}

/* One of a list. */
static enum ssm_err
add_item(struct bytes *out, const struct option_value *value, const struct shape *shape, struct view text)
{
	if (shape->type != SHAPE_STRING)
		return add_object(out, value, shape, text);
	jsontext_string(out, text);
	return SSM_OK;
}

/* One JSON array, or an item a value. */
static enum ssm_err
add_list(struct bytes *out, struct option_value *value, const struct shape *shape,
    const struct parameter_given *given)
{
	struct view first = view_trim(value->text);
	enum ssm_err rc = SSM_OK;

	if (given->count == 1 && first.len > 0 && first.ptr[0] == '[')
		return add_json(out, value, value->text, '[');
	bytes_add_char(out, '[');
	for (size_t i = 0; i < given->count && rc == SSM_OK; i++) {
		struct view text = given->count == 1 ? value->text : view_of(given->values[i]);

		bytes_add(out, i > 0 ? VIEW(",") : VIEW_NONE);
		if ((rc = check_text(value, text)) == SSM_OK)
			rc = add_item(out, value, shape->item, text);
	}
	bytes_add_char(out, ']');
	return rc;
}

static enum ssm_err
add_by_shape(struct bytes *out, struct option_value *value, const struct operation_option *row,
    const struct shape *shape, const struct parameter_given *given)
{
	switch (shape->type) {
	case SHAPE_INTEGER:
		return add_integer(out, value->text) ? SSM_OK : refuse_integer(value, row->use);
	case SHAPE_LIST:
		return add_list(out, value, shape, given);
	case SHAPE_MAP: case SHAPE_STRUCTURE:
		return add_object(out, value, shape, value->text);
	case SHAPE_STRING: case SHAPE_BLOB: case SHAPE_TIMESTAMP:
		jsontext_string(out, value->text);
		break;
	}
	return SSM_OK;
}

/* The member's name and value; nothing when a starting token means the first page. */
static enum ssm_err
add_option(struct bytes *out, struct parameters *parameters, const struct operation_option *row,
    const struct parameter_given *given, struct ssm_error *err)
{
	const struct shape *shape = shape_member(parameters->operation->input, view_of(row->member))->shape;
	struct option_value value = { .file = BYTES_INIT(JSON_DOCUMENT_MAX), .member = row->member, .err = err };
	struct bytes token = BYTES_INIT(JSON_DOCUMENT_MAX);
	enum ssm_err rc;

	snprintf(value.option, sizeof value.option, "--%s", row->name);
	rc = given->count == 1 ? load(&value, given->values[0]) : SSM_OK;
	if (rc == SSM_OK && row->use == OPERATION_STARTING_TOKEN) {
		rc = startingtoken_read(&token, &parameters->shown, value.text, err);
		value.text = bytes_view(&token);
	}
	if (rc == SSM_OK && (row->use != OPERATION_STARTING_TOKEN || token.len > 0)) {
		jsontext_name(out, row->member);
		rc = add_by_shape(out, &value, row, shape, given);
	}
	bytes_clear(&value.file);
	bytes_clear(&token);
	return rc;
}

/* The option that gives a member, the later one when there are two. */
static const struct operation_option *
option_of(const struct parameters *parameters, const char *member)
{
	const struct operation_option *row = parameters->operation->options, *found = NULL;

	for (size_t i = 0; row[i].name != NULL; i++)
		if (parameters->given[i].count > 0 && strcmp(row[i].member, member) == 0)
			found = &row[i];
	return found;
}

static void
add_input_members(struct bytes *out, const struct parameters *parameters)
{
	for (size_t i = 0; i < parameters->input_doc.count; i++) {
		const struct json_member *member = &parameters->input_doc.members[i];
		const struct shape_member *known = shape_member(parameters->operation->input,
		    member->name);

		if (known != NULL && option_of(parameters, known->name) != NULL)
			continue;
		jsontext_name_view(out, member->raw_name);
		bytes_add(out, member->raw);
	}
}

static enum ssm_err
add_subject(struct bytes *out, const struct operation_option *row, struct view subject,
    struct ssm_error *err)
{
	struct option_value value = { .member = row->member, .err = err };
	enum ssm_err rc = check_text(&value, subject);

	if (rc == SSM_OK)
		jsontext_member(out, row->member, subject);
	return rc;
}

enum ssm_err
parameters_add(struct bytes *out, struct parameters *parameters, struct view subject,
    struct ssm_error *err)
{
	const struct operation *operation = parameters->operation;
	const struct operation_option *row;
	enum ssm_err rc = SSM_OK;

	jsontext_begin(out);
	for (const struct shape_member *member = operation->input->members; member->name != NULL &&
	    rc == SSM_OK; member++) {
		if ((row = option_of(parameters, member->name)) == NULL)
			continue;
		if (subject.ptr != NULL && row->use == OPERATION_SUBJECT)
			rc = add_subject(out, row, subject, err);
		else
			rc = add_option(out, parameters, row, &parameters->given[row - operation->options], err);
	}
	add_input_members(out, parameters);
	jsontext_end(out);
	return rc == SSM_OK && bytes_failed(out) ? ssm_fail_memory(err) : rc;
}

/* YAML becomes the JSON that stands for it. */
static enum ssm_err
read_yaml(struct bytes *text, struct ssm_error *err)
{
	struct bytes json = BYTES_INIT(PARAMETERS_TEXT_MAX);
	enum ssm_err rc = yamltext_to_json(&json, bytes_view(text), err);

	if (rc == SSM_OK)
		bytes_set(text, bytes_view(&json));
	if (rc == SSM_OK && bytes_failed(text))
		rc = ssm_fail(err, SSM_E_INPUT, "ParamError", "longer than a document may be");
	bytes_clear(&json);
	return rc;
}

static enum ssm_err
parse_input(struct parameters *parameters, struct ssm_error *err)
{
	struct view text = bytes_view(&parameters->input_text), json = view_trim(text);
	struct option_value value = { .option = "cli-input-json", .err = err };

	if (json.len > 0 && json.ptr[0] != '{' && check_json(&value, &json) == SSM_OK)
		return ssm_fail(err, SSM_E_INPUT, "ParamError", "Error parsing parameter '--cli-input-%s': "
		    "Invalid type: expecting map, received <class '%s'>", parameters->yaml ? "yaml" : "json",
		    valuetext_kind_class(value_kind_of(json)));
	return json_parse(&parameters->input_doc, text, "the document", err);
}

static enum ssm_err
load_input(struct parameters *parameters, struct ssm_error *err)
{
	struct view value = view_of(parameters->input);
	struct bytes *text = &parameters->input_text;
	const char *option = parameters->yaml ? "--cli-input-yaml" : "--cli-input-json";
	enum ssm_err rc = SSM_OK;

	if (paramfile_kind(value) != PARAMFILE_NONE)
		rc = paramfile_read(text, value, option, err);
	else
		bytes_set(text, value);
	if (paramfile_kind(value) == PARAMFILE_BINARY && view_starts(bytes_view(text), VIEW("\xEF\xBB\xBF")))
		bytes_drop(text, 3);
	return rc == SSM_OK && bytes_failed(text) ? ssm_fail_memory(err) : rc;
}

enum ssm_err
parameters_read_input(struct parameters *parameters, struct ssm_error *err)
{
	enum ssm_err rc;

	if (parameters->input == NULL)
		return SSM_OK;
	if ((rc = load_input(parameters, err)) != SSM_OK)
		return rc;
	if (parameters->yaml)
		rc = read_yaml(&parameters->input_text, err);
	if (rc == SSM_OK && (rc = parse_input(parameters, err)) == SSM_OK)
		return rc;
	if (rc == SSM_E_INPUT && strncmp(err->message, "Error parsing", 13) != 0)
		ssm_error_prefix(err, "Error parsing parameter 'cli-input-%s': Invalid %s received: ",
		    parameters->yaml ? "yaml" : "json", parameters->yaml ? "YAML" : "JSON");
	return rc;
}
