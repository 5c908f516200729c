/*
 * core/arena: memory handed out piece by piece and given back all at once.
 *
 * Ownership: pieces live until arena_clear(), which wipes and frees them.
 * Errors:    sticky. A piece that cannot be had (memory, cap) is NULL and marks the arena failed.
 */
#ifndef SSM_CORE_ARENA_H
#define SSM_CORE_ARENA_H

#include <stdbool.h>

#include "core/bytes.h"

struct arena_block;

struct arena {
	struct arena_block *blocks;	/* the one in use first */
	size_t used;			/* bytes handed out */
	size_t max;			/* never more than this */
	bool failed, full;		/* full: by its cap */
};

#define ARENA_INIT(limit) { .blocks = NULL, .used = 0, .max = (limit), .failed = false, \
    .full = false }

/* size bytes, not set to anything, aligned for pointers and doubles; not NULL when size is 0. */
void *arena_alloc(struct arena *arena, size_t size) __attribute__((warn_unused_result));

/* A copy of v, at another address; VIEW_NONE when it cannot be had. */
struct view arena_copy(struct arena *arena, struct view v);

/* Wipes and frees; the arena is empty and ready again, its cap kept. */
void arena_clear(struct arena *arena);

#endif
