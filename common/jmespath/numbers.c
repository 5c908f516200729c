/* JMESPath's functions on numbers, with floats as Python has them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "core/ascii.h"
#include "core/blank.h"
#include "jmespath/builtins.h"
#include "jmespath/compare.h"

/* Python makes no int of more digits. */
#define PYTHON_DIGITS_MAX 4300

/* From here on floats do not hold every int. */
#define INTS_END 9007199254740992.0

static const struct value *
made_float(struct jmespath_run *run, double number)
{
	return jmespath_made(run, value_float(run->arena, number));
}

static const struct value *
made_number(struct jmespath_run *run, struct view spelling)
{
	return jmespath_made(run, spelling.ptr == NULL ? NULL : value_number(run->arena, spelling));
}

const struct value *
jmespath_abs(struct jmespath_run *run, struct jmespath_arguments args)
{
	const struct value *number = args.at[0];
	struct view text = value_text(number);

	if (number->kind == VALUE_FLOAT)
		return made_float(run, fabs(value_double(number)));
	return text.ptr[0] == '-' ? made_number(run, view_slice(text, 1, text.len)) : number;
}

/* ceil and floor. */
const struct value *
jmespath_round(struct jmespath_run *run, struct jmespath_arguments args)
{
	const struct value *number = args.at[0];
	double value = number->kind == VALUE_INT ? 0 : value_double(number), cut;
	bool up = args.function[0] == 'c';
	char text[400];

	if (number->kind == VALUE_INT)
		return number;
	if (isnan(value))
		return jmespath_fail(run, "ValueError", "cannot convert float NaN to integer");
	if (isinf(value))
		return jmespath_fail(run, "OverflowError", "cannot convert float infinity to integer");
	cut = jmespath_whole_part(value);
	snprintf(text, sizeof text, "%.0f", up ? cut + (cut < value) : cut - (cut > value));
	return made_number(run, arena_copy(run->arena, view_of(text)));
}

/* A number as a float, which Python refuses for an int that is too large. */
static bool
as_float(struct jmespath_run *run, const struct value *number, double *out)
{
	if (number == NULL)
		return false;
	*out = value_double(number);
	if (number->kind == VALUE_INT && isinf(*out))
		return jmespath_fail(run, "OverflowError", "int too large to convert to float") != NULL;
	return true;
}

const struct value *
jmespath_sum(struct jmespath_run *run, struct jmespath_arguments args)
{
	const struct value *array = args.at[0];
	double sum = 0, added;
	bool whole = true;

	for (uint32_t i = 0; i < array->count; i++) {
		if (!as_float(run, array->of.items[i], &added))
			return NULL;
		sum += added;
		whole = whole && array->of.items[i]->kind == VALUE_INT && fabs(added) < INTS_END &&
		    fabs(sum) < INTS_END;
	}
	return whole ? jmespath_made(run, value_int(run->arena, (long long)sum)) : made_float(run, sum);
}

const struct value *
jmespath_avg(struct jmespath_run *run, struct jmespath_arguments args)
{
	double sum;

	if (args.at[0]->count == 0)
		return &value_null;
	if (!as_float(run, jmespath_sum(run, args), &sum))
		return NULL;
	return made_float(run, sum / (double)args.at[0]->count);
}

/* Single underscores between digits mean nothing to Python. */
static void
add_without_underscores(struct bytes *out, struct view text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] != '_' || i == 0 || i + 1 == text.len || !ascii_is_digit(text.ptr[i - 1]) ||
		    !ascii_is_digit(text.ptr[i + 1]))
			bytes_add_char(out, text.ptr[i]);
}

/* What strtod() reads, but for hexadecimal numbers and nan with something behind it. */
static bool
read_float(double *number, const char *text)
{
	static const char *const words[] = { "inf", "infinity", "nan" };
	const char *bare = text + strspn(text, "+-");
	bool known = bare[strspn(bare, "0123456789.eE+-")] == '\0';
	char *end;

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		known = known || strcasecmp(bare, words[i]) == 0;
	*number = strtod(text, &end);
	return known && end != text && *end == '\0';
}

/* As Python's int() reads it, or else float(). */
static const struct value *
read_number(struct jmespath_run *run, char *text)
{
	char *digits = text + (*text == '-' || *text == '+');
	size_t count = strspn(digits, "0123456789");
	double number;

	if (count == 0 || count > PYTHON_DIGITS_MAX || digits[count] != '\0')
		return read_float(&number, text) ? made_float(run, number) : &value_null;
	while (digits[0] == '0' && digits[1] != '\0')
		digits++;
	if (*text == '-')
		*--digits = '-';
	return made_number(run, arena_copy(run->arena, view_of(digits)));
}

const struct value *
jmespath_to_number(struct jmespath_run *run, struct jmespath_arguments args)
{
	struct bytes text = BYTES_INIT(SIZE_MAX);
	const struct value *found;

	if (value_is_number(args.at[0]))
		return args.at[0];
	if (args.at[0]->kind != VALUE_STRING)
		return args.at[0]->kind == VALUE_EXPRESSION ? jmespath_fail(run, "TypeError",
		    "int() argument must be a string, a bytes-like object or a real number, not "
		    "'_Expression'") : &value_null;
	add_without_underscores(&text, blank_trim(value_text(args.at[0])));
	found = bytes_cstr(&text) == NULL ? jmespath_fail_memory(run) : read_number(run, text.ptr);
	bytes_clear(&text);
	return found;
}
