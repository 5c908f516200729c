#include "jsonitems.h"

#include "jsontext.h"

static bool
is_one_of(struct view token, const char *set)
{
	return token.len == 1 && strchr(set, token.ptr[0]) != NULL;
}

/* Where the value that begins at `at` ends. */
static size_t
end_of_value(struct view text, size_t at)
{
	size_t depth = 0;

	do {
		struct view token;

		at = jsontext_skip_blanks(text, at);
		token = jsontext_token(text, at);
		if (is_one_of(token, "[{"))
			depth++;
		else if (is_one_of(token, "]}"))
			depth--;
		at += token.len;
	} while (depth > 0);
	return at;
}

bool
jsonitems_next(struct view array, size_t *at, struct view *item)
{
	size_t begin = jsontext_skip_blanks(array, *at);
	size_t end;

	begin = jsontext_skip_blanks(array, begin + 1);		/* behind the bracket or the comma */
	if (begin >= array.len || array.ptr[begin] == ']')
		return false;
	end = end_of_value(array, begin);
	*item = view_slice(array, begin, end);
	*at = end;
	return true;
}
