#include "jmespath/builtins.h"

#include "json/value_text.h"

#define ARGUMENTS_MAX 2
#define TYPES_MAX 3

struct function {
	const char *name;
	jmespath_builtin *run;
	bool variadic;			/* its argument can come more often */
	size_t count;
	const char *types[ARGUMENTS_MAX][TYPES_MAX];	/* none: any */
};

#define ANY { NULL }
#define ONE(...) false, 1, { { __VA_ARGS__ } }
#define TWO(...) false, 2, { __VA_ARGS__ }
#define MANY(...) true, 1, { { __VA_ARGS__ } }

static const struct function functions[] = {
	{ "abs", jmespath_abs, ONE("number") },
	{ "avg", jmespath_avg, ONE("array-number") },
	{ "ceil", jmespath_round, ONE("number") },
	{ "contains", jmespath_contains, TWO({ "array", "string" }, ANY) },
	{ "ends_with", jmespath_ends_with, TWO({ "string" }, { "string" }) },
	{ "floor", jmespath_round, ONE("number") },
	{ "join", jmespath_join, TWO({ "string" }, { "array-string" }) },
	{ "keys", jmespath_keys, ONE("object") },
	{ "length", jmespath_length, ONE("string", "array", "object") },
	{ "map", jmespath_map, TWO({ "expref" }, { "array" }) },
	{ "max", jmespath_extreme, ONE("array-number", "array-string") },
	{ "max_by", jmespath_extreme, TWO({ "array" }, { "expref" }) },
	{ "merge", jmespath_merge, MANY("object") },
	{ "min", jmespath_extreme, ONE("array-number", "array-string") },
	{ "min_by", jmespath_extreme, TWO({ "array" }, { "expref" }) },
	{ "not_null", jmespath_not_null, MANY(NULL) },
	{ "reverse", jmespath_reverse, ONE("array", "string") },
	{ "sort", jmespath_sort, ONE("array-string", "array-number") },
	{ "sort_by", jmespath_sort, TWO({ "array" }, { "expref" }) },
	{ "starts_with", jmespath_starts_with, TWO({ "string" }, { "string" }) },
	{ "sum", jmespath_sum, ONE("array-number") },
	{ "to_array", jmespath_to_array, ONE(NULL) },
	{ "to_number", jmespath_to_number, ONE(NULL) },
	{ "to_string", jmespath_to_string, ONE(NULL) },
	{ "type", jmespath_type, ONE(NULL) },
	{ "values", jmespath_values, ONE("object") },
};

static bool
refuse(struct jmespath_run *run, const struct function *function, const char *const *types,
    const struct value *shown, const char *received)
{
	char list[96] = "[";

	for (size_t i = 0; i < TYPES_MAX && types[i] != NULL; i++) {
		strcat(list, i == 0 ? "'" : ", '");
		strcat(list, types[i]);
		strcat(list, "'");
	}
	strcat(list, "]");
	return jmespath_type_error(run, function->name, shown, list, received) != NULL;
}

static const char *
item_type(const char *type)
{
	return strncmp(type, "array-", 6) == 0 ? type + 6 : NULL;
}

/* The items of an array are all of the first type that the first item fits. */
static bool
check_items(struct jmespath_run *run, const struct function *function,
    const char *const *types, const struct value *array)
{
	const char *wanted = NULL;

	for (size_t i = 0; i < TYPES_MAX && types[i] != NULL && array->count > 0; i++) {
		const char *type = item_type(types[i]);

		if (type == NULL)
			return true;
		if (wanted == NULL && strcmp(type, jmespath_type_name(array->of.items[0])) == 0)
			wanted = type;
	}
	for (uint32_t i = 0; i < array->count; i++) {
		const struct value *item = array->of.items[i];

		if (wanted == NULL || strcmp(wanted, jmespath_type_name(item)) != 0)
			return refuse(run, function, types, item, valuetext_class(item));
	}
	return true;
}

static bool
check_type(struct jmespath_run *run, const struct function *function,
    const char *const *types, const struct value *value)
{
	const char *name = jmespath_type_name(value);

	if (types[0] == NULL)
		return true;
	for (size_t i = 0; i < TYPES_MAX && types[i] != NULL; i++)
		if (strcmp(item_type(types[i]) == NULL ? types[i] : "array", name) == 0)
			return value->kind != VALUE_ARRAY || check_items(run, function, types, value);
	return refuse(run, function, types, value, name);
}

static bool
check(struct jmespath_run *run, const struct function *function,
    struct jmespath_arguments args)
{
	if (function->variadic ? args.count < function->count : args.count != function->count)
		return jmespath_fail(run, function->variadic ? "VariadictArityError" : "ArityError",
		    "Expected %s%zu argument%s for function %s(), received %zu",
		    function->variadic ? "at least " : "", function->count,
		    function->count == 1 ? "" : "s", function->name, args.count) != NULL;
	for (size_t i = 0; i < args.count; i++)
		if (!check_type(run, function, function->types[function->variadic ? 0 : i], args.at[i]))
			return false;
	return true;
}

const struct value *
jmespath_call(struct jmespath_run *run, struct view name, struct jmespath_arguments args)
{
	for (size_t i = 0; i < ARRAY_LEN(functions); i++) {
		const struct function *function = &functions[i];

		args.function = function->name;
		if (view_is(name, function->name))
			return check(run, function, args) ? function->run(run, args) : NULL;
	}
	return jmespath_fail(run, "UnknownFunctionError", "Unknown function: %.*s()", VIEW_ARG(name));
}
