/*
 * cli/nearest: which of some names was meant by what was typed.
 *
 * Purpose: did you mean '...': by edits (insert, delete, change, swap of neighbours), by how a name
 *          begins, and by a part of it. The case of letters does not count, nor `_` for `-`.
 */
#ifndef SSM_CLI_NEAREST_H
#define SSM_CLI_NEAREST_H

#include "core/bytes.h"

struct nearest {
	struct view typed;
	struct view name;		/* VIEW_NONE: nothing is near */
	unsigned cost;			/* of name */
};

/* Begins a search. Names that are offered must live as long as it does. */
struct nearest nearest_to(struct view typed);

/* The name becomes the nearest one when it is nearer than all before it. */
void nearest_offer(struct nearest *nearest, struct view name);

#endif
