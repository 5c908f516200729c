/*
 * pythonstring: texts (UTF-8) as Python's str shows them.
 */
#ifndef SSM_PYTHONSTRING_H
#define SSM_PYTHONSTRING_H

#include "bytes.h"

/*
 * repr(): in quotes, with what cannot be seen escaped. Characters that Unicode has not given out yet are
 * taken for visible ones.
 */
void pythonstring_repr(struct bytes *out, struct view text);

#endif
