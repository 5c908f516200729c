#include "json/value.h"

#include <stdio.h>
#include <stdlib.h>

#include "json/python.h"
#include "json/text.h"

const struct value value_null = { .kind = VALUE_NULL };
const struct value value_false = { .kind = VALUE_FALSE };
const struct value value_true = { .kind = VALUE_TRUE };
const struct value value_empty_string = { .kind = VALUE_STRING, .of.text = "" };
const struct value value_empty_array = { .kind = VALUE_ARRAY, .depth = 1 };
const struct value value_empty_object = { .kind = VALUE_OBJECT, .depth = 1 };

#define DIGIT(digit) { .kind = VALUE_INT, .count = 1, .of.text = digit }

/* Most numbers are short: these take no memory. */
static const struct value digits[] = {
	DIGIT("0"), DIGIT("1"), DIGIT("2"), DIGIT("3"), DIGIT("4"), DIGIT("5"), DIGIT("6"), DIGIT("7"),
	DIGIT("8"), DIGIT("9"),
};

const struct value *
value_member(const struct value *value, struct view name)
{
	if (value->kind != VALUE_OBJECT)
		return NULL;
	for (uint32_t i = 0; i < value->count; i++)
		if (view_equal(value->of.members[i].name, name))
			return value->of.members[i].value;
	return NULL;
}

double
value_double(const struct value *number)
{
	double found = 0;

	return jsontext_number(value_text(number), &found) ? found : 0;
}

static struct value *
new_value(struct arena *arena, enum value_kind kind, size_t count)
{
	struct value *made;

	if (count > UINT32_MAX || (made = arena_alloc(arena, sizeof *made)) == NULL) {
		arena->failed = true;
		return NULL;
	}
	*made = (struct value){ .kind = (uint8_t)kind, .count = (uint32_t)count };
	return made;
}

static const struct value *
new_text(struct arena *arena, enum value_kind kind, struct view text)
{
	struct value *made = new_value(arena, kind, text.len);

	if (made != NULL)
		made->of.text = text.ptr;
	return made;
}

const struct value *
value_string(struct arena *arena, struct view text)
{
	return text.len == 0 ? &value_empty_string : new_text(arena, VALUE_STRING, text);
}

static bool
is_int(struct view spelling)
{
	for (size_t i = spelling.ptr[0] == '-'; i < spelling.len; i++)
		if (spelling.ptr[i] < '0' || spelling.ptr[i] > '9')
			return false;
	return true;
}

enum value_kind
value_kind_of(struct view json)
{
	switch (json.ptr[0]) {
	case '{': return VALUE_OBJECT;
	case '[': return VALUE_ARRAY;
	case '"': return VALUE_STRING;
	case 'n': return VALUE_NULL;
	case 'f': return VALUE_FALSE;
	case 't': return VALUE_TRUE;
	default: return is_int(json) ? VALUE_INT : VALUE_FLOAT;
	}
}

const struct value *
value_number(struct arena *arena, struct view spelling)
{
	if (view_is(spelling, "-0"))
		spelling = VIEW("0");
	if (!is_int(spelling))
		return new_text(arena, VALUE_FLOAT, spelling);
	if (spelling.len == 1)
		return &digits[spelling.ptr[0] - '0'];
	return new_text(arena, VALUE_INT, spelling);
}

static const struct value *
copied_number(struct arena *arena, const char *text)
{
	struct view copy = arena_copy(arena, view_of(text));

	return copy.ptr == NULL ? NULL : value_number(arena, copy);
}

const struct value *
value_int(struct arena *arena, long long number)
{
	char text[24];

	snprintf(text, sizeof text, "%lld", number);
	return copied_number(arena, text);
}

const struct value *
value_float(struct arena *arena, double number)
{
	char text[PYTHON_FLOAT_MAX];

	python_float(text, number);
	return copied_number(arena, text);
}

const struct value *
value_expression(struct arena *arena, const void *expression)
{
	struct value *made = new_value(arena, VALUE_EXPRESSION, 0);

	if (made != NULL)
		made->of.expression = expression;
	return made;
}

/* Takes over the depth of a part; false for one that is missing, and where the value gets too deep. */
static bool
count_depth(unsigned *depth, const struct value *part)
{
	if (part == NULL || part->depth >= VALUE_DEPTH_MAX)
		return false;
	if (*depth <= part->depth)
		*depth = part->depth + 1u;
	return true;
}

const struct value *
value_array(struct arena *arena, const struct value *const *items, size_t count)
{
	struct value *made;
	unsigned depth = 1;

	for (size_t i = 0; i < count; i++)
		if (!count_depth(&depth, items[i]))
			return NULL;
	if ((made = new_value(arena, VALUE_ARRAY, count)) == NULL)
		return NULL;
	made->depth = (uint16_t)depth;
	made->of.items = items;
	return made;
}

const struct value *
value_object(struct arena *arena, const struct value_member *members, size_t count)
{
	struct value *made;
	unsigned depth = 1;

	for (size_t i = 0; i < count; i++)
		if (!count_depth(&depth, members[i].value))
			return NULL;
	if ((made = new_value(arena, VALUE_OBJECT, count)) == NULL)
		return NULL;
	made->depth = (uint16_t)depth;
	made->of.members = members;
	return made;
}

static int
compare_names(const void *a, const void *b)
{
	const struct value_member *first = *(const struct value_member *const *)a;
	const struct value_member *second = *(const struct value_member *const *)b;
	int order = view_compare(first->name, second->name);

	return order != 0 ? order : (first > second) - (first < second);
}

/* Drops the members that were marked by taking away their value. */
static size_t
close_ranks(struct value_member *members, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (members[i].value != NULL)
			members[kept++] = members[i];
	return kept;
}

static size_t
unique_few(struct value_member *members, size_t count)
{
	for (size_t i = 1; i < count; i++)
		for (size_t k = 0; k < i; k++)
			if (members[k].value != NULL && view_equal(members[i].name, members[k].name)) {
				members[k].value = members[i].value;
				members[i].value = NULL;
				break;
			}
	return close_ranks(members, count);
}

size_t
value_unique(struct value_member *members, size_t count)
{
	struct value_member **sorted, *first;

	if (count <= 16)
		return unique_few(members, count);
	if ((sorted = malloc(count * sizeof(struct value_member *))) == NULL)
		return SIZE_MAX;
	for (size_t i = 0; i < count; i++)
		sorted[i] = &members[i];
	qsort(sorted, count, sizeof(struct value_member *), compare_names);
	first = sorted[0];
	for (size_t i = 1; i < count; i++) {
		if (!view_equal(sorted[i]->name, first->name)) {
			first = sorted[i];
			continue;
		}
		first->value = sorted[i]->value;
		sorted[i]->value = NULL;
	}
	free(sorted);
	return close_ranks(members, count);
}

static bool
take(size_t *budget, size_t size)
{
	if (size >= *budget)
		return false;
	*budget -= size;
	return true;
}

bool
value_fits(const struct value *value, size_t *budget)
{
	uint32_t i = 0;

	switch (value->kind) {
	case VALUE_INT: case VALUE_FLOAT: case VALUE_STRING:
		return take(budget, (size_t)value->count + 1);
	case VALUE_ARRAY:
		while (i < value->count && value_fits(value->of.items[i], budget))
			i++;
		return i == value->count && take(budget, 1);
	case VALUE_OBJECT:
		while (i < value->count && take(budget, value->of.members[i].name.len) &&
		    value_fits(value->of.members[i].value, budget))
			i++;
		return i == value->count && take(budget, 1);
	default:
		return take(budget, 1);
	}
}
