/*
 * console/terminal: the terminal that a session is typed at, every byte of it, and as it was afterwards.
 *
 * Purpose:   raw mode: Ctrl-C, Ctrl-S and all others are bytes for the node. It ends with consoleterminal_restore(),
 *            and also when the process is ended by a fault of its own (SIGSEGV, SIGABRT and their kin) or a signal that
 *            nobody watches (SIGUSR1, SIGXCPU): what handled those before, or the system, goes on with them once the
 *            terminal is in order.
 * Ownership: the descriptor is the caller's. One terminal a process: the handlers of signals know of one.
 * Errors:    an errno.
 * Does not:  watch signals: those that a session looks at, when they end or stop it, are the loop's to see.
 */
#ifndef SSM_CONSOLE_TERMINAL_H
#define SSM_CONSOLE_TERMINAL_H

#include <stdbool.h>

/* What a session gets that has no terminal at all. */
#define CONSOLETERMINAL_COLUMNS 300
#define CONSOLETERMINAL_ROWS 100

struct consoleterminal {
	int fd;				/* -1, or no terminal: nothing happens */
	bool raw;
};

/* Into raw mode; 0 also when there is no terminal, or it is raw already. */
int consoleterminal_raw(struct consoleterminal *terminal) __attribute__((warn_unused_result));

/* As it was before. Any number of times. */
void consoleterminal_restore(struct consoleterminal *terminal);

/* The size of the terminal at fd, or of one that there is not. False when it is known to have none: 0 x 0. */
bool consoleterminal_size(int fd, unsigned *columns, unsigned *rows);

#endif
