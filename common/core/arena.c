#include "core/arena.h"

#include <stdint.h>
#include <stdlib.h>

#define ARENA_BLOCK_FIRST 4000
#define ARENA_BLOCK_LARGEST (1024 * 1024)
#define ARENA_ALIGN 8

struct arena_block {
	struct arena_block *next;
	size_t len, size;
	_Alignas(ARENA_ALIGN) char data[];
};

/* Blocks double, so that a small document costs little and a large one few calls. */
static bool
add_block(struct arena *arena, size_t need)
{
	size_t size = arena->blocks == NULL ? ARENA_BLOCK_FIRST : 2 * arena->blocks->size;
	struct arena_block *block;

	if (size > ARENA_BLOCK_LARGEST)
		size = ARENA_BLOCK_LARGEST;
	if (size < need)
		size = need;
	if ((block = malloc(sizeof *block + size)) == NULL)
		return false;
	*block = (struct arena_block){ .next = arena->blocks, .len = 0, .size = size };
	arena->blocks = block;
	return true;
}

void *
arena_alloc(struct arena *arena, size_t size)
{
	size_t need = size > SIZE_MAX - ARENA_ALIGN ? SIZE_MAX :
	    (size + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
	struct arena_block *block = arena->blocks;
	char *piece;

	arena->full |= need > arena->max - arena->used;
	if (arena->failed || arena->full ||
	    ((block == NULL || need > block->size - block->len) && !add_block(arena, need))) {
		arena->failed = true;
		return NULL;
	}
	block = arena->blocks;
	piece = block->data + block->len;
	block->len += need;
	arena->used += need;
	return piece;
}

struct view
arena_copy(struct arena *arena, struct view v)
{
	char *copy = arena_alloc(arena, v.len);

	if (copy == NULL)
		return VIEW_NONE;
	if (v.len > 0)
		memcpy(copy, v.ptr, v.len);
	return (struct view){ copy, v.len };
}

void
arena_clear(struct arena *arena)
{
	while (arena->blocks != NULL) {
		struct arena_block *block = arena->blocks;

		arena->blocks = block->next;
		bytes_free(block, sizeof *block + block->len);
	}
	*arena = (struct arena)ARENA_INIT(arena->max);
}
