/*
 * format/valueorder: members and names in the order of their characters, as Python sorts them.
 *
 * Ownership: everything is made in the arena; names are borrowed from the values.
 * Errors:    NULL, or a set marked failed, when memory or the arena's cap ends.
 */
#ifndef SSM_FORMAT_VALUEORDER_H
#define SSM_FORMAT_VALUEORDER_H

#include "json/value.h"

/* The object with its members in that order; an empty one for what is no object. */
const struct value *valueorder_object(struct arena *arena, const struct value *value);

/* The value of a member of such an object, or NULL. */
const struct value *valueorder_find(const struct value *sorted, struct view name);

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
