/*
 * format/printablevalue: a value whose names and texts cannot control a terminal.
 *
 * Purpose:   for formats that show texts as they are, text and table; see core/printable. What needs no
 *            change is not copied.
 * Ownership: the result shares the value's parts and lives in the arena.
 * Errors:    NULL when memory ended; the arena is then marked failed.
 */
#ifndef SSM_FORMAT_PRINTABLEVALUE_H
#define SSM_FORMAT_PRINTABLEVALUE_H

#include "json/value.h"

const struct value *printablevalue(struct arena *arena, const struct value *value);

/* The same for one text. */
struct view printablevalue_text(struct arena *arena, struct view text);

#endif
