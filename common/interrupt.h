/*
 * interrupt: signals that ask the tool to end, seen between two steps of its loop.
 *
 * Purpose:   SIGHUP, SIGINT and SIGTERM wait until the tool has put its things in order; then they end
 *            it as they would have. Those that are ignored stay so.
 * Ownership: interrupt_stop() gives the signals their usual course back.
 */
#ifndef SSM_INTERRUPT_H
#define SSM_INTERRUPT_H

#include <signal.h>

struct interrupt {
	int fd;				/* readable when a signal has come; -1 when it can't be watched */
	int signal;			/* that came first; 0 for none */
	sigset_t watched;
};

void interrupt_start(struct interrupt *interrupt);

/* The signal that has come, or 0. Does not wait. */
int interrupt_seen(struct interrupt *interrupt);

void interrupt_stop(struct interrupt *interrupt);

/* Ends the process by the signal that came; returns when none did. */
void interrupt_obey(struct interrupt *interrupt);

#endif
