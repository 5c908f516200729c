/*
 * jmespath_bigint: sums of ints of any length, in decimal.
 */
#ifndef SSM_JMESPATH_BIGINT_H
#define SSM_JMESPATH_BIGINT_H

#include "arena.h"

/* a + b, as spellings without needless signs or zeros; VIEW_NONE when memory ended. */
struct view jmespath_bigint_add(struct arena *arena, struct view a, struct view b);

#endif
