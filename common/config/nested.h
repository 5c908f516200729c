/*
 * config/nested: a block of name = value lines inside one value of a shared AWS config file.
 *
 * Purpose:   what botocore makes of a value with nothing behind the delimiter and lines below it:
 *
 *                [services dev]
 *                ssm =
 *                    endpoint_url = http://127.0.0.1:8080
 *
 * Ownership: everything is a view into the block.
 * Does not:  change the case of names; refuse a name that comes twice: the last one counts.
 */
#ifndef SSM_CONFIG_NESTED_H
#define SSM_CONFIG_NESTED_H

#include "core/bytes.h"

enum nested {
	NESTED_END,
	NESTED_PAIR,
	NESTED_BROKEN,		/* a line without '=' */
};

/* Whether a value is such a block: it starts with a line end. */
bool nested_is(struct view value);

/* Takes the next pair from *rest, which starts as the whole block. */
enum nested nested_next(struct view *rest, struct view *name, struct view *value);

/* Whether every line of the block is a pair. */
bool nested_check(struct view block);

/* The last value of that name; false when there is none. */
bool nested_find(struct view block, struct view name, struct view *value);

#endif
