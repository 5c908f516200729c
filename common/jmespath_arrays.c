/* JMESPath's functions on arrays and objects, and on values of any kind. */
#include "jmespath_builtins.h"
#include "jmespath_compare.h"
#include "jmespath_functions.h"
#include "valuetext.h"

const struct value *
jmespath_contains(struct jmespath_evaluation *e, struct jmespath_arguments args)
{
	const struct value *subject = args.at[0], *search = args.at[1];
	bool found = false;

	if (subject->kind == VALUE_STRING) {
		if (search->kind != VALUE_STRING)
			return jmespath_fail(e, "TypeError",
			    "'in <string>' requires string as left operand, not %s",
			    valuetext_class(search));
		return value_bool(search->count == 0 || memmem(subject->of.text, subject->count,
		    search->of.text, search->count) != NULL);
	}
	for (uint32_t i = 0; i < subject->count && !found; i++)
		found = jmespath_is_same(e, subject->of.items[i], search);
	return e->rc == SSM_OK ? value_bool(found) : NULL;
}

const struct value *
jmespath_keys(struct jmespath_evaluation *e, struct jmespath_arguments args)
{
	const struct value *object = args.at[0];
	size_t begin = jmespath_array_begin(e);

	for (uint32_t i = 0; i < object->count; i++)
		if (!jmespath_array_push(e, jmespath_made(e, value_string(e->arena,
		    object->of.members[i].name))))
			return NULL;
	return jmespath_array_end(e, begin);
}

const struct value *
jmespath_values(struct jmespath_evaluation *e, struct jmespath_arguments args)
{
	const struct value *object = args.at[0];
	size_t begin = jmespath_array_begin(e);

	for (uint32_t i = 0; i < object->count; i++)
		if (!jmespath_array_push(e, object->of.members[i].value))
			return NULL;
	return jmespath_array_end(e, begin);
}

const struct value *
jmespath_map(struct jmespath_evaluation *e, struct jmespath_arguments args)
{
	const struct value *array = args.at[1];
	size_t begin = jmespath_array_begin(e);

	for (uint32_t i = 0; i < array->count; i++)
		if (!jmespath_array_push(e, jmespath_visit(e, args.at[0]->of.expression,
		    array->of.items[i])))
			return NULL;
	return jmespath_array_end(e, begin);
}

/*
 * python-jmespath checks only the first argument's type and hands the others to dict.update(), which
 * takes what is empty and has texts of its own for the rest.
 */
static bool
check_merged(struct jmespath_evaluation *e, const struct value *merged)
{
	if (merged->kind == VALUE_OBJECT ||
	    ((merged->kind == VALUE_STRING || merged->kind == VALUE_ARRAY) && merged->count == 0))
		return true;
	if (merged->kind == VALUE_STRING)
		jmespath_fail(e, "ValueError",
		    "dictionary update sequence element #0 has length 1; 2 is required");
	else if (merged->kind == VALUE_ARRAY)
		jmespath_type_error(e, "merge", merged, "['object']", "array");
	else
		jmespath_fail(e, "TypeError", "'%s' object is not iterable", valuetext_class(merged));
	return false;
}

const struct value *
jmespath_merge(struct jmespath_evaluation *e, struct jmespath_arguments args)
{
	struct value_member *members;
	size_t count = 0;

	for (size_t i = 0; i < args.count; i++) {
		if (!check_merged(e, args.at[i]))
			return NULL;
		count += args.at[i]->count;
	}
	if ((members = arena_alloc(e->arena, count * sizeof *members)) == NULL)
		return jmespath_made(e, NULL);
	count = 0;
	for (size_t i = 0; i < args.count; i++)
		for (uint32_t k = 0; k < args.at[i]->count; k++)
			members[count++] = args.at[i]->of.members[k];
	if ((count = value_unique(members, count)) == SIZE_MAX) {
		e->rc = ssm_fail_memory(e->err);
		return NULL;
	}
	return jmespath_made(e, value_object(e->arena, members, count));
}

const struct value *
jmespath_not_null(struct jmespath_evaluation *e, struct jmespath_arguments args)
{
	(void)e;
	for (size_t i = 0; i < args.count; i++)
		if (args.at[i]->kind != VALUE_NULL)
			return args.at[i];
	return &value_null;
}

const struct value *
jmespath_to_array(struct jmespath_evaluation *e, struct jmespath_arguments args)
{
	size_t begin = jmespath_array_begin(e);

	if (args.at[0]->kind == VALUE_ARRAY)
		return args.at[0];
	return jmespath_array_push(e, args.at[0]) ? jmespath_array_end(e, begin) : NULL;
}

/* An expression has none. */
const struct value *
jmespath_type(struct jmespath_evaluation *e, struct jmespath_arguments args)
{
	if (args.at[0]->kind == VALUE_EXPRESSION)
		return &value_null;
	return jmespath_made(e, value_string(e->arena, view_of(jmespath_type_name(args.at[0]))));
}
