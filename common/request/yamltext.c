#include "request/yamltext.h"

#include <errno.h>
#include <limits.h>
#include <regex.h>
#include <stdlib.h>
#include <yaml.h>

#include "json/json.h"
#include "json/python.h"
#include "json/text.h"

#define DEPTH_MAX 64			/* as JSON text may have */

enum number { FLOAT, INTEGER, UNREAD, NUMBERS };

struct reader {
	yaml_parser_t parser;
	struct bytes *out;
	unsigned depth;
	regex_t forms[NUMBERS];
	unsigned compiled;		/* how many of them are */
	struct ssm_error *err;
};

static enum ssm_err add_node(struct reader *r, const yaml_event_t *event);

static enum ssm_err
refuse(struct reader *r, size_t line, const char *why)
{
	return ssm_fail(r->err, SSM_E_INPUT, "ParamError", "line %zu: %s", line + 1, why);
}

static enum ssm_err
next_event(struct reader *r, yaml_event_t *event)
{
	if (yaml_parser_parse(&r->parser, event))
		return SSM_OK;
	if (r->parser.error == YAML_MEMORY_ERROR)
		return ssm_fail_memory(r->err);
	return refuse(r, r->parser.problem_mark.line, r->parser.problem == NULL ? "it cannot be read" :
	    r->parser.problem);
}

/*
 * What ruamel.yaml, by which the AWS CLI reads YAML 1.2, takes for a number (with its quirks: an exponent
 * behind a number that begins with its point has a sign), and for a date, .inf or .nan.
 */
static const char *const forms[NUMBERS] = {
	[FLOAT] = "^([-+]?[0-9][0-9_]*\\.[0-9_]*([eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+|"
	    "[-+]?\\.[0-9_]+([eE][-+][0-9]+)?)$",
	[INTEGER] = "^[-+]?(0b[01_]+|0o[0-7_]+|[0-9_]+|0x[0-9a-fA-F_]+)$",
	[UNREAD] = "^([-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)|[0-9]{4}-[0-9]{2}-[0-9]{2}|"
	    "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(\\.[0-9]*)?"
	    "([ \t]*(Z|[-+][0-9]{1,2}(:[0-9]{2})?))?)$",
};

static bool
compile_forms(struct reader *r)
{
	while (r->compiled < NUMBERS && regcomp(&r->forms[r->compiled], forms[r->compiled],
	    REG_EXTENDED | REG_NOSUB) == 0)
		r->compiled++;
	return r->compiled == NUMBERS;
}

/* A whole number as JSON writes it, from whatever base; text has no underscores. */
static const char *
add_integer(struct bytes *out, const char *text)
{
	bool minus = *text == '-';
	int base = 10;
	unsigned long long value;

	text += minus || *text == '+';
	if (text[0] == '0' && text[1] != '\0' && strchr("box", text[1]) != NULL) {
		base = text[1] == 'b' ? 2 : text[1] == 'o' ? 8 : 16;
		text += 2;
	}
	if (*text == '\0')
		return "a number without digits; quotes make it text";
	errno = 0;
	value = strtoull(text, NULL, base);
	if (errno != 0 || value > LLONG_MAX)
		return "a number that is too large; quotes make it text";
	bytes_print(out, "%s%llu", minus && value != 0 ? "-" : "", value);
	return NULL;
}

/* No parameter is a fraction: it is only shown in a message, as Python shows it. */
static const char *
add_float(struct bytes *out, const char *text)
{
	char number[PYTHON_FLOAT_MAX], *end;
	double value = strtod(text, &end);

	if (*end != '\0' || end == text)
		return "a number without digits; quotes make it text";
	if (value - value != 0)
		return "a number that is too large; quotes make it text";
	python_float(number, value);
	bytes_add_text(out, number);
	return NULL;
}

static enum ssm_err
add_number(struct reader *r, enum number form, struct view text, size_t line)
{
	struct bytes digits = BYTES_INIT(JSON_DOCUMENT_MAX);
	const char *plain, *why = NULL;
	enum ssm_err rc = SSM_OK;

	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] != '_')
			bytes_add_char(&digits, text.ptr[i]);
	if ((plain = bytes_cstr(&digits)) == NULL)
		rc = ssm_fail_memory(r->err);
	else if ((why = form == FLOAT ? add_float(r->out, plain) : add_integer(r->out, plain)) != NULL)
		rc = refuse(r, line, why);
	bytes_clear(&digits);
	return rc;
}

/* A scalar of libyaml's ends in a NUL. */
static bool
has_form(const struct reader *r, enum number form, struct view text)
{
	return text.len > 0 && strchr("-+.0123456789", text.ptr[0]) != NULL &&
	    regexec(&r->forms[form], text.ptr, 0, NULL, 0) == 0;
}

static enum ssm_err
add_plain(struct reader *r, struct view text, size_t line)
{
	static const struct {
		const char *word, *json;
	} words[] = {
		{ "", "null" }, { "~", "null" }, { "null", "null" }, { "Null", "null" }, { "NULL", "null" },
		{ "true", "true" }, { "True", "true" }, { "TRUE", "true" },
		{ "false", "false" }, { "False", "false" }, { "FALSE", "false" },
	};

	if (has_form(r, UNREAD, text))
		return refuse(r, line, "a date, .inf or .nan, which no parameter takes; quotes make it text");
	for (enum number form = FLOAT; form <= INTEGER; form++)
		if (has_form(r, form, text))
			return add_number(r, form, text, line);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (view_is(text, words[i].word)) {
			bytes_add_text(r->out, words[i].json);
			return SSM_OK;
		}
	jsontext_string(r->out, text);
	return SSM_OK;
}

