#include "jmespath/eval.h"

#include "jmespath/builtins.h"
#include "jmespath/compare.h"

/* null, false, and empty strings, arrays and objects. */
static bool
is_false(const struct value *value)
{
	switch ((enum value_kind)value->kind) {
	case VALUE_NULL: case VALUE_FALSE:
		return true;
	case VALUE_STRING: case VALUE_ARRAY: case VALUE_OBJECT:
		return value->count == 0;
	default:
		return false;
	}
}

static const struct value *
eval_field(struct jmespath_run *run, const struct jmespath_node *node, const struct value *value)
{
	const struct value *found;

	if (value->kind != VALUE_OBJECT || !jmespath_work(run, value->count / 8))
		return run->rc == SSM_OK ? &value_null : NULL;
	found = value_member(value, node->name);
	return found == NULL ? &value_null : found;
}

static const struct value *
eval_index(const struct jmespath_node *node, const struct value *value)
{
	long long at = node->slice.start;

	if (value->kind != VALUE_ARRAY)
		return &value_null;
	if (at < 0)
		at += value->count;
	return at < 0 || at >= value->count ? &value_null : value->of.items[at];
}

static long long
clamp(long long number, long long least, long long most)
{
	return number < least ? least : number > most ? most : number;
}

/* Python's rule: an end counts from the back when negative, and is moved into the array. */
static long long
slice_end(bool has, long long given, long long fallback, long long len, bool down)
{
	if (!has)
		return fallback;
	if (given < 0)
		given += len;
	return clamp(given, down ? -1 : 0, down ? len - 1 : len);
}

static const struct value *
eval_slice(struct jmespath_run *run, const struct jmespath_node *node, const struct value *value)
{
	const struct jmespath_slice *slice = &node->slice;
	long long len = value->count, step = slice->has_step ? slice->step : 1, start, stop;
	size_t begin = jmespath_array_begin(run);
	bool down = step < 0;

	if (value->kind != VALUE_ARRAY)
		return &value_null;
	if (step == 0)
		return jmespath_fail(run, "ValueError", "slice step cannot be zero");
	start = slice_end(slice->has_start, slice->start, down ? len - 1 : 0, len, down);
	stop = slice_end(slice->has_stop, slice->stop, down ? -1 : len, len, down);
	for (long long at = start; down ? at > stop : at < stop; at += step)
		if (!jmespath_array_push(run, value->of.items[at]))
			return NULL;
	return jmespath_array_end(run, begin);
}

static const struct value *
eval_chain(struct jmespath_run *run, const struct jmespath_node *node, const struct value *value)
{
	for (const struct jmespath_node *child = node->first; child != NULL && value != NULL;
	    child = child->next)
		value = jmespath_eval(run, child, value);
	return value;
}

/* Item i of an array, member i's value of an object. */
static const struct value *
part_of(const struct value *value, uint32_t i)
{
	return value->kind == VALUE_ARRAY ? value->of.items[i] : value->of.members[i].value;
}

/* left, right and, for filters, the condition. Nulls drop out. */
static const struct value *
eval_projection(struct jmespath_run *run, const struct jmespath_node *node,
    const struct value *value)
{
	const struct jmespath_node *right = node->first->next, *condition = right->next;
	const struct value *base = jmespath_eval(run, node->first, value), *found;
	size_t begin = jmespath_array_begin(run);
	enum value_kind kind =
	    node->type == JMESPATH_NODE_VALUE_PROJECTION ? VALUE_OBJECT : VALUE_ARRAY;

	if (base == NULL || base->kind != kind)
		return base == NULL ? NULL : &value_null;
	for (uint32_t i = 0; i < base->count; i++) {
		const struct value *part = part_of(base, i);

		if (condition != NULL) {
			if ((found = jmespath_eval(run, condition, part)) == NULL)
				return NULL;
			if (is_false(found))
				continue;
		}
		if ((found = jmespath_eval(run, right, part)) == NULL ||
		    (found->kind != VALUE_NULL && !jmespath_array_push(run, found)))
			return NULL;
	}
	return jmespath_array_end(run, begin);
}

static const struct value *
eval_flatten(struct jmespath_run *run, const struct jmespath_node *node,
    const struct value *value)
{
	const struct value *base = jmespath_eval(run, node->first, value);
	size_t begin = jmespath_array_begin(run);

	if (base == NULL || base->kind != VALUE_ARRAY)
		return base == NULL ? NULL : &value_null;
	for (uint32_t i = 0; i < base->count; i++) {
		const struct value *item = base->of.items[i];

		if (item->kind != VALUE_ARRAY && !jmespath_array_push(run, item))
			return NULL;
		for (uint32_t k = 0; item->kind == VALUE_ARRAY && k < item->count; k++)
			if (!jmespath_array_push(run, item->of.items[k]))
				return NULL;
	}
	return jmespath_array_end(run, begin);
}

static bool
is_comparable(const struct value *value)
{
	return value_is_number(value) || value->kind == VALUE_STRING;
}

static bool
holds(enum jmespath_token_type operator, int order)
{
	switch (operator) {
	case JMESPATH_LT: return order == -1;
	case JMESPATH_GT: return order == 1;
	case JMESPATH_LTE: return order == -1 || order == 0;
	default: return order == 1 || order == 0;
	}
}

