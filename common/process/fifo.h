/*
 * process/fifo: opens what a tool writes to beside its output, be it a FIFO whose reader is still being started.
 *
 * Units:     milliseconds.
 * Ownership: the descriptor is the caller's; it is closed at exec, and writing to it does not wait.
 * Errors:    -1 and errno; ENXIO: a FIFO that nobody reads.
 */
#ifndef SSM_PROCESS_FIFO_H
#define SSM_PROCESS_FIFO_H

#define FIFO_PATIENCE 2000		/* for a reader; signals may be held meanwhile, so it ends by itself */

/* Any file: one that is not there is made, one that is there is appended to. */
int fifo_open(const char *path);

#endif
