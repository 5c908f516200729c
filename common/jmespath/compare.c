#include "jmespath/compare.h"

#include <math.h>
#include <stdio.h>

#include "json/value_text.h"

static int
sign_of(int order)
{
	return (order > 0) - (order < 0);
}

/* Spellings of ints: no needless zeros or signs, so that more digits are a larger number. */
static int
compare_ints(struct view a, struct view b)
{
	bool negative = a.ptr[0] == '-';
	int order;

	if (negative != (b.ptr[0] == '-'))
		return negative ? -1 : 1;
	order = a.len != b.len ? (a.len > b.len) - (a.len < b.len) : sign_of(view_compare(a, b));
	return negative ? -order : order;
}

static int
compare_doubles(double a, double b)
{
	return isnan(a) || isnan(b) ? JMESPATH_UNORDERED : (a > b) - (a < b);
}

/* From 2^53 on there is nothing behind the point. (trunc() would need libm.) */
double
jmespath_whole_part(double number)
{
	return fabs(number) < 9007199254740992.0 ? (double)(long long)number : number;
}

/* Exact: first the whole part, digit by digit, then what is behind the point. */
static int
compare_int_to_double(struct view whole, double number)
{
	char text[400];
	int order;

	if (!isfinite(number))
		return compare_doubles(0, number);
	snprintf(text, sizeof text, "%.0f", jmespath_whole_part(number));
	order = compare_ints(whole, view_is(view_of(text), "-0") ? VIEW("0") : view_of(text));
	return order != 0 ? order : compare_doubles(jmespath_whole_part(number), number);
}

static int
compare_numbers(const struct value *a, const struct value *b)
{
	int order;

	if (a->kind == VALUE_INT && b->kind == VALUE_INT)
		return compare_ints(value_text(a), value_text(b));
	if (a->kind == VALUE_INT)
		return compare_int_to_double(value_text(a), value_double(b));
	if (b->kind != VALUE_INT)
		return compare_doubles(value_double(a), value_double(b));
	order = compare_int_to_double(value_text(b), value_double(a));
	return order == JMESPATH_UNORDERED ? order : -order;
}

bool
jmespath_order(const struct value *a, const struct value *b, int *order)
{
	if (value_is_number(a) && value_is_number(b))
		*order = compare_numbers(a, b);
	else if (a->kind == VALUE_STRING && b->kind == VALUE_STRING)
		*order = sign_of(view_compare(value_text(a), value_text(b)));
	else
		return false;
	return true;
}

bool
jmespath_compare(struct jmespath_run *run, const struct value *a, const struct value *b,
    const char *operator, int *order)
{
	return jmespath_order(a, b, order) || jmespath_fail(run, "TypeError",
	    "'%s' not supported between instances of '%s' and '%s'", operator, valuetext_class(a),
	    valuetext_class(b)) != NULL;
}

static bool
is_bool(const struct value *value)
{
	return value->kind == VALUE_TRUE || value->kind == VALUE_FALSE;
}

/* Python's booleans are the numbers 0 and 1. */
static const struct value *
number_of(const struct value *value)
{
	static const struct value zero = { .kind = VALUE_INT, .count = 1, .of.text = "0" };
	static const struct value one = { .kind = VALUE_INT, .count = 1, .of.text = "1" };

	return !is_bool(value) ? value : value->kind == VALUE_TRUE ? &one : &zero;
}

static bool
arrays_equal(struct jmespath_run *run, const struct value *a, const struct value *b)
{
	for (uint32_t i = 0; i < a->count; i++)
		if (!jmespath_is_same(run, a->of.items[i], b->of.items[i]))
			return false;
	return true;
}

static bool
objects_equal(struct jmespath_run *run, const struct value *a, const struct value *b)
{
	for (uint32_t i = 0; i < a->count; i++) {
		const struct value_member *member = &a->of.members[i], *beside = &b->of.members[i];
		const struct value *other = beside->value;

		if (!view_equal(member->name, beside->name)) {
			if (!jmespath_work(run, b->count / 8))
				return false;
			other = value_member(b, member->name);
		}
		if (other == NULL || !jmespath_is_same(run, member->value, other))
			return false;
	}
	return true;
}

static bool
python_equal(struct jmespath_run *run, const struct value *a, const struct value *b)
{
	if (!jmespath_work(run, 1))
		return false;
	a = number_of(a);
	b = number_of(b);
	if (value_is_number(a) && value_is_number(b))
		return compare_numbers(a, b) == 0;
	if (a->kind != b->kind || a->count != b->count)
		return false;
	switch ((enum value_kind)a->kind) {
	case VALUE_NULL:	return true;
	case VALUE_STRING:	return view_equal(value_text(a), value_text(b));
	case VALUE_ARRAY:	return arrays_equal(run, a, b);
	case VALUE_OBJECT:	return objects_equal(run, a, b);
	default:		return a == b;
	}
}

bool
jmespath_is_same(struct jmespath_run *run, const struct value *a, const struct value *b)
{
	return a == b || python_equal(run, a, b);
}

bool
jmespath_equal(struct jmespath_run *run, const struct value *a, const struct value *b)
{
	if ((value_is_number(a) && is_bool(b)) || (is_bool(a) && value_is_number(b)))
		return false;
	return python_equal(run, a, b);
}
