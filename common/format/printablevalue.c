#include "format/printablevalue.h"

#include "core/printable.h"

#define ESCAPED 4		/* times as long as the text, at most */

static bool
is_printable(const struct value *value)
{
	if (value->kind == VALUE_STRING)
		return printable_is_text(value_text(value));
	for (size_t i = 0; value->kind == VALUE_ARRAY && i < value->count; i++)
		if (!is_printable(value->of.items[i]))
			return false;
	for (size_t i = 0; value->kind == VALUE_OBJECT && i < value->count; i++)
		if (!printable_is_text(value->of.members[i].name) || !is_printable(value->of.members[i].value))
			return false;
	return true;
}

struct view
printablevalue_text(struct arena *arena, struct view text)
{
	struct bytes clean = BYTES_INIT(ESCAPED * text.len + 1);
	struct view copy;

	if (printable_is_text(text))
		return text;
	printable_text(&clean, text);
	copy = arena_copy(arena, bytes_view(&clean));
	arena->failed |= bytes_failed(&clean);
	bytes_clear(&clean);
	return copy;
}

static const struct value *
clean_array(struct arena *arena, const struct value *value)
{
	const struct value **items = arena_alloc(arena, value->count * sizeof(const struct value *));

	if (items == NULL)
		return NULL;
	for (size_t i = 0; i < value->count; i++)
		if ((items[i] = printablevalue(arena, value->of.items[i])) == NULL)
			return NULL;
	return value_array(arena, items, value->count);
}

static const struct value *
clean_object(struct arena *arena, const struct value *value)
{
	struct value_member *members = arena_alloc(arena, value->count * sizeof *members);

	if (members == NULL)
		return NULL;
	for (size_t i = 0; i < value->count; i++) {
		members[i].name = printablevalue_text(arena, value->of.members[i].name);
		members[i].value = printablevalue(arena, value->of.members[i].value);
		if (members[i].value == NULL)
			return NULL;
	}
	return arena->failed ? NULL : value_object(arena, members, value->count);
}

const struct value *
printablevalue(struct arena *arena, const struct value *value)
{
	struct view text;

	if (is_printable(value))
		return value;
	if (value->kind == VALUE_ARRAY)
		return clean_array(arena, value);
	if (value->kind == VALUE_OBJECT)
		return clean_object(arena, value);
	text = printablevalue_text(arena, value_text(value));
	return arena->failed ? NULL : value_string(arena, text);
}
