/*
 * start/parameter: a member of --parameters, as JSON.
 *
 * Purpose: all parameters of documents are arrays of texts; those that are made here have one.
 */
#ifndef SSM_START_PARAMETER_H
#define SSM_START_PARAMETER_H

#include "core/bytes.h"

/* Between jsontext_begin() and jsontext_end(). */
void parameter_add(struct bytes *out, const char *name, struct view text);

#endif
