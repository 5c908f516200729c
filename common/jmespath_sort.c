/* JMESPath's functions that put values in order: sort, min, max and their forms with a key. */
#include <stdlib.h>

#include "jmespath_builtins.h"
#include "jmespath_compare.h"
#include "jmespath_functions.h"

struct keyed {
	const struct value *key, *value;
};

/* Keys of one sort are all strings or all numbers. */
static bool
is_less(const struct value *a, const struct value *b)
{
	if (a->kind == VALUE_STRING)
		return view_compare(value_text(a), value_text(b)) < 0;
	return jmespath_compare_numbers(a, b) == JMESPATH_LESS;
}

/* Merges the runs from[0 .. half - 1] and from[half .. count - 1]; what is equal keeps its order. */
static void
merge(struct keyed *to, const struct keyed *from, size_t half, size_t count)
{
	size_t left = 0, right = half;

	for (size_t i = 0; i < count; i++)
		if (right < count && (left == half || is_less(from[right].key, from[left].key)))
			to[i] = from[right++];
		else
			to[i] = from[left++];
}

static void
merge_sort(struct keyed *items, struct keyed *spare, size_t count)
{
	size_t half = count / 2;

	if (count < 2)
		return;
	merge_sort(items, spare, half);
	merge_sort(items + half, spare, count - half);
	memcpy(spare, items, count * sizeof *items);
	merge(items, spare, half, count);
}

/* An array of the sorted values. */
static const struct value *
sorted(struct jmespath_evaluation *e, struct keyed *items, struct keyed *spare, size_t count)
{
	size_t begin = jmespath_array_begin(e);

	merge_sort(items, spare, count);
	for (size_t i = 0; i < count; i++)
		if (!jmespath_array_push(e, items[i].value))
			return NULL;
	return jmespath_array_end(e, begin);
}

const struct value *
jmespath_sort(struct jmespath_evaluation *e, struct jmespath_arguments args)
{
	const struct value *array = args.at[0], *found = NULL;
	size_t count = array->count;
	struct keyed *items = malloc((2 * count + 1) * sizeof *items);

	if (items == NULL) {
		e->rc = ssm_fail_memory(e->err);
		return NULL;
	}
	for (size_t i = 0; i < count; i++)
		items[i] = (struct keyed){ array->of.items[i], array->of.items[i] };
	found = sorted(e, items, items + count, count);
	free(items);
	return found;
}

/* The key of an item, which must be one of the types. */
static const struct value *
key_of(struct jmespath_evaluation *e, const char *function, struct jmespath_arguments args,
    uint32_t i, const char *required)
{
	const struct value *key = jmespath_visit(e, args.at[1]->of.expression,
	    args.at[0]->of.items[i]);
	const char *type = key == NULL ? "" : jmespath_type_name(key);
	bool number = strcmp(type, "number") == 0, string = strcmp(type, "string") == 0;

	if (key == NULL || (required == NULL ? number || string : strcmp(type, required) == 0))
		return key;
	return jmespath_type_error(e, function, key, required == NULL ? "['number', 'string']" :
	    strcmp(required, "number") == 0 ? "['number']" : "['string']", type);
}

static bool
find_keys(struct jmespath_evaluation *e, struct jmespath_arguments args, struct keyed *items)
{
	const struct value *array = args.at[0];
	const struct value *first = jmespath_visit(e, args.at[1]->of.expression, array->of.items[0]);
	const char *type = first == NULL ? "" : jmespath_type_name(first);

	if (first == NULL)
		return false;
	if (strcmp(type, "number") != 0 && strcmp(type, "string") != 0)
		return jmespath_type_error(e, "sort_by", array->of.items[0],
		    "['string', 'number']", type) != NULL;
	for (uint32_t i = 0; i < array->count; i++) {
		items[i] = (struct keyed){ key_of(e, "sort_by", args, i, type), array->of.items[i] };
		if (items[i].key == NULL)
			return false;
	}
	return true;
}

const struct value *
jmespath_sort_by(struct jmespath_evaluation *e, struct jmespath_arguments args)
{
	size_t count = args.at[0]->count;
	const struct value *found = NULL;
	struct keyed *items;

	if (count == 0)
		return args.at[0];
	if ((items = malloc(2 * count * sizeof *items)) == NULL)
		e->rc = ssm_fail_memory(e->err);
	else if (find_keys(e, args, items))
		found = sorted(e, items, items + count, count);
	free(items);
	return found;
}

/* The first of the items that none comes before (operator "<") or behind (">"). */
static const struct value *
extreme(struct jmespath_evaluation *e, const char *function, struct jmespath_arguments args,
    const char *operator)
{
	const struct value *array = args.at[0], *best = NULL, *best_key = NULL;
	enum jmespath_order wanted = operator[0] == '<' ? JMESPATH_LESS : JMESPATH_MORE, order;

	for (uint32_t i = 0; i < array->count; i++) {
		const struct value *key = args.count == 1 ? array->of.items[i] :
		    key_of(e, function, args, i, NULL);

		if (key == NULL || (best != NULL &&
		    !jmespath_compare(e, key, best_key, operator, &order)))
			return NULL;
		if (best == NULL || order == wanted) {
			best = array->of.items[i];
			best_key = key;
		}
	}
	return best == NULL ? &value_null : best;
}

const struct value *
jmespath_max(struct jmespath_evaluation *e, struct jmespath_arguments args)
{
	return extreme(e, "max", args, ">");
}

const struct value *
jmespath_max_by(struct jmespath_evaluation *e, struct jmespath_arguments args)
{
	return extreme(e, "max_by", args, ">");
}

const struct value *
jmespath_min(struct jmespath_evaluation *e, struct jmespath_arguments args)
{
	return extreme(e, "min", args, "<");
}

const struct value *
jmespath_min_by(struct jmespath_evaluation *e, struct jmespath_arguments args)
{
	return extreme(e, "min_by", args, "<");
}
