/*
 * format/charwidth: how wide a text is, as the AWS CLI counts it for its tables.
 *
 * Units: columns: 2 for a character whose East Asian Width is Wide, Fullwidth or Ambiguous, 1 for
 *        every other, control and combining characters too.
 */
#ifndef SSM_FORMAT_CHARWIDTH_H
#define SSM_FORMAT_CHARWIDTH_H

#include "core/bytes.h"

/* Columns of a text that is UTF-8. */
size_t charwidth_of(struct view text);

#endif
