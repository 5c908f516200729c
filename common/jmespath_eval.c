#include "jmespath_eval.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "jmespath_compare.h"
#include "jmespath_functions.h"

const struct value *
jmespath_fail(struct jmespath_evaluation *e, const char *exception, const char *format, ...)
{
	char text[4 * SSM_MESSAGE_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	e->rc = ssm_fail(e->err, SSM_E_OTHER, exception, "%s", text);
	return NULL;
}

const struct value *
jmespath_too_large(struct jmespath_evaluation *e)
{
	return jmespath_fail(e, "MemoryError", "the query needs more than %zu bytes of memory",
	    e->arena->max);
}

const struct value *
jmespath_made(struct jmespath_evaluation *e, const struct value *value)
{
	if (value != NULL || e->rc != SSM_OK)
		return value;
	if (!e->arena->failed)
		return jmespath_fail(e, "RecursionError", "the query's result is nested more than %d deep",
		    VALUE_DEPTH_MAX);
	if (e->arena->full)
		return jmespath_too_large(e);
	e->rc = ssm_fail_memory(e->err);
	return NULL;
}

bool
jmespath_work(struct jmespath_evaluation *e, size_t steps)
{
	if (e->rc == SSM_OK && e->work <= steps)
		jmespath_fail(e, "MemoryError", "the query takes more than %d steps", JMESPATH_WORK_MAX);
	if (e->rc == SSM_OK)
		e->work -= steps;
	return e->rc == SSM_OK;
}

size_t
jmespath_array_begin(const struct jmespath_evaluation *e)
{
	return e->count;
}

/* The cap of the arena, in which the items end up, is theirs too. */
static bool
grow(struct jmespath_evaluation *e)
{
	size_t room = e->room == 0 ? 64 : 2 * e->room;
	const struct value **grown = NULL;

	if (e->count < e->arena->max / sizeof *grown)
		grown = reallocarray(e->pending, room, sizeof *grown);
	else
		jmespath_too_large(e);
	if (grown == NULL) {
		if (e->rc == SSM_OK)
			e->rc = ssm_fail_memory(e->err);
		return false;
	}
	e->pending = grown;
	e->room = room;
	return true;
}

bool
jmespath_array_push(struct jmespath_evaluation *e, const struct value *item)
{
	if (item == NULL || (e->count == e->room && !grow(e)))
		return false;
	e->pending[e->count++] = item;
	return true;
}

const struct value *
jmespath_array_end(struct jmespath_evaluation *e, size_t begin)
{
	size_t count = e->count - begin, size = count * sizeof(const struct value *);
	const struct value **items;

	e->count = begin;
	if (count == 0)
		return &value_empty_array;
	if ((items = arena_alloc(e->arena, size)) == NULL)
		return jmespath_made(e, NULL);
	memcpy(items, e->pending + begin, size);
	return jmespath_made(e, value_array(e->arena, items, count));
}

bool
jmespath_is_false(const struct value *value)
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
visit_field(struct jmespath_evaluation *e, const struct jmespath_node *node, const struct value *value)
{
	const struct value *found;

	if (value->kind != VALUE_OBJECT || !jmespath_work(e, value->count / 8))
		return e->rc == SSM_OK ? &value_null : NULL;
	found = value_member(value, node->name);
	return found == NULL ? &value_null : found;
}

static const struct value *
visit_index(const struct jmespath_node *node, const struct value *value)
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
slice_end(bool has, long long given, long long otherwise, long long len, bool down)
{
	if (!has)
		return otherwise;
	if (given < 0)
		given += len;
	return clamp(given, down ? -1 : 0, down ? len - 1 : len);
}

static const struct value *
visit_slice(struct jmespath_evaluation *e, const struct jmespath_node *node, const struct value *value)
{
	const struct jmespath_slice *slice = &node->slice;
	long long len = value->count, step = slice->has_step ? slice->step : 1, start, stop;
	size_t begin = jmespath_array_begin(e);
	bool down = step < 0;

	if (value->kind != VALUE_ARRAY)
		return &value_null;
	if (step == 0)
		return jmespath_fail(e, "ValueError", "slice step cannot be zero");
	start = slice_end(slice->has_start, slice->start, down ? len - 1 : 0, len, down);
	stop = slice_end(slice->has_stop, slice->stop, down ? -1 : len, len, down);
	for (long long at = start; down ? at > stop : at < stop; at += step)
		if (!jmespath_array_push(e, value->of.items[at]))
			return NULL;
	return jmespath_array_end(e, begin);
}

static const struct value *
visit_chain(struct jmespath_evaluation *e, const struct jmespath_node *node, const struct value *value)
{
	for (const struct jmespath_node *child = node->first; child != NULL && value != NULL;
	    child = child->next)
		value = jmespath_visit(e, child, value);
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
visit_projection(struct jmespath_evaluation *e, const struct jmespath_node *node,
    const struct value *value)
{
	const struct jmespath_node *right = node->first->next, *condition = right->next;
	const struct value *base = jmespath_visit(e, node->first, value), *found;
	size_t begin = jmespath_array_begin(e);
	enum value_kind kind =
	    node->type == JMESPATH_NODE_VALUE_PROJECTION ? VALUE_OBJECT : VALUE_ARRAY;

	if (base == NULL || base->kind != kind)
		return base == NULL ? NULL : &value_null;
	for (uint32_t i = 0; i < base->count; i++) {
		const struct value *part = part_of(base, i);

		if (condition != NULL) {
			if ((found = jmespath_visit(e, condition, part)) == NULL)
				return NULL;
			if (jmespath_is_false(found))
				continue;
		}
		if ((found = jmespath_visit(e, right, part)) == NULL ||
		    (found->kind != VALUE_NULL && !jmespath_array_push(e, found)))
			return NULL;
	}
	return jmespath_array_end(e, begin);
}

static const struct value *
visit_flatten(struct jmespath_evaluation *e, const struct jmespath_node *node,
    const struct value *value)
{
	const struct value *base = jmespath_visit(e, node->first, value);
	size_t begin = jmespath_array_begin(e);

	if (base == NULL || base->kind != VALUE_ARRAY)
		return base == NULL ? NULL : &value_null;
	for (uint32_t i = 0; i < base->count; i++) {
		const struct value *item = base->of.items[i];

		if (item->kind != VALUE_ARRAY && !jmespath_array_push(e, item))
			return NULL;
		for (uint32_t k = 0; item->kind == VALUE_ARRAY && k < item->count; k++)
			if (!jmespath_array_push(e, item->of.items[k]))
				return NULL;
	}
	return jmespath_array_end(e, begin);
}

static bool
is_comparable(const struct value *value)
{
	return value_is_number(value) || value->kind == VALUE_STRING;
}

static bool
holds(enum jmespath_comparator comparator, enum jmespath_order order)
{
	switch (comparator) {
	case JMESPATH_IS_LESS:		return order == JMESPATH_LESS;
	case JMESPATH_IS_MORE:		return order == JMESPATH_MORE;
	case JMESPATH_IS_AT_MOST:	return order == JMESPATH_LESS || order == JMESPATH_SAME;
	default:			return order == JMESPATH_MORE || order == JMESPATH_SAME;
	}
}

static const struct value *
visit_comparator(struct jmespath_evaluation *e, const struct jmespath_node *node,
    const struct value *value)
{
	static const char *const operators[] = { "==", "!=", "<", ">", "<=", ">=" };
	const struct value *left = jmespath_visit(e, node->first, value);
	const struct value *right = left == NULL ? NULL : jmespath_visit(e, node->first->next, value);
	enum jmespath_order order;
	bool equal;

	if (right == NULL)
		return NULL;
	if (node->comparator <= JMESPATH_IS_UNEQUAL) {
		equal = jmespath_equal(e, left, right);
		return e->rc == SSM_OK ? value_bool(equal == (node->comparator == JMESPATH_IS_EQUAL)) :
		    NULL;
	}
	if (!is_comparable(left) || !is_comparable(right))
		return &value_null;
	if (!jmespath_compare(e, left, right, operators[node->comparator], &order))
		return NULL;
	return value_bool(holds(node->comparator, order));
}

static const struct value *
visit_logic(struct jmespath_evaluation *e, const struct jmespath_node *node, const struct value *value)
{
	const struct value *left = jmespath_visit(e, node->first, value);

	if (left == NULL || jmespath_is_false(left) != (node->type == JMESPATH_NODE_OR))
		return left;
	return jmespath_visit(e, node->first->next, value);
}

static const struct value *
visit_not(struct jmespath_evaluation *e, const struct jmespath_node *node, const struct value *value)
{
	const struct value *found = jmespath_visit(e, node->first, value);

	return found == NULL ? NULL : value_bool(jmespath_is_false(found));
}

static const struct value *
visit_list(struct jmespath_evaluation *e, const struct jmespath_node *node, const struct value *value)
{
	size_t begin = jmespath_array_begin(e);

	if (value->kind == VALUE_NULL)
		return value;
	for (const struct jmespath_node *child = node->first; child != NULL; child = child->next)
		if (!jmespath_array_push(e, jmespath_visit(e, child, value)))
			return NULL;
	return jmespath_array_end(e, begin);
}

static const struct value *
visit_hash(struct jmespath_evaluation *e, const struct jmespath_node *node, const struct value *value)
{
	struct value_member *members;
	size_t count = 0;

	if (value->kind == VALUE_NULL)
		return value;
	if ((members = arena_alloc(e->arena, node->count * sizeof *members)) == NULL)
		return jmespath_made(e, NULL);
	for (const struct jmespath_node *pair = node->first; pair != NULL; pair = pair->next) {
		const struct value *found = jmespath_visit(e, pair->first, value);

		if (found == NULL)
			return NULL;
		members[count++] = (struct value_member){ pair->name, found };
	}
	if ((count = value_unique(members, count)) == SIZE_MAX)
		e->rc = ssm_fail_memory(e->err);
	return e->rc != SSM_OK ? NULL : jmespath_made(e, value_object(e->arena, members, count));
}

const struct value *
jmespath_visit(struct jmespath_evaluation *e, const struct jmespath_node *node,
    const struct value *value)
{
	if (!jmespath_work(e, 1))
		return NULL;
	switch (node->type) {
	case JMESPATH_NODE_IDENTITY:	return value;
	case JMESPATH_NODE_FIELD:	return visit_field(e, node, value);
	case JMESPATH_NODE_INDEX:	return visit_index(node, value);
	case JMESPATH_NODE_SLICE:	return visit_slice(e, node, value);
	case JMESPATH_NODE_LITERAL:	return node->literal;
	case JMESPATH_NODE_CHAIN:
	case JMESPATH_NODE_INDEX_CHAIN:	return visit_chain(e, node, value);
	case JMESPATH_NODE_PROJECTION:
	case JMESPATH_NODE_VALUE_PROJECTION:
	case JMESPATH_NODE_FILTER_PROJECTION:
					return visit_projection(e, node, value);
	case JMESPATH_NODE_FLATTEN:	return visit_flatten(e, node, value);
	case JMESPATH_NODE_COMPARATOR:	return visit_comparator(e, node, value);
	case JMESPATH_NODE_OR:
	case JMESPATH_NODE_AND:		return visit_logic(e, node, value);
	case JMESPATH_NODE_NOT:		return visit_not(e, node, value);
	case JMESPATH_NODE_EXPREF:
		return jmespath_made(e, value_expression(e->arena, node->first));
	case JMESPATH_NODE_FUNCTION:	return jmespath_call(e, node, value);
	case JMESPATH_NODE_LIST:	return visit_list(e, node, value);
	case JMESPATH_NODE_HASH:	return visit_hash(e, node, value);
	case JMESPATH_NODE_PAIR:	break;		/* visit_hash sees to them */
	}
	return NULL;
}
