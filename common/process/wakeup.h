/*
 * process/wakeup: tells when this machine has slept.
 *
 * Purpose:   the clock that counts a machine's sleep (CLOCK_BOOTTIME) is ahead of the one that does not
 *            (CLOCK_MONOTONIC) by all of it: where that has grown, the machine has slept. The kernel wakes the loop
 *            for it; where it does not, it is seen at the loop's next turn.
 * Units:     milliseconds.
 * Ownership: the loop is borrowed; the struct stays where it is.
 * Errors:    none: where the kernel wakes nobody, or has no such clock, there is the next turn, or nothing is told.
 */
#ifndef SSM_PROCESS_WAKEUP_H
#define SSM_PROCESS_WAKEUP_H

#include "process/loop.h"

#define WAKEUP_LEAST 1000		/* a sleep that counts */

struct wakeup_clocks {
	bool known;
	uint64_t slept;			/* since the machine was started */
};

/* True when it has slept since the last call. boot is read after monotonic. */
bool wakeup_clocks_tell(struct wakeup_clocks *clocks, uint64_t monotonic, uint64_t boot);

struct wakeup {
	struct loop *loop;
	struct loop_watch watch;
	struct wakeup_clocks clocks;
};

#define WAKEUP_INIT { .watch = { .fd = -1 } }

void wakeup_open(struct wakeup *wakeup, struct loop *loop);

/* Behind each turn of the loop: whether this machine has slept since the last. */
bool wakeup_happened(struct wakeup *wakeup);

void wakeup_close(struct wakeup *wakeup);

#endif
