/*
 * clock: the time.
 *
 * Units: milliseconds.
 */
#ifndef SSM_CLOCK_H
#define SSM_CLOCK_H

#include <stdint.h>

/* Since some moment in the past, for differences: it never jumps and never ends. */
uint64_t clock_ms(void);

/* Since 1970, as this machine has it. */
long long clock_utc_ms(void);

#endif
