/*
 * valueorder: members and names in the order of their characters, as Python sorts them.
 *
 * Ownership: everything is made in the arena; names are borrowed from the values.
 * Errors:    NULL, or a set marked failed, when memory or the arena's cap ends.
 */
#ifndef SSM_VALUEORDER_H
#define SSM_VALUEORDER_H

#include "value.h"

/* The members of an object by name: object->count pointers. */
const struct value_member **valueorder_members(struct arena *arena, const struct value *object);

/* The value of a member by its name, of count members in that order; NULL when there is none. */
const struct value *valueorder_find(const struct value_member *const *members, size_t count,
    struct view name);

/* A set of names. After nameset_sort() names[0 .. count - 1] are in order, each of them once. */
struct nameset {
	struct arena *arena;
	struct view *names;
	size_t count, cap;
	bool failed;
};

#define NAMESET_INIT(memory) { .arena = (memory), .names = NULL, .count = 0, .cap = 0, .failed = false }

void nameset_add(struct nameset *set, struct view name);
void nameset_sort(struct nameset *set);

/* Whether a sorted set holds the name. */
bool nameset_has(const struct nameset *set, struct view name);

#endif
