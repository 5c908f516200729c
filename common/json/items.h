/*
 * json/items: the items of a JSON array and the members of an object, as text.
 *
 * Units:    byte offsets into a text that jsonscan has passed.
 * Does not: check or decode anything.
 */
#ifndef SSM_JSON_ITEMS_H
#define SSM_JSON_ITEMS_H

#include "core/bytes.h"

/* The next item of an array; *at is 0 at first. False: there is none. */
bool jsonitems_next(struct view array, size_t *at, struct view *item);

/* The next member of an object, in the same way; the name is what stands between its quotes. */
bool jsonitems_next_member(struct view object, size_t *at, struct view *name, struct view *value);

#endif
