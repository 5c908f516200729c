/*
 * core/clock: the time.
 *
 * Units: milliseconds.
 */
#ifndef SSM_CORE_CLOCK_H
#define SSM_CORE_CLOCK_H

#include <stdint.h>

/* Since some moment in the past, for differences: it never jumps and never ends. */
uint64_t clock_ms(void);

/* The same, with the time that this machine has slept; without it where the system has no such clock. */
uint64_t clock_boot_ms(void);

/* Since 1970, as this machine has it. */
long long clock_utc_ms(void);

#endif
