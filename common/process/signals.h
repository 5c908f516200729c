/*
 * process/signals: signals as things to read, and a process's end by one.
 *
 * Purpose:   the signals that are watched interrupt nothing: they wait in a descriptor (signals.fd) until
 *            they are taken, those too that came before anybody looked. What this process was started to
 *            ignore, as under nohup, it goes on to ignore.
 * Ownership: signals_stop() gives them their usual course back. Children get the mask `before`.
 * Errors:    errno's numbers.
 */
#ifndef SSM_PROCESS_SIGNALS_H
#define SSM_PROCESS_SIGNALS_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

struct signals {
	int fd;				/* readable when one has come; -1: none are watched */
	sigset_t watched, before;	/* the mask as it was */
	int seen;			/* by signals_seen(): the first one; 0: none */
	bool typed;			/* that one: at the terminal, and children have it already */
};

#define SIGNALS_INIT { .fd = -1 }

struct signals_came {
	int number;
	bool typed;			/* at the terminal: everybody in the process group has it */
};

/* Watches these, but those that are ignored, unless `ignored` says so. */
int signals_start(struct signals *signals, const int *numbers, size_t count, bool ignored)
    __attribute__((warn_unused_result));

/* The next that has come; false when there is none. Does not wait. */
bool signals_take(struct signals *signals, struct signals_came *came);

/* Lets one do what it would have done unwatched; returns when this process goes on, or comes back. */
void signals_pass(const struct signals *signals, int number);

/* Those that have come and were not taken act now. */
void signals_stop(struct signals *signals);

/* Ends this process by the signal; returns from one that ends none. */
void signals_die(int number);

/*
 * For a tool that puts its things in order before it ends, as it would have: watches SIGHUP, SIGINT and SIGTERM.
 * Where they can't be watched (fd -1) they end it at once. signals_seen() tells between two steps whether one
 * has come, or 0, and does not wait; signals_release() looks a last time, then stops; signals_obey() ends the
 * process by the one that was seen, and returns when none was.
 */
void signals_hold(struct signals *signals);
int signals_seen(struct signals *signals);
void signals_release(struct signals *signals);
void signals_obey(const struct signals *signals);

#endif
