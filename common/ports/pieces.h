/*
 * ports/pieces: queues of bytes, many of them, in memory that has one limit for all.
 *
 * Purpose:   what came for one stream waits for its reader, in order, in pieces: what he has taken is free at once, for
 *            any other queue, and nothing is moved.
 * Limits:    the pool's `max` of memory for all its queues; a few pieces more are kept for the next that need one.
 *            Who has little waiting has a small piece, so that thousands can have some.
 * Ownership: bytes are copied, once; the view of the first piece lives until some of it is taken.
 * Errors:    a pool that is full, or memory that cannot be had: fewer bytes are taken.
 */
#ifndef SSM_PORTS_PIECES_H
#define SSM_PORTS_PIECES_H

#include "core/bytes.h"

#define PIECES_SMALL 1024		/* bytes of memory, what it takes to keep them included */
#define PIECES_LARGE (16 * 1024)
#define PIECES_SPARES 16		/* large ones that are kept */

struct piece;

struct pieces_pool {
	size_t max, held;		/* bytes of memory: of all queues at most, and now */
	struct piece *spare;
	size_t spares;
};

struct pieces {
	struct piece *first, *last;
};

/* How many bytes were taken; *starved says of a rest whether memory could not be had, though the pool is not full. */
size_t pieces_add(struct pieces *pieces, struct pieces_pool *pool, struct view bytes, bool *starved);

/* The bytes that are next; empty when nothing waits. */
struct view pieces_first(const struct pieces *pieces);

/* That many of those that wait are done with. */
void pieces_took(struct pieces *pieces, struct pieces_pool *pool, size_t len);

void pieces_clear(struct pieces *pieces, struct pieces_pool *pool);

/* Frees the spare pieces; the queues have to be cleared before. */
void pieces_pool_clear(struct pieces_pool *pool);

#endif