static struct view
scalar_text(const yaml_event_t *event)
{
	return (struct view){ (const char *)event->data.scalar.value, event->data.scalar.length };
}

static enum ssm_err
add_scalar(struct reader *r, const yaml_event_t *event)
{
	const char *tag = (const char *)event->data.scalar.tag;
	struct view text = scalar_text(event);

	if (view_find(text, '\0') != text.len)
		return refuse(r, event->start_mark.line, "a NUL");
	if (tag != NULL && strcmp(tag, "!") != 0 && strcmp(tag, YAML_STR_TAG) != 0)
		return refuse(r, event->start_mark.line, "a tag");
	if (tag == NULL && event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
		return add_plain(r, text, event->start_mark.line);
	jsontext_string(r->out, text);
	return SSM_OK;
}

static enum ssm_err
add_sequence(struct reader *r)
{
	enum ssm_err rc = SSM_OK;

	bytes_add_char(r->out, '[');
	for (bool first = true, more = true; more && rc == SSM_OK; first = false) {
		yaml_event_t event = { .type = YAML_NO_EVENT };

		if ((rc = next_event(r, &event)) == SSM_OK && event.type == YAML_SEQUENCE_END_EVENT) {
			more = false;
		} else if (rc == SSM_OK) {
			bytes_add(r->out, first ? VIEW_NONE : VIEW(","));
			rc = add_node(r, &event);
		}
		yaml_event_delete(&event);
	}
	bytes_add_char(r->out, ']');
	return rc;
}

static enum ssm_err
add_pair(struct reader *r, const yaml_event_t *name, bool first)
{
	yaml_event_t event = { .type = YAML_NO_EVENT };
	enum ssm_err rc;

	if (name->type != YAML_SCALAR_EVENT)
		return refuse(r, name->start_mark.line, "a name that is no scalar");
	bytes_add(r->out, first ? VIEW_NONE : VIEW(","));
	jsontext_string(r->out, scalar_text(name));
	bytes_add_char(r->out, ':');
	if ((rc = next_event(r, &event)) == SSM_OK)
		rc = add_node(r, &event);
	yaml_event_delete(&event);
	return rc;
}

static enum ssm_err
add_mapping(struct reader *r)
{
	enum ssm_err rc = SSM_OK;

	bytes_add_char(r->out, '{');
	for (bool first = true, more = true; more && rc == SSM_OK; first = false) {
		yaml_event_t event = { .type = YAML_NO_EVENT };

		if ((rc = next_event(r, &event)) == SSM_OK && event.type == YAML_MAPPING_END_EVENT)
			more = false;
		else if (rc == SSM_OK)
			rc = add_pair(r, &event, first);
		yaml_event_delete(&event);
	}
	bytes_add_char(r->out, '}');
	return rc;
}

static enum ssm_err
add_node(struct reader *r, const yaml_event_t *event)
{
	enum ssm_err rc;

	if (++r->depth > DEPTH_MAX)
		return refuse(r, event->start_mark.line, "too deep");
	switch (event->type) {
	case YAML_SCALAR_EVENT: rc = add_scalar(r, event); break;
	case YAML_SEQUENCE_START_EVENT: rc = add_sequence(r); break;
	case YAML_MAPPING_START_EVENT: rc = add_mapping(r); break;
	default: return refuse(r, event->start_mark.line, "an alias");
	}
	r->depth--;
	return rc;
}

/* The stream's only document. */
static enum ssm_err
read_stream(struct reader *r)
{
	size_t documents = 0;
	enum ssm_err rc = SSM_OK;
	bool more = true;

	while (more && rc == SSM_OK) {
		yaml_event_t event = { .type = YAML_NO_EVENT };

		if ((rc = next_event(r, &event)) != SSM_OK || event.type == YAML_STREAM_END_EVENT)
			more = false;
		else if (event.type == YAML_DOCUMENT_START_EVENT && documents++ > 0)
			rc = refuse(r, event.start_mark.line, "a second document");
		else if (event.type != YAML_STREAM_START_EVENT && event.type != YAML_DOCUMENT_START_EVENT &&
		    event.type != YAML_DOCUMENT_END_EVENT)
			rc = add_node(r, &event);
		yaml_event_delete(&event);
	}
	if (rc == SSM_OK && documents == 0)
		bytes_add(r->out, VIEW("null"));
	return rc;
}

enum ssm_err
yamltext_to_json(struct bytes *out, struct view text, struct ssm_error *err)
{
	struct reader r = { .out = out, .err = err };
	enum ssm_err rc;

	if (!yaml_parser_initialize(&r.parser))
		return ssm_fail_memory(err);
	yaml_parser_set_input_string(&r.parser,		/* which asserts that there is a text, be it empty */
	    (const unsigned char *)(text.ptr == NULL ? "" : text.ptr), text.len);
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	rc = compile_forms(&r) ? read_stream(&r) : ssm_fail_memory(err);
	while (r.compiled > 0)
		regfree(&r.forms[--r.compiled]);
	yaml_parser_delete(&r.parser);
	return rc == SSM_OK && bytes_failed(out) ? ssm_fail_memory(err) : rc;
}

void
yamltext_library(struct bytes *out)
{
	bytes_add(out, VIEW("libyaml/"));
	bytes_add_text(out, yaml_get_version_string());
}
