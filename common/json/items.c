#include "json/items.h"

#include "json/text.h"

/* Behind the bracket or the comma that comes from `at` on; false: that was the end. */
static bool
find_next(struct view text, size_t at, size_t *begin)
{
	at = jsontext_skip_blanks(text, at);
	*begin = jsontext_skip_blanks(text, at + 1);
	return *begin < text.len && text.ptr[*begin] != ']' && text.ptr[*begin] != '}';
}

bool
jsonitems_next(struct view array, size_t *at, struct view *item)
{
	size_t begin;

	if (!find_next(array, *at, &begin))
		return false;
	*at = jsontext_skip_value(array, begin);
	*item = view_slice(array, begin, *at);
	return true;
}

bool
jsonitems_next_member(struct view object, size_t *at, struct view *name, struct view *value)
{
	struct view key;
	size_t begin, colon;

	if (!find_next(object, *at, &begin))
		return false;
	key = jsontext_token(object, begin);
	*name = view_slice(key, 1, key.len - 1);
	colon = jsontext_skip_blanks(object, begin + key.len);
	begin = jsontext_skip_blanks(object, colon + 1);
	*at = jsontext_skip_value(object, begin);
	*value = view_slice(object, begin, *at);
	return true;
}
