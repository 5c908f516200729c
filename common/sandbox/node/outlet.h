/*
 * sandbox/node/outlet: a connection that a session leads to: on this machine's loopback, or one of the sandbox's own.
 *
 * Purpose:   connects without waiting. No host, localhost and names below it, 127.0.0.0/8 and ::1, in all forms, are this
 *            machine; sandbox/node/origin knows the others. Nobody is asked for a name.
 * Ownership: an outlet stays where it is from outlet_init() to outlet_close(), which is right at any time, in its own
 *            calls too; the port is borrowed for outlet_dial() alone.
 * Errors:    an errno.
 */
#ifndef SSM_SANDBOX_NODE_OUTLET_H
#define SSM_SANDBOX_NODE_OUTLET_H

#include "process/loop.h"
#include "sandbox/agent/terms.h"
#include "sandbox/node/origin.h"

struct outlet_calls {
	void (*dialled)(void *owner, int errnum);	/* 0: it is open now; else it is closed */
	void (*ready)(void *owner, unsigned events);	/* what was asked for, of an open one */
};

struct outlet {
	struct loop *loop;
	struct loop_watch watch;
	struct origin *origin;		/* the sandbox's own other end, or NULL */
	const struct outlet_calls *calls;
	void *owner;
	bool dialling;
};

void outlet_init(struct outlet *outlet, struct loop *loop, const struct outlet_calls *calls, void *owner);

/* Whether the agent forwards to this host. */
bool outlet_is_allowed(struct view host);

/* Begins; a call tells how it went, unless `dialling` is false when this returns: then the errno, or 0, does. */
int outlet_dial(struct outlet *outlet, const struct agent_port *port) __attribute__((warn_unused_result));

static inline bool
outlet_is_open(const struct outlet *outlet)
{
	return outlet->watch.fd >= 0 && !outlet->dialling;
}

/* Of one that is open: LOOP_READ, LOOP_WRITE. */
void outlet_ask(struct outlet *outlet, unsigned events);

void outlet_close(struct outlet *outlet);

#endif
