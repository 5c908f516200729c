/*
 * json/omit: a document without the members of one name.
 *
 * Purpose: what must not be printed is left out of what passes through, however deep it stands and
 *          however its name is written (escapes, small and capital letters).
 * Errors:  those of struct bytes (sticky).
 * Does not: check what it copies: the document is a text that jsonscan has passed.
 */
#ifndef SSM_JSON_OMIT_H
#define SSM_JSON_OMIT_H

#include "core/bytes.h"

#define JSONOMIT_NAME_MAX 32

/* Any value, without blanks between its tokens and without members called name: ASCII, not longer. */
void jsonomit(struct bytes *out, struct view document, const char *name);

#endif
