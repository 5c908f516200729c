#include "format/valueorder.h"

#include <stdlib.h>

/* Of names, and of members, which begin with theirs. */
static int
by_name(const void *a, const void *b)
{
	const struct view *left = a, *right = b;

	return view_compare(*left, *right);
}

const struct value *
valueorder_object(struct arena *arena, const struct value *value)
{
	struct value_member *members;

	if (value->kind != VALUE_OBJECT || value->count == 0)
		return &value_empty_object;
	if (value->count == 1)
		return value;
	if ((members = arena_alloc(arena, value->count * sizeof *members)) == NULL)
		return NULL;
	memcpy(members, value->of.members, value->count * sizeof *members);
	qsort(members, value->count, sizeof *members, by_name);
	return value_object(arena, members, value->count);
}

const struct value *
valueorder_find(const struct value *sorted, struct view name)
{
	const struct value_member *found = sorted->count == 0 ? NULL :
	    bsearch(&name, sorted->of.members, sorted->count, sizeof *found, by_name);

	return found == NULL ? NULL : found->value;
}

void
nameset_sort(struct nameset *set)
{
	size_t kept = 0;

	if (set->count < 2)
		return;
	qsort(set->names, set->count, sizeof *set->names, by_name);
	for (size_t i = 0; i < set->count; i++)
		if (i == 0 || !view_equal(set->names[i], set->names[kept - 1]))
			set->names[kept++] = set->names[i];
	set->count = kept;
}

/* Many objects have the same few names: repeated ones go out before the set grows. */
static void
grow(struct nameset *set)
{
	struct view *larger;

	nameset_sort(set);
	if (set->count * 2 < set->cap)
		return;
	larger = arena_alloc(set->arena, (set->cap * 2 + 64) * sizeof *larger);
	if (larger == NULL) {
		set->failed = true;
		return;
	}
	if (set->count > 0)
		memcpy(larger, set->names, set->count * sizeof *larger);
	set->names = larger;
	set->cap = set->cap * 2 + 64;
}

void
nameset_add(struct nameset *set, struct view name)
{
	if (set->count == set->cap)
		grow(set);
	if (!set->failed)
		set->names[set->count++] = name;
}

bool
nameset_has(const struct nameset *set, struct view name)
{
	return set->count > 0 &&
	    bsearch(&name, set->names, set->count, sizeof name, by_name) != NULL;
}
