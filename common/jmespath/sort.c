/* JMESPath's functions that put values in order: sort, min, max and their forms with a key. */
#include <math.h>
#include <stdlib.h>

#include "jmespath/builtins.h"
#include "jmespath/compare.h"

struct keyed {
	const struct value *key, *const *item;
};

/* Keys of one sort are all strings or all numbers; what is equal keeps its order. */
static int
by_key(const void *a, const void *b)
{
	const struct keyed *left = a, *right = b;
	int order = JMESPATH_UNORDERED;

	if (jmespath_order(left->key, right->key, &order) && order == JMESPATH_UNORDERED)
		order = isnan(value_double(left->key)) - isnan(value_double(right->key));
	return order != 0 ? order : (left->item > right->item) - (left->item < right->item);
}

/* The key of an item, which is of one of the types; without an expression it is the item. */
static const struct value *
key_of(struct jmespath_run *run, struct jmespath_arguments args, uint32_t i, const char *required)
{
	const struct value *item = args.at[0]->of.items[i];
	const struct value *key = args.count == 1 ? item :
	    run->evaluate(run, args.at[1]->of.expression, item);
	const char *type = key == NULL ? "" : jmespath_type_name(key);
	bool number = strcmp(type, "number") == 0, string = strcmp(type, "string") == 0;

	if (key == NULL || args.count == 1 ||
	    (required == NULL ? number || string : strcmp(type, required) == 0))
		return key;
	return jmespath_type_error(run, args.function, key, required == NULL ? "['number', 'string']" :
	    strcmp(required, "number") == 0 ? "['number']" : "['string']", type);
}

static bool
find_keys(struct jmespath_run *run, struct jmespath_arguments args, struct keyed *items)
{
	const struct value *array = args.at[0];
	const struct value *first = args.count == 1 ? array->of.items[0] :
	    run->evaluate(run, args.at[1]->of.expression, array->of.items[0]);
	const char *type = first == NULL ? "" : jmespath_type_name(first);

	if (first == NULL)
		return false;
	if (strcmp(type, "number") != 0 && strcmp(type, "string") != 0)
		return jmespath_type_error(run, args.function, array->of.items[0],
		    "['string', 'number']", type) != NULL;
	for (uint32_t i = 0; i < array->count; i++) {
		items[i] = (struct keyed){ key_of(run, args, i, type), &array->of.items[i] };
		if (items[i].key == NULL)
			return false;
	}
	return true;
}

const struct value *
jmespath_sort(struct jmespath_run *run, struct jmespath_arguments args)
{
	size_t count = args.at[0]->count, begin = jmespath_array_begin(run), pushed = 0;
	struct keyed *items;

	if (count == 0)
		return args.at[0];
	if ((items = malloc(count * sizeof *items)) == NULL)
		return jmespath_fail_memory(run);
	if (find_keys(run, args, items)) {
		qsort(items, count, sizeof *items, by_key);
		while (pushed < count && jmespath_array_push(run, *items[pushed].item))
			pushed++;
	}
	free(items);
	return pushed == count ? jmespath_array_end(run, begin) : NULL;
}

/* The first of the items that none comes before (min, min_by) or behind. */
const struct value *
jmespath_extreme(struct jmespath_run *run, struct jmespath_arguments args)
{
	const struct value *array = args.at[0], *best = NULL, *best_key = NULL;
	bool least = strncmp(args.function, "min", 3) == 0;
	int order = 0;

	for (uint32_t i = 0; i < array->count; i++) {
		const struct value *key = key_of(run, args, i, NULL);

		if (key == NULL || (best != NULL &&
		    !jmespath_compare(run, key, best_key, least ? "<" : ">", &order)))
			return NULL;
		if (best == NULL || order == (least ? -1 : 1)) {
			best = array->of.items[i];
			best_key = key;
		}
	}
	return best == NULL ? &value_null : best;
}
