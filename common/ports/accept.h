/*
 * ports/accept: takes local connections from the sockets that listen.
 *
 * Purpose:   accepts while it is wanted. When this process has too many descriptors, or the machine, it pauses for a
 *            second instead of turning in a circle; connections wait in the kernel meanwhile.
 * Units:     milliseconds.
 * Ownership: the sockets are the caller's; so is each descriptor that is accepted, non-blocking and closed at exec.
 * Errors:    a pause is told, once until it is over. A socket that does not listen any more, whoever has shut it down, is
 *            told, and left alone. Others are of one connection, which is passed over.
 */
#ifndef SSM_PORTS_ACCEPT_H
#define SSM_PORTS_ACCEPT_H

#include "ports/listen.h"
#include "process/loop.h"

struct portsaccept_calls {
	void (*accepted)(void *owner, int fd);
	void *owner;
	void (*paused)(void *teller, int error);	/* an errno */
	void (*deaf)(void *teller, const char *address, int error);
	void *teller;
};

struct portsaccept {
	struct loop *loop;
	struct portsaccept_calls calls;
	struct loop_watch watches[PORTSLISTEN_MAX];
	const struct portslisten *listen;
	size_t count, deaf;		/* of that many nothing more comes */
	struct loop_timer pause;
	bool wanted, told;
};

/* The struct and the list of sockets stay as they are until portsaccept_stop(). */
void portsaccept_start(struct portsaccept *accept, struct loop *loop, const struct portslisten *listen,
    const struct portsaccept_calls *calls);

/* Whether connections are accepted now; at first they are. */
void portsaccept_want(struct portsaccept *accept, bool wanted);

void portsaccept_stop(struct portsaccept *accept);

/* None of the sockets listens any more. */
bool portsaccept_is_deaf(const struct portsaccept *accept);

#endif
