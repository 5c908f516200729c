#include "config/nested.h"

#include "core/blank.h"

/*
 * Length of the line end that text starts with, or 0. Other than in the file itself, lines end here
 * as Python's splitlines() sees it: LF, VT, FF, CR, U+001C to 001E, U+0085, U+2028, U+2029.
 */
static size_t
line_end_length(struct view text)
{
	unsigned char c = (unsigned char)text.ptr[0];

	if ((c >= 0x0A && c <= 0x0D) || (c >= 0x1C && c <= 0x1E))
		return 1;
	if (view_starts(text, VIEW("\xC2\x85")))
		return 2;
	return view_starts(text, VIEW("\xE2\x80\xA8")) || view_starts(text, VIEW("\xE2\x80\xA9")) ?
	    3 : 0;
}

static struct view
next_line(struct view *rest)
{
	struct view whole = *rest;
	size_t at = 0, end = 0;

	while (at < whole.len && (end = line_end_length(view_slice(whole, at, whole.len))) == 0)
		at++;
	*rest = view_slice(whole, at + end, whole.len);
	return view_slice(whole, 0, at);
}

bool
nested_is(struct view value)
{
	return value.len > 0 && value.ptr[0] == '\n';
}

enum nested
nested_next(struct view *rest, struct view *name, struct view *value)
{
	while (rest->len > 0) {
		struct view line = blank_trim(next_line(rest));
		size_t at = view_find(line, '=');

		if (line.len == 0)
			continue;
		if (at == line.len)
			return NESTED_BROKEN;
		*name = blank_trim_end(view_slice(line, 0, at));
		*value = blank_trim(view_slice(line, at + 1, line.len));
		return NESTED_PAIR;
	}
	return NESTED_END;
}

bool
nested_check(struct view block)
{
	struct view name, value;
	enum nested got;

	while ((got = nested_next(&block, &name, &value)) == NESTED_PAIR)
		continue;
	return got == NESTED_END;
}

bool
nested_find(struct view block, struct view name, struct view *value)
{
	struct view this_name, this_value;
	bool found = false;

	while (nested_next(&block, &this_name, &this_value) == NESTED_PAIR)
		if (view_equal(this_name, name)) {
			*value = this_value;
			found = true;
		}
	return found;
}
