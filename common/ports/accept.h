/*
 * ports/accept: takes local connections from the sockets that listen.
 *
 * Purpose:   accepts while it is wanted. When this process has too many descriptors, or the machine, it pauses for a
 *            second instead of turning in a circle; connections wait in the kernel meanwhile.
 * Units:     milliseconds.
 * Ownership: the sockets are the caller's; so is each descriptor that is accepted, non-blocking and closed at exec.
 * Errors:    a pause is told, once until it is over; others are of one connection, which is passed over.
 */
#ifndef SSM_PORTS_ACCEPT_H
#define SSM_PORTS_ACCEPT_H

#include "ports/listen.h"
#include "process/loop.h"

struct portsaccept_calls {
	void (*accepted)(void *owner, int fd);
	void (*paused)(void *owner, int error);	/* an errno */
	void *owner;
};

struct portsaccept {
	struct loop *loop;
	struct portsaccept_calls calls;
	struct loop_watch watches[PORTSLISTEN_MAX];
	size_t count;
	struct loop_timer pause;
	bool wanted, told;
};

/* The struct stays where it is until portsaccept_stop(). */
void portsaccept_start(struct portsaccept *accept, struct loop *loop, const struct portslisten *listen,
    const struct portsaccept_calls *calls);

/* Whether connections are accepted now; at first they are. */
void portsaccept_want(struct portsaccept *accept, bool wanted);

void portsaccept_stop(struct portsaccept *accept);

#endif
