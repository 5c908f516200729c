#include "valueorder.h"

#include <stdlib.h>

static int
by_name(const void *a, const void *b)
{
	const struct value_member *const *left = a, *const *right = b;

	return view_compare((*left)->name, (*right)->name);
}

const struct value_member **
valueorder_members(struct arena *arena, const struct value *object)
{
	const struct value_member **members = arena_alloc(arena, object->count * sizeof *members);

	if (members == NULL)
		return NULL;
	for (size_t i = 0; i < object->count; i++)
		members[i] = &object->of.members[i];
	if (object->count > 1)
		qsort(members, object->count, sizeof *members, by_name);
	return members;
}

static int
name_to_member(const void *key, const void *member)
{
	const struct value_member *const *at = member;

	return view_compare(*(const struct view *)key, (*at)->name);
}

const struct value *
valueorder_find(const struct value_member *const *members, size_t count, struct view name)
{
	const struct value_member *const *found =
	    count == 0 ? NULL : bsearch(&name, members, count, sizeof *members, name_to_member);

	return found == NULL ? NULL : (*found)->value;
}

static int
by_text(const void *a, const void *b)
{
	const struct view *left = a, *right = b;

	return view_compare(*left, *right);
}

void
nameset_sort(struct nameset *set)
{
	size_t kept = 0;

	if (set->count < 2)
		return;
	qsort(set->names, set->count, sizeof *set->names, by_text);
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
	    bsearch(&name, set->names, set->count, sizeof name, by_text) != NULL;
}
