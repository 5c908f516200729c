/*
 * charcase: capitals, the whole of Unicode's, without a locale.
 */
#ifndef SSM_CHARCASE_H
#define SSM_CHARCASE_H

#include "bytes.h"

/* The text, which is UTF-8, in capitals as Python's upper() has them: Unicode 14.0, full mappings. */
void charcase_upper(struct bytes *out, struct view text);

#endif
