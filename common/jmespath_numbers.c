/* JMESPath's functions on numbers, with ints of any length and floats as Python has them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "blank.h"
#include "jmespath_bigint.h"
#include "jmespath_builtins.h"
#include "jmespath_compare.h"

/* Python makes no int of more digits. */
#define PYTHON_DIGITS_MAX 4300

/* An int of up to this many characters fits a long long. */
#define LONG_LEN_MAX 18

static const struct value *
made_float(struct jmespath_evaluation *e, double number)
{
	return jmespath_made(e, value_float(e->arena, number));
}

static const struct value *
made_number(struct jmespath_evaluation *e, struct view spelling)
{
	return jmespath_made(e, spelling.ptr == NULL ? NULL : value_number(e->arena, spelling));
}

const struct value *
jmespath_abs(struct jmespath_evaluation *e, struct jmespath_arguments args)
{
	const struct value *number = args.at[0];
	struct view text = value_text(number);

	if (number->kind == VALUE_FLOAT)
		return made_float(e, fabs(value_double(number)));
	return text.ptr[0] == '-' ? made_number(e, view_slice(text, 1, text.len)) : number;
}

static const struct value *
whole(struct jmespath_evaluation *e, const struct value *number, bool up)
{
	double value = number->kind == VALUE_INT ? 0 : value_double(number);
	double cut;
	char text[400];

	if (number->kind == VALUE_INT)
		return number;
	if (isnan(value))
		return jmespath_fail(e, "ValueError", "cannot convert float NaN to integer");
	if (isinf(value))
		return jmespath_fail(e, "OverflowError", "cannot convert float infinity to integer");
	cut = jmespath_whole_part(value);
	snprintf(text, sizeof text, "%.0f", up ? cut + (cut < value) : cut - (cut > value));
	return made_number(e, arena_copy(e->arena, view_of(text)));
}

const struct value *
jmespath_ceil(struct jmespath_evaluation *e, struct jmespath_arguments args)
{
	return whole(e, args.at[0], true);
}

const struct value *
jmespath_floor(struct jmespath_evaluation *e, struct jmespath_arguments args)
{
	return whole(e, args.at[0], false);
}

/* A sum under way: ints exactly, in `little` as long as it can, until the first float. */
struct sum {
	struct arena *arena;
	struct view large;
	long long little;
	double number;
	bool is_float;
};

static struct view
spell(struct arena *arena, long long number)
{
	char text[24];

	snprintf(text, sizeof text, "%lld", number);
	return arena_copy(arena, view_of(text));
}

static bool
add_large(struct sum *sum, struct view text)
{
	if (text.ptr != NULL)
		sum->large = jmespath_bigint_add(sum->arena, sum->large, text);
	return text.ptr != NULL && sum->large.ptr != NULL;
}

static bool
add_int(struct sum *sum, const struct value *number)
{
	struct view text = value_text(number);
	char spelling[LONG_LEN_MAX + 1];
	long long added;

	if (text.len > LONG_LEN_MAX)
		return add_large(sum, text);
	memcpy(spelling, text.ptr, text.len);
	spelling[text.len] = '\0';
	added = strtoll(spelling, NULL, 10);
	if (!__builtin_add_overflow(sum->little, added, &added)) {
		sum->little = added;
		return true;
	}
	if (!add_large(sum, spell(sum->arena, sum->little)))
		return false;
	sum->little = strtoll(spelling, NULL, 10);
	return true;
}

/* The ints' sum; VIEW_NONE when memory ended. */
static struct view
exact(struct sum *sum)
{
	struct view little = spell(sum->arena, sum->little);

	if (little.ptr == NULL || view_is(sum->large, "0"))
		return little;
	return jmespath_bigint_add(sum->arena, sum->large, little);
}

/* An int as a float, which Python refuses when it is too large. */
static bool
as_float(struct jmespath_evaluation *e, const struct value *number, double *out)
{
	if (number == NULL)
		return false;
	*out = value_double(number);
	if (number->kind == VALUE_INT && isinf(*out))
		return jmespath_fail(e, "OverflowError", "int too large to convert to float") != NULL;
	return true;
}

static bool
add(struct jmespath_evaluation *e, struct sum *sum, const struct value *number)
{
	double value;

	if (!sum->is_float && number->kind == VALUE_INT)
		return add_int(sum, number) || jmespath_made(e, NULL) != NULL;
	if (!sum->is_float && !as_float(e, made_number(e, exact(sum)), &sum->number))
		return false;
	sum->is_float = true;
	if (!as_float(e, number, &value))
		return false;
	sum->number += value;
	return true;
}

