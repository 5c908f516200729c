/*
 * core/array: arrays that grow by one item.
 *
 * Ownership: the array is the caller's, who frees it.
 * Does not:  wipe what it moves: no secret lives in such an array, but in struct bytes.
 */
#ifndef SSM_CORE_ARRAY_H
#define SSM_CORE_ARRAY_H

#include <stdlib.h>

#define ARRAY_ROOM_FIRST 16

/*
 * The array with room for one item behind the first count. *room (0 with NULL) is what it has room for.
 * NULL when there is no memory; items and *room are then as before.
 */
static inline void *
array_room(void *items, size_t count, size_t *room, size_t size)
{
	size_t more = *room == 0 ? ARRAY_ROOM_FIRST : 2 * *room;
	void *moved;

	if (count < *room)
		return items;
	if ((moved = reallocarray(items, more, size)) != NULL)
		*room = more;
	return moved;
}

#endif