static const struct value *
eval_comparator(struct jmespath_run *run, const struct jmespath_node *node,
    const struct value *value)
{
	static const char *const spellings[] = { [JMESPATH_LT] = "<", [JMESPATH_LTE] = "<=",
		[JMESPATH_GT] = ">", [JMESPATH_GTE] = ">=" };
	const struct value *left = jmespath_eval(run, node->first, value);
	const struct value *right = left == NULL ? NULL : jmespath_eval(run, node->first->next, value);
	int order;
	bool equal;

	if (right == NULL)
		return NULL;
	if (node->operator == JMESPATH_EQ || node->operator == JMESPATH_NE) {
		equal = jmespath_equal(run, left, right);
		return run->rc == SSM_OK ? value_bool(equal == (node->operator == JMESPATH_EQ)) : NULL;
	}
	if (!is_comparable(left) || !is_comparable(right))
		return &value_null;
	if (!jmespath_compare(run, left, right, spellings[node->operator], &order))
		return NULL;
	return value_bool(holds(node->operator, order));
}

static const struct value *
eval_logic(struct jmespath_run *run, const struct jmespath_node *node, const struct value *value)
{
	const struct value *left = jmespath_eval(run, node->first, value);

	if (left == NULL || is_false(left) != (node->type == JMESPATH_NODE_OR))
		return left;
	return jmespath_eval(run, node->first->next, value);
}

static const struct value *
eval_not(struct jmespath_run *run, const struct jmespath_node *node, const struct value *value)
{
	const struct value *found = jmespath_eval(run, node->first, value);

	return found == NULL ? NULL : value_bool(is_false(found));
}

static const struct value *
eval_list(struct jmespath_run *run, const struct jmespath_node *node, const struct value *value)
{
	size_t begin = jmespath_array_begin(run);

	if (value->kind == VALUE_NULL)
		return value;
	for (const struct jmespath_node *child = node->first; child != NULL; child = child->next)
		if (!jmespath_array_push(run, jmespath_eval(run, child, value)))
			return NULL;
	return jmespath_array_end(run, begin);
}

static const struct value *
eval_hash(struct jmespath_run *run, const struct jmespath_node *node, const struct value *value)
{
	struct value_member *members;
	size_t count = 0;

	if (value->kind == VALUE_NULL)
		return value;
	if ((members = arena_alloc(run->arena, node->count * sizeof *members)) == NULL)
		return jmespath_made(run, NULL);
	for (const struct jmespath_node *pair = node->first; pair != NULL; pair = pair->next) {
		const struct value *found = jmespath_eval(run, pair->first, value);

		if (found == NULL)
			return NULL;
		members[count++] = (struct value_member){ pair->name, found };
	}
	return jmespath_made_object(run, members, count);
}

/* The arguments, made from the value, then the function on them. */
static const struct value *
eval_function(struct jmespath_run *run, const struct jmespath_node *node, const struct value *value)
{
	const struct value **args = arena_alloc(run->arena, node->count * sizeof *args);
	size_t count = 0;

	if (args == NULL)
		return jmespath_made(run, NULL);
	for (const struct jmespath_node *child = node->first; child != NULL; child = child->next)
		if ((args[count++] = jmespath_eval(run, child, value)) == NULL)
			return NULL;
	return jmespath_call(run, node->name, (struct jmespath_arguments){ .at = args, .count = count });
}

const struct value *
jmespath_eval(struct jmespath_run *run, const struct jmespath_node *node,
    const struct value *value)
{
	if (!jmespath_work(run, 1))
		return NULL;
	switch (node->type) {
	case JMESPATH_NODE_IDENTITY:	return value;
	case JMESPATH_NODE_FIELD:	return eval_field(run, node, value);
	case JMESPATH_NODE_INDEX:	return eval_index(node, value);
	case JMESPATH_NODE_SLICE:	return eval_slice(run, node, value);
	case JMESPATH_NODE_LITERAL:	return node->literal;
	case JMESPATH_NODE_CHAIN:
	case JMESPATH_NODE_INDEX_CHAIN:	return eval_chain(run, node, value);
	case JMESPATH_NODE_PROJECTION:
	case JMESPATH_NODE_VALUE_PROJECTION:
	case JMESPATH_NODE_FILTER_PROJECTION:
					return eval_projection(run, node, value);
	case JMESPATH_NODE_FLATTEN:	return eval_flatten(run, node, value);
	case JMESPATH_NODE_COMPARATOR:	return eval_comparator(run, node, value);
	case JMESPATH_NODE_OR:
	case JMESPATH_NODE_AND:		return eval_logic(run, node, value);
	case JMESPATH_NODE_NOT:		return eval_not(run, node, value);
	case JMESPATH_NODE_EXPREF:
		return jmespath_made(run, value_expression(run->arena, node->first));
	case JMESPATH_NODE_FUNCTION:	return eval_function(run, node, value);
	case JMESPATH_NODE_LIST:	return eval_list(run, node, value);
	case JMESPATH_NODE_HASH:	return eval_hash(run, node, value);
	case JMESPATH_NODE_PAIR:	break;		/* eval_hash sees to them */
	}
	return NULL;
}
