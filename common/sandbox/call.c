#include "sandbox/call.h"

#include "aws/partition.h"
#include "core/utf8.h"

static bool
refuse_length(struct sandbox_call *call, struct view value, const char *path, const char *limit,
    size_t length)
{
	return sandbox_refuse(call->answer, FAULT_VALIDATION, "1 validation error detected: Value "
	    "'%.*s' at '%s' failed to satisfy constraint: Member must have length %s than or equal to %zu",
	    VIEW_ARG(value), path, limit, length);
}

/* Whether value is one of "[A, B]". */
static bool
is_among(struct view value, const char *values)
{
	struct view rest = view_of(values);

	rest = view_slice(rest, 1, rest.len - 1);
	while (rest.len > 0)
		if (view_equal(view_trim(view_take(&rest, ',')), value))
			return true;
	return false;
}

bool
sandbox_parameter(struct sandbox_call *call, const struct sandbox_rule *rule, struct view *value)
{
	static const char *const kinds[] = { [JSON_BOOL] = "TRUE_VALUE", [JSON_NUMBER] = "NUMBER_VALUE",
	    [JSON_ARRAY] = "START_ARRAY", [JSON_OBJECT] = "START_OBJECT" };
	struct json_member *member = json_member(call->in, rule->name);
	enum json_kind kind = json_kind(member);

	*value = VIEW_NONE;
	if (kind == JSON_ABSENT || kind == JSON_NULL)
		return !rule->required || sandbox_refuse(call->answer, FAULT_VALIDATION, "1 validation "
		    "error detected: Value null at '%s' failed to satisfy constraint: Member must not be "
		    "null", rule->path);
	if (kind != JSON_STRING)
		return sandbox_refuse(call->answer, FAULT_SERIALIZATION,
		    "%s can not be converted to a String", kinds[kind]);
	*value = member->text;
	if (utf8_count(*value) < rule->min)
		return refuse_length(call, *value, rule->path, "greater", rule->min);
	if (rule->max > 0 && utf8_count(*value) > rule->max)
		return refuse_length(call, *value, rule->path, "less", rule->max);
	if (rule->values != NULL && !is_among(*value, rule->values))
		return sandbox_refuse(call->answer, FAULT_VALIDATION, "1 validation error detected: Value "
		    "'%.*s' at '%s' failed to satisfy constraint: Member must satisfy enum value set: %s",
		    VIEW_ARG(*value), rule->path, rule->values);
	return true;
}

void
sandbox_caller(struct bytes *out, const struct sandbox_call *call)
{
	bytes_print(out, "arn:%s:iam::" SANDBOX_ACCOUNT ":user/sandbox",
	    partition_of_region(call->service->region)->id);
}
