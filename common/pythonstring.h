/*
 * pythonstring: texts (UTF-8) as Python's str shows and strips them.
 */
#ifndef SSM_PYTHONSTRING_H
#define SSM_PYTHONSTRING_H

#include "bytes.h"

/*
 * repr(): in quotes, with what cannot be seen escaped. Characters that Unicode has not given out yet are
 * taken for visible ones.
 */
void pythonstring_repr(struct bytes *out, struct view text);

/* lstrip() and strip(): without what Unicode calls white space. */
struct view pythonstring_lstrip(struct view text);
struct view pythonstring_strip(struct view text);

#endif
