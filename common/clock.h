/*
 * clock: time for differences.
 *
 * Units: milliseconds since some moment in the past; it never jumps and never ends.
 */
#ifndef SSM_CLOCK_H
#define SSM_CLOCK_H

#include <stdint.h>

uint64_t clock_ms(void);

#endif
