/*
 * placemap: the parts of a value that show in more than one place.
 *
 * Ownership: the map lives in the arena.
 * Errors:    marked failed when memory or the arena's cap ends.
 */
#ifndef SSM_PLACEMAP_H
#define SSM_PLACEMAP_H

#include "value.h"

struct place {
	const struct value *value;
	unsigned number;		/* from 1, of a value that was visited again; else 0 */
	bool printed;			/* the caller's */
};

struct placemap {
	struct arena *arena;
	struct place *places;
	size_t count, cap;		/* cap is 0 or a power of 2 */
	unsigned numbered;
	bool failed;
};

#define PLACEMAP_INIT(memory) { .arena = (memory), .places = NULL, .count = 0, .cap = 0, \
	.numbered = 0, .failed = false }

/* Whether this very value was visited before; it is numbered when that happens for the first time. */
bool placemap_visit(struct placemap *map, const struct value *value);

/* Where a visited value is, or NULL. */
struct place *placemap_find(const struct placemap *map, const struct value *value);

#endif
