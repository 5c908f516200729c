/*
 * jsonitems: the items of a JSON array, as text.
 *
 * Units:    byte offsets into a text that jsonscan has passed.
 * Does not: check or decode anything.
 */
#ifndef SSM_JSONITEMS_H
#define SSM_JSONITEMS_H

#include "bytes.h"

/* The next item of an array; *at is 0 at first. False: there is none. */
bool jsonitems_next(struct view array, size_t *at, struct view *item);

#endif
