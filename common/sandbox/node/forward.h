/*
 * sandbox/node/forward: what stands behind a session with a port: connections, where a program stands behind others.
 *
 * Purpose:   the client's bytes go to one connection, to one after another, or, by smux, to many; what those say comes
 *            back.
 * Rules:     PORTS of ssm-data-channel(7). One connection: the session ends with it. One after another: flag 1 closes it,
 *            its own end too; the next input connects anew, and the session ends when that fails. Many: node/muxed.
 * Ownership: a forward stays where it is from forward_init() to forward_stop(); the owner's calls get views that live as
 *            long as the call, and must not stop it, but for `changed`.
 * Does not:  wait, acknowledge, or know of messages.
 */
#ifndef SSM_SANDBOX_NODE_FORWARD_H
#define SSM_SANDBOX_NODE_FORWARD_H

#include "core/err.h"
#include "sandbox/node/muxed.h"
#include "sandbox/node/outlet.h"

#define FORWARD_INPUT_MAX (4 * 1024 * 1024)

struct forward {
	struct loop *loop;
	struct back_calls calls;
	struct agent_port port;
	enum agent_forwarding kind;
	struct outlet outlet;		/* if it is one connection */
	struct bytes input;		/* that it has not taken */
	struct muxed *muxed;		/* if they are many */
	bool started, over;
};

/* Before anything else; forward_stop() is then right at any time. The port is borrowed, with its texts. */
void forward_init(struct forward *forward, struct loop *loop, const struct agent_port *port,
    const struct back_calls *calls);

/* Begins as the agent's event says. */
void forward_start(struct forward *forward, const struct agent_event *event);

void forward_input(struct forward *forward, struct view bytes);
void forward_flag(struct forward *forward, uint32_t flag);

/* What it has been given goes nowhere: the agent stands still until it does. */
bool forward_is_blocked(const struct forward *forward);

/* calls.wanted may say another thing now. */
void forward_look(struct forward *forward);

/* Lets go of everything. */
void forward_stop(struct forward *forward);

#endif
