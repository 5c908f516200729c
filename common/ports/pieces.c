#include "ports/pieces.h"

#include <stdlib.h>

struct piece {
	struct piece *next;
	size_t size;			/* of the whole, this head included */
	size_t begin, end;		/* of the bytes that wait */
	char bytes[];
};

static size_t
room_of(const struct piece *piece)
{
	return piece->size - sizeof *piece - piece->end;
}

static struct piece *
take_spare(struct pieces_pool *pool)
{
	struct piece *piece = pool->spare;

	pool->spare = piece->next;
	pool->spares--;
	piece->next = NULL;
	piece->begin = piece->end = 0;
	return piece;
}

static struct piece *
make_piece(struct pieces_pool *pool, size_t size)
{
	struct piece *piece;

	if (size == PIECES_LARGE && pool->spare != NULL)
		piece = take_spare(pool);
	else if ((piece = malloc(size)) == NULL)
		return NULL;
	else
		*piece = (struct piece){ .size = size };
	pool->held += size;
	return piece;
}

/* An empty queue begins with a small one when that is enough; where there is no room for a large one, small ones do. */
static struct piece *
piece_for(const struct pieces *pieces, struct pieces_pool *pool, size_t len, bool *starved)
{
	size_t left = pool->max - pool->held;
	bool little = pieces->first == NULL && len <= PIECES_SMALL - sizeof *pieces->first;
	struct piece *piece = NULL;

	if (!little && left >= PIECES_LARGE)
		piece = make_piece(pool, PIECES_LARGE);
	if (piece == NULL && left >= PIECES_SMALL)
		piece = make_piece(pool, PIECES_SMALL);
	*starved = piece == NULL && left >= PIECES_SMALL;
	return piece;
}

static bool
append(struct pieces *pieces, struct pieces_pool *pool, size_t len, bool *starved)
{
	struct piece *piece = piece_for(pieces, pool, len, starved);

	if (piece == NULL)
		return false;
	if (pieces->last == NULL)
		pieces->first = piece;
	else
		pieces->last->next = piece;
	pieces->last = piece;
	return true;
}

size_t
pieces_add(struct pieces *pieces, struct pieces_pool *pool, struct view bytes, bool *starved)
{
	size_t taken = 0, len;

	*starved = false;
	while (taken < bytes.len) {
		struct piece *last = pieces->last;

		if (last == NULL || room_of(last) == 0) {
			if (!append(pieces, pool, bytes.len - taken, starved))
				break;
			last = pieces->last;
		}
		len = bytes.len - taken < room_of(last) ? bytes.len - taken : room_of(last);
		memcpy(last->bytes + last->end, bytes.ptr + taken, len);
		last->end += len;
		taken += len;
	}
	return taken;
}

struct view
pieces_first(const struct pieces *pieces)
{
	const struct piece *first = pieces->first;

	return first == NULL ? VIEW_NONE : (struct view){ first->bytes + first->begin, first->end - first->begin };
}

static void
drop_first(struct pieces *pieces, struct pieces_pool *pool)
{
	struct piece *piece = pieces->first;

	pieces->first = piece->next;
	if (pieces->first == NULL)
		pieces->last = NULL;
	pool->held -= piece->size;
	if (piece->size == PIECES_LARGE && pool->spares < PIECES_SPARES) {
		piece->next = pool->spare;
		pool->spare = piece;
		pool->spares++;
		return;
	}
	bytes_free(piece, piece->size);
}

void
pieces_took(struct pieces *pieces, struct pieces_pool *pool, size_t len)
{
	while (pieces->first != NULL && len > 0) {
		struct piece *first = pieces->first;
		size_t part = len < first->end - first->begin ? len : first->end - first->begin;

		first->begin += part;
		len -= part;
		if (first->begin == first->end)
			drop_first(pieces, pool);
	}
}

void
pieces_clear(struct pieces *pieces, struct pieces_pool *pool)
{
	while (pieces->first != NULL)
		drop_first(pieces, pool);
}

void
pieces_pool_clear(struct pieces_pool *pool)
{
	while (pool->spare != NULL) {
		struct piece *piece = take_spare(pool);

		bytes_free(piece, piece->size);
	}
}
