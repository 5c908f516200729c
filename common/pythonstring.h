/*
 * pythonstring: a text (UTF-8) as Python's repr() shows a string: in quotes, with what cannot be seen
 * escaped. Characters that Unicode has not given out yet are taken for visible ones.
 */
#ifndef SSM_PYTHONSTRING_H
#define SSM_PYTHONSTRING_H

#include "bytes.h"

void pythonstring_repr(struct bytes *out, struct view text);

#endif
