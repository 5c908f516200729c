#include "format/format.h"

#include "format/printablevalue.h"
#include "json/value_text.h"

/* A query can put one part in a million places; what it shows of values and text is bounded. */
#define SHOWN_MAX ((size_t)64 * 1024 * 1024)

enum ssm_err
format_fail_mixed(const struct value *item, struct ssm_error *err)
{
	return ssm_fail(err, SSM_E_INPUT, "FormatError",
	    "a list with objects has something else in it: '%s' object has no attribute 'items'",
	    valuetext_class(item));
}

static bool
has_expression(const struct value *value)
{
	if (value->kind == VALUE_EXPRESSION)
		return true;
	for (size_t i = 0; value->kind == VALUE_ARRAY && i < value->count; i++)
		if (has_expression(value->of.items[i]))
			return true;
	for (size_t i = 0; value->kind == VALUE_OBJECT && i < value->count; i++)
		if (has_expression(value->of.members[i].value))
			return true;
	return false;
}

static enum ssm_err
check_shared(const struct value *value, struct ssm_error *err)
{
	size_t budget = SHOWN_MAX;

	if (!value_fits(value, &budget))
		return ssm_fail(err, SSM_E_INPUT, "FormatError",
		    "the query's result has more than %zu values and bytes", SHOWN_MAX);
	if (has_expression(value))
		return ssm_fail(err, SSM_E_INPUT, "FormatError",
		    "the query's result holds an expression, which cannot be printed");
	return SSM_OK;
}

enum ssm_err
format_value(const struct format *format, struct bytes *out, const struct value *value,
    struct arena *arena, const struct format_how *how, struct ssm_error *err)
{
	enum ssm_err rc = how->shared ? check_shared(value, err) : SSM_OK;

	if (rc == SSM_OK && how->terminal && !format->escapes && (value = printablevalue(arena, value)) == NULL)
		rc = ssm_fail_memory(err);
	if (rc == SSM_OK)
		rc = format->print(out, value, arena, how, err);
	if (rc != SSM_OK)
		return rc;
	if (bytes_failed(out) && out->len >= out->max / 2)
		return ssm_fail(err, SSM_E_INPUT, "FormatError",
		    "the document would be longer than %zu MiB", out->max / 1024 / 1024);
	return bytes_failed(out) || arena->failed ? ssm_fail_memory(err) : SSM_OK;
}
