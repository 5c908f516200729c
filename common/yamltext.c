#include "yamltext.h"

#include <stdio.h>
#include <stdlib.h>
#include <yaml.h>

#include "jsontext.h"

#define DEPTH_MAX 64			/* as JSON text may have */

struct reader {
	yaml_parser_t parser;
	struct bytes *out;
	unsigned depth;
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

static bool
is_among(struct view text, const char *const *words)
{
	while (*words != NULL && !view_is(text, *words))
		words++;
	return *words != NULL;
}

/* Digits of the base with single or more underscores among them. */
static bool
is_digits(struct view text, const char *digits)
{
	if (text.len == 0 || text.ptr[0] == '_')
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] != '_' && strchr(digits, text.ptr[i]) == NULL)
			return false;
	return true;
}

/* A whole number as JSON writes it; without underscores, from whatever base. */
static bool
add_integer(struct bytes *out, struct view text)
{
	static const struct base {
		const char *prefix, *digits;
		int base;
	} bases[] = { { "0b", "01", 2 }, { "0o", "01234567", 8 }, { "0x", "0123456789abcdefABCDEF", 16 },
		{ "", "0123456789", 10 } };
	bool minus = text.len > 0 && text.ptr[0] == '-', sign = minus || (text.len > 0 && text.ptr[0] == '+');
	char digits[64], number[32];
	size_t count = 0, i = 0;

	text = view_slice(text, sign ? 1 : 0, text.len);
	while (i < ARRAY_LEN(bases) - 1 && !view_starts(text, view_of(bases[i].prefix)))
		i++;
	text = view_slice(text, strlen(bases[i].prefix), text.len);
	if (!is_digits(text, bases[i].digits) || text.len >= sizeof digits)
		return false;
	for (size_t at = 0; at < text.len; at++)
		if (text.ptr[at] != '_')
			digits[count++] = text.ptr[at];
	digits[count] = '\0';
	snprintf(number, sizeof number, "%llu", strtoull(digits, NULL, bases[i].base));
	bytes_add(out, minus ? VIEW("-") : VIEW_NONE);
	bytes_add_text(out, number);
	return true;
}

static bool
looks_like_float(struct view text)
{
	bool digit = false, mark = false;

	for (size_t i = text.len > 0 && (text.ptr[0] == '-' || text.ptr[0] == '+'); i < text.len; i++) {
		char c = text.ptr[i];

		if (c >= '0' && c <= '9')
			digit = true;
		else if (c == '.' || ((c == 'e' || c == 'E') && digit))
			mark = true;
		else if (c != '_' && !((c == '-' || c == '+') && (text.ptr[i - 1] | 0x20) == 'e'))
			return false;
	}
	return digit && mark;
}

/* No parameter is a fraction: it is only shown in a message, so the digits need not be as many. */
static bool
add_float(struct bytes *out, struct view text)
{
	char digits[64], number[64], *end;
	size_t count = 0;
	double value;

	if (!looks_like_float(text) || text.len >= sizeof digits)
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] != '_')
			digits[count++] = text.ptr[i];
	digits[count] = '\0';
	value = strtod(digits, &end);
	if (*end != '\0' || value - value != 0)
		return false;
	snprintf(number, sizeof number, "%.15g", value);
	bytes_add_text(out, number);
	if (strpbrk(number, ".e") == NULL)
		bytes_add(out, VIEW(".0"));
	return true;
}

/* 2024-01-02 and what goes on behind it */
static bool
is_date(struct view text)
{
	static const char form[] = "0000-00-00";

	for (size_t i = 0; i < sizeof form - 1; i++)
		if (i >= text.len || (form[i] == '-') != (text.ptr[i] == '-') ||
		    (form[i] == '0' && (text.ptr[i] < '0' || text.ptr[i] > '9')))
			return false;
	return text.len == sizeof form - 1 || memchr("Tt \t", text.ptr[sizeof form - 1], 4) != NULL;
}

static enum ssm_err
add_plain(struct reader *r, struct view text, size_t line)
{
	static const char *const nulls[] = { "", "~", "null", "Null", "NULL", NULL };
	static const char *const trues[] = { "true", "True", "TRUE", NULL };
	static const char *const falses[] = { "false", "False", "FALSE", NULL };
	static const char *const others[] = { ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf",
		"-.Inf", "-.INF", ".nan", ".NaN", ".NAN", NULL };

	if (is_among(text, others) || is_date(text))
		return refuse(r, line, "a date, .inf or .nan, which no parameter takes; quotes make it text");
	if (is_among(text, nulls))
		bytes_add(r->out, VIEW("null"));
	else if (is_among(text, trues))
		bytes_add(r->out, VIEW("true"));
	else if (is_among(text, falses))
		bytes_add(r->out, VIEW("false"));
	else if (!add_integer(r->out, text) && !add_float(r->out, text))
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
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)text.ptr, text.len);
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	rc = read_stream(&r);
	yaml_parser_delete(&r.parser);
	return rc == SSM_OK && bytes_failed(out) ? ssm_fail_memory(err) : rc;
}

void
yamltext_library(struct bytes *out)
{
	bytes_add(out, VIEW("libyaml/"));
	bytes_add_text(out, yaml_get_version_string());
}
