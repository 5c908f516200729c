#include "format/yamlplain.h"

#include <stdint.h>

#define DIGITS "0123456789"

static const char *const words[] = {
	"", "~", "null", "Null", "NULL", "true", "True", "TRUE", "false", "False", "FALSE", "<<", "=",
	"!", "&", "*", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF",
	".nan", ".NaN", ".NAN",
};

/* A place in a text, and what may stand there. */
struct reader {
	struct view text;
	size_t at;
};

static bool
is_one_of(const struct reader *r, const char *set)
{
	return r->at < r->text.len && r->text.ptr[r->at] != '\0' &&
	    strchr(set, r->text.ptr[r->at]) != NULL;
}

static bool
take(struct reader *r, const char *set)
{
	if (!is_one_of(r, set))
		return false;
	r->at++;
	return true;
}

/* How many of the set stand here, at most max. */
static size_t
take_run(struct reader *r, const char *set, size_t max)
{
	size_t from = r->at;

	while (r->at - from < max && take(r, set))
		;
	return r->at - from;
}

static bool
at_end(const struct reader *r)
{
	return r->at == r->text.len;
}

/* The rest is one or more of the set. */
static bool
is_rest(struct reader r, const char *set)
{
	return take_run(&r, set, SIZE_MAX) > 0 && at_end(&r);
}

static bool
is_int(struct view text)
{
	struct reader r = { text, 0 }, prefixed;

	take(&r, "+-");
	if (is_rest(r, DIGITS "_"))
		return true;
	prefixed = r;
	if (!take(&prefixed, "0"))
		return false;
	return (take(&prefixed, "b") && is_rest(prefixed, "01_")) ||
	    (take(&prefixed, "o") && is_rest(prefixed, "01234567_")) ||
	    (take(&prefixed, "x") && is_rest(prefixed, DIGITS "abcdefABCDEF_"));
}

/* An exponent to the end of the text. */
static bool
is_exponent(struct reader r, bool with_sign)
{
	if (!take(&r, "eE") || (!take(&r, "+-") && with_sign))
		return false;
	return is_rest(r, DIGITS);
}

static bool
is_float(struct view text)
{
	struct reader r = { text, 0 };

	take(&r, "+-");
	if (take(&r, "."))
		return take_run(&r, DIGITS "_", SIZE_MAX) > 0 && (at_end(&r) || is_exponent(r, true));
	if (!take(&r, DIGITS))
		return false;
	take_run(&r, DIGITS "_", SIZE_MAX);
	if (!take(&r, "."))
		return is_exponent(r, false);
	take_run(&r, DIGITS "_", SIZE_MAX);
	return at_end(&r) || is_exponent(r, false);
}

static bool
is_zone(struct reader r)
{
	take_run(&r, " \t", SIZE_MAX);
	if (take(&r, "Z"))
		return at_end(&r);
	if (!take(&r, "+-") || take_run(&r, DIGITS, 2) == 0)
		return false;
	return at_end(&r) || (take(&r, ":") && take_run(&r, DIGITS, 2) == 2 && at_end(&r));
}

static bool
is_clock(struct reader r)
{
	if (!take(&r, "Tt") && take_run(&r, " \t", SIZE_MAX) == 0)
		return false;
	if (take_run(&r, DIGITS, 2) == 0 || !take(&r, ":") || take_run(&r, DIGITS, 2) != 2 ||
	    !take(&r, ":") || take_run(&r, DIGITS, 2) != 2)
		return false;
	if (take(&r, "."))
		take_run(&r, DIGITS, SIZE_MAX);
	return at_end(&r) || is_zone(r);
}

static bool
is_time(struct view text)
{
	struct reader r = { text, 0 };
	size_t month_digits, day_digits;

	if (take_run(&r, DIGITS, 4) != 4 || !take(&r, "-"))
		return false;
	if ((month_digits = take_run(&r, DIGITS, 2)) == 0 || !take(&r, "-"))
		return false;
	if ((day_digits = take_run(&r, DIGITS, 2)) == 0)
		return false;
	return at_end(&r) ? month_digits == 2 && day_digits == 2 : is_clock(r);
}

bool
yamlplain_is_special(struct view text)
{
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (view_is(text, words[i]))
			return true;
	if (text.ptr[0] == '_')		/* not looked at, though the rule for integers has it */
		return false;
	return is_int(text) || is_float(text) || is_time(text);
}
