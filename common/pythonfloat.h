/*
 * pythonfloat: a double as Python's repr() spells it: the shortest digits that read back as the same
 * number, with ".0" behind a whole one and an exponent below 1e-4 and from 1e16 on; inf, -inf, nan.
 */
#ifndef SSM_PYTHONFLOAT_H
#define SSM_PYTHONFLOAT_H

#define PYTHONFLOAT_MAX 40

/* With a terminating NUL. */
void pythonfloat_format(char text[PYTHONFLOAT_MAX], double number);

#endif
