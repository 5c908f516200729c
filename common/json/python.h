/*
 * json/python: texts and floats as Python's repr() spells them; value_text does whole values.
 */
#ifndef SSM_JSON_PYTHON_H
#define SSM_JSON_PYTHON_H

#include "core/bytes.h"

#define PYTHON_FLOAT_MAX 40

/*
 * The shortest digits that read back as the same number, with ".0" behind a whole one and an exponent
 * below 1e-4 and from 1e16 on; inf, -inf, nan. With a terminating NUL.
 */
void python_float(char text[PYTHON_FLOAT_MAX], double number);

/*
 * A str (UTF-8): in quotes, with what cannot be seen escaped. Characters that Unicode has not given out
 * yet are taken for visible ones.
 */
void python_string(struct bytes *out, struct view text);

#endif