const struct value *
jmespath_sum(struct jmespath_evaluation *e, struct jmespath_arguments args)
{
	const struct value *array = args.at[0];
	struct sum sum = { .arena = e->arena, .large = VIEW("0") };

	for (uint32_t i = 0; i < array->count; i++)
		if (!add(e, &sum, array->of.items[i]))
			return NULL;
	return sum.is_float ? made_float(e, sum.number) : made_number(e, exact(&sum));
}

const struct value *
jmespath_avg(struct jmespath_evaluation *e, struct jmespath_arguments args)
{
	double sum;

	if (args.at[0]->count == 0)
		return &value_null;
	if (!as_float(e, jmespath_sum(e, args), &sum))
		return NULL;
	return made_float(e, sum / (double)args.at[0]->count);
}

/* Digits with single underscores between them, which are left out; how much of text they are. */
static size_t
take_digits(struct bytes *out, struct view text)
{
	size_t at = 0;

	while (at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9') {
		bytes_add_char(out, text.ptr[at++]);
		if (at + 1 < text.len && text.ptr[at] == '_' && text.ptr[at + 1] >= '0' &&
		    text.ptr[at + 1] <= '9')
			at++;
	}
	return at;
}

static void
skip(struct view *text, size_t len)
{
	*text = view_slice(*text, len, text->len);
}

static void
take_sign(struct bytes *out, struct view *text)
{
	if (text->len == 0 || (text->ptr[0] != '-' && text->ptr[0] != '+'))
		return;
	bytes_add_char(out, text->ptr[0]);
	skip(text, 1);
}

static bool
is_word(struct view text)
{
	return view_equal_nocase(text, VIEW("inf")) || view_equal_nocase(text, VIEW("infinity")) ||
	    view_equal_nocase(text, VIEW("nan"));
}

/* What strtod() reads as Python's float() reads the text; false when Python would not. */
static bool
take_float(struct bytes *out, struct view text)
{
	size_t before, behind = 0, exponent;

	take_sign(out, &text);
	if (is_word(text)) {
		bytes_add(out, text);
		return true;
	}
	skip(&text, before = take_digits(out, text));
	if (text.len > 0 && text.ptr[0] == '.') {
		bytes_add_char(out, '.');
		skip(&text, 1);
		skip(&text, behind = take_digits(out, text));
	}
	if (before + behind == 0)
		return false;
	if (text.len > 0 && (text.ptr[0] == 'e' || text.ptr[0] == 'E')) {
		bytes_add_char(out, 'e');
		skip(&text, 1);
		take_sign(out, &text);
		skip(&text, exponent = take_digits(out, text));
		return exponent > 0 && text.len == 0;
	}
	return text.len == 0;
}

/* An int's shortest spelling; false when Python's int() would not take the text. */
static bool
take_int(struct bytes *out, struct view text)
{
	struct bytes digits = BYTES_INIT(out->max);
	struct view rest = text;
	size_t zeros = 0;
	bool taken;

	take_sign(out, &rest);
	taken = rest.len > 0 && take_digits(&digits, rest) == rest.len &&
	    digits.len <= PYTHON_DIGITS_MAX;
	if (out->len > 0 && out->ptr[0] == '+')
		bytes_reset(out);
	while (zeros + 1 < digits.len && digits.ptr[zeros] == '0')
		zeros++;
	if (taken)
		bytes_add(out, view_slice(bytes_view(&digits), zeros, digits.len));
	out->failed |= digits.failed;
	bytes_clear(&digits);
	return taken;
}

static const struct value *
number_of(struct jmespath_evaluation *e, struct view text)
{
	struct bytes spelling = BYTES_INIT(text.len + 1);
	const struct value *found = &value_null;
	bool whole = take_int(&spelling, text), real = false;

	if (!whole && !bytes_failed(&spelling)) {
		bytes_reset(&spelling);
		real = take_float(&spelling, text);
	}
	if (bytes_failed(&spelling) || bytes_cstr(&spelling) == NULL) {
		e->rc = ssm_fail_memory(e->err);
		found = NULL;
	} else if (whole) {
		found = made_number(e, arena_copy(e->arena, bytes_view(&spelling)));
	} else if (real) {
		found = made_float(e, strtod(spelling.ptr, NULL));
	}
	bytes_clear(&spelling);
	return found;
}

const struct value *
jmespath_to_number(struct jmespath_evaluation *e, struct jmespath_arguments args)
{
	if (value_is_number(args.at[0]))
		return args.at[0];
	if (args.at[0]->kind != VALUE_STRING)
		return args.at[0]->kind == VALUE_EXPRESSION ? jmespath_fail(e, "TypeError",
		    "int() argument must be a string, a bytes-like object or a real number, not "
		    "'_Expression'") : &value_null;
	return number_of(e, blank_trim(value_text(args.at[0])));
}
