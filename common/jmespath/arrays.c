/* JMESPath's functions on arrays and objects, and on values of any kind. */
#include "jmespath/builtins.h"
#include "jmespath/compare.h"
#include "json/value_text.h"

const struct value *
jmespath_contains(struct jmespath_run *run, struct jmespath_arguments args)
{
	const struct value *subject = args.at[0], *search = args.at[1];
	bool found = false;

	if (subject->kind == VALUE_STRING) {
		if (search->kind != VALUE_STRING)
			return jmespath_fail(run, "TypeError",
			    "'in <string>' requires string as left operand, not %s",
			    valuetext_class(search));
		return value_bool(search->count == 0 || memmem(subject->of.text, subject->count,
		    search->of.text, search->count) != NULL);
	}
	for (uint32_t i = 0; i < subject->count && !found; i++)
		found = jmespath_is_same(run, subject->of.items[i], search);
	return run->rc == SSM_OK ? value_bool(found) : NULL;
}

const struct value *
jmespath_keys(struct jmespath_run *run, struct jmespath_arguments args)
{
	const struct value *object = args.at[0];
	size_t begin = jmespath_array_begin(run);

	for (uint32_t i = 0; i < object->count; i++)
		if (!jmespath_array_push(run, jmespath_made(run, value_string(run->arena,
		    object->of.members[i].name))))
			return NULL;
	return jmespath_array_end(run, begin);
}

const struct value *
jmespath_values(struct jmespath_run *run, struct jmespath_arguments args)
{
	const struct value *object = args.at[0];
	size_t begin = jmespath_array_begin(run);

	for (uint32_t i = 0; i < object->count; i++)
		if (!jmespath_array_push(run, object->of.members[i].value))
			return NULL;
	return jmespath_array_end(run, begin);
}

const struct value *
jmespath_map(struct jmespath_run *run, struct jmespath_arguments args)
{
	const struct value *array = args.at[1];
	size_t begin = jmespath_array_begin(run);

	for (uint32_t i = 0; i < array->count; i++)
		if (!jmespath_array_push(run, run->evaluate(run, args.at[0]->of.expression,
		    array->of.items[i])))
			return NULL;
	return jmespath_array_end(run, begin);
}

const struct value *
jmespath_merge(struct jmespath_run *run, struct jmespath_arguments args)
{
	struct value_member *members;
	size_t count = 0;

	for (size_t i = 0; i < args.count; i++)
		count += args.at[i]->count;
	if ((members = arena_alloc(run->arena, count * sizeof *members)) == NULL)
		return jmespath_made(run, NULL);
	count = 0;
	for (size_t i = 0; i < args.count; i++)
		for (uint32_t k = 0; k < args.at[i]->count; k++)
			members[count++] = args.at[i]->of.members[k];
	return jmespath_made_object(run, members, count);
}

const struct value *
jmespath_not_null(struct jmespath_run *run, struct jmespath_arguments args)
{
	(void)run;
	for (size_t i = 0; i < args.count; i++)
		if (args.at[i]->kind != VALUE_NULL)
			return args.at[i];
	return &value_null;
}

const struct value *
jmespath_to_array(struct jmespath_run *run, struct jmespath_arguments args)
{
	size_t begin = jmespath_array_begin(run);

	if (args.at[0]->kind == VALUE_ARRAY)
		return args.at[0];
	return jmespath_array_push(run, args.at[0]) ? jmespath_array_end(run, begin) : NULL;
}

/* An expression has none. */
const struct value *
jmespath_type(struct jmespath_run *run, struct jmespath_arguments args)
{
	if (args.at[0]->kind == VALUE_EXPRESSION)
		return &value_null;
	return jmespath_made(run, value_string(run->arena, view_of(jmespath_type_name(args.at[0]))));
}
