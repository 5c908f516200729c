#include "jmespath_functions.h"

#include "jmespath_builtins.h"
#include "utf8.h"
#include "valuetext.h"

#define ARGUMENTS_MAX 2
#define TYPES_MAX 3

/* A value in an error is cut here, so that what follows it is still seen. */
#define SHOWN_MAX 900

struct function {
	const char *name;
	jmespath_builtin *run;
	bool variadic;			/* the last argument can come more often */
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
	{ "ceil", jmespath_ceil, ONE("number") },
	{ "contains", jmespath_contains, TWO({ "array", "string" }, ANY) },
	{ "ends_with", jmespath_ends_with, TWO({ "string" }, { "string" }) },
	{ "floor", jmespath_floor, ONE("number") },
	{ "join", jmespath_join, TWO({ "string" }, { "array-string" }) },
	{ "keys", jmespath_keys, ONE("object") },
	{ "length", jmespath_length, ONE("string", "array", "object") },
	{ "map", jmespath_map, TWO({ "expref" }, { "array" }) },
	{ "max", jmespath_max, ONE("array-number", "array-string") },
	{ "max_by", jmespath_max_by, TWO({ "array" }, { "expref" }) },
	{ "merge", jmespath_merge, MANY("object") },
	{ "min", jmespath_min, ONE("array-number", "array-string") },
	{ "min_by", jmespath_min_by, TWO({ "array" }, { "expref" }) },
	{ "not_null", jmespath_not_null, MANY(NULL) },
	{ "reverse", jmespath_reverse, ONE("array", "string") },
	{ "sort", jmespath_sort, ONE("array-string", "array-number") },
	{ "sort_by", jmespath_sort_by, TWO({ "array" }, { "expref" }) },
	{ "starts_with", jmespath_starts_with, TWO({ "string" }, { "string" }) },
	{ "sum", jmespath_sum, ONE("array-number") },
	{ "to_array", jmespath_to_array, ONE(NULL) },
	{ "to_number", jmespath_to_number, ONE(NULL) },
	{ "to_string", jmespath_to_string, ONE(NULL) },
	{ "type", jmespath_type, ONE(NULL) },
	{ "values", jmespath_values, ONE("object") },
};

const char *
jmespath_type_name(const struct value *value)
{
	static const char *const names[] = { "null", "boolean", "boolean", "number", "number", "string",
	    "array", "object", "expref" };

	return names[value->kind];
}

static void
cut(struct bytes *text)
{
	size_t at = SHOWN_MAX;

	if (text->len <= SHOWN_MAX)
		return;
	while (at > 0 && ((unsigned char)text->ptr[at] & 0xC0) == 0x80)
		at--;
	text->len = at;
	bytes_add(text, VIEW("..."));
}

static void
show(const struct jmespath_evaluation *e, struct bytes *text, const struct value *value)
{
	if (e->secret && value->kind >= VALUE_STRING)
		bytes_add(text, VIEW("***"));
	else if (value->kind == VALUE_STRING && value->count > SHOWN_MAX)
		bytes_add(text, view_slice(value_text(value), 0, SHOWN_MAX + 1));
	else
		valuetext_str(text, value);
	text->failed = false;		/* what did not fit is not shown anyway */
	cut(text);
}

const struct value *
jmespath_type_error(struct jmespath_evaluation *e, const char *function, const struct value *shown,
    const char *types, const char *received)
{
	struct bytes text = BYTES_INIT(64 * 1024);

	show(e, &text, shown);
	jmespath_fail(e, "JMESPathTypeError", "In function %s(), invalid type for value: %.*s, "
	    "expected one of: %s, received: \"%s\"", function, VIEW_ARG(bytes_view(&text)), types,
	    received);
	bytes_clear(&text);
	return NULL;
}

static bool
refuse(struct jmespath_evaluation *e, const struct function *function, const char *const *types,
    const struct value *shown, const char *received)
{
	char list[96] = "[";

	for (size_t i = 0; i < TYPES_MAX && types[i] != NULL; i++) {
		strcat(list, i == 0 ? "'" : ", '");
		strcat(list, types[i]);
		strcat(list, "'");
	}
	strcat(list, "]");
	return jmespath_type_error(e, function->name, shown, list, received) != NULL;
}

static const char *
item_type(const char *type)
{
	return strncmp(type, "array-", 6) == 0 ? type + 6 : NULL;
}

/* The items of an array are all of the first type that the first item fits. */
static bool
check_items(struct jmespath_evaluation *e, const struct function *function,
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
			return refuse(e, function, types, item, valuetext_class(item));
	}
	return true;
}

static bool
check_type(struct jmespath_evaluation *e, const struct function *function,
    const char *const *types, const struct value *value)
{
	const char *name = jmespath_type_name(value);

	if (types[0] == NULL)
		return true;
	for (size_t i = 0; i < TYPES_MAX && types[i] != NULL; i++)
		if (strcmp(item_type(types[i]) == NULL ? types[i] : "array", name) == 0)
			return value->kind != VALUE_ARRAY || check_items(e, function, types, value);
	return refuse(e, function, types, value, name);
}

static bool
check(struct jmespath_evaluation *e, const struct function *function,
    struct jmespath_arguments args)
{
	if (function->variadic ? args.count < function->count : args.count != function->count)
		return jmespath_fail(e, function->variadic ? "VariadictArityError" : "ArityError",
		    "Expected %s%zu argument%s for function %s(), received %zu",
		    function->variadic ? "at least " : "", function->count,
		    function->count == 1 ? "" : "s", function->name, args.count) != NULL;
	for (size_t i = 0; i < function->count; i++)
		if (!check_type(e, function, function->types[i], args.at[i]))
			return false;
	return true;
}

static const struct value *
run(struct jmespath_evaluation *e, struct view name, struct jmespath_arguments args)
{
	for (size_t i = 0; i < ARRAY_LEN(functions); i++)
		if (view_is(name, functions[i].name))
			return check(e, &functions[i], args) ? functions[i].run(e, args) : NULL;
	return jmespath_fail(e, "UnknownFunctionError", "Unknown function: %.*s()", VIEW_ARG(name));
}

const struct value *
jmespath_call(struct jmespath_evaluation *e, const struct jmespath_node *node,
    const struct value *value)
{
	const struct value **args = arena_alloc(e->arena, node->count * sizeof(const struct value *));
	size_t count = 0;

	if (args == NULL)
		return jmespath_made(e, NULL);
	for (const struct jmespath_node *child = node->first; child != NULL; child = child->next)
		if ((args[count++] = jmespath_visit(e, child, value)) == NULL)
			return NULL;
	return run(e, node->name, (struct jmespath_arguments){ args, count });
}
