/*
 * process/network: tells when this machine's network has changed: a link, an address, a route.
 *
 * Purpose:   the kernel's messages (NETLINK_ROUTE) say that something has changed, and that is all that is taken from
 *            them. The first is told at once, those behind it together, a pause later; the pause doubles while
 *            changes go on, as on a machine that starts and ends containers all day.
 * Units:     milliseconds.
 * Ownership: the loop is borrowed; the struct stays where it is.
 * Errors:    none: where no such socket may be opened nothing is told, and everything else works.
 * Does not:  say what has changed.
 */
#ifndef SSM_PROCESS_NETWORK_H
#define SSM_PROCESS_NETWORK_H

#include "process/loop.h"

#define NETWORK_PAUSE 3000		/* between two that are told */
#define NETWORK_PAUSE_MOST 6000

/* When a change is told. */
struct network_pace {
	unsigned pause;			/* behind the last one; 0: there was none */
	uint64_t told;
};

/* A change has come: when it is to be told, now or later. */
uint64_t network_pace_due(const struct network_pace *pace, uint64_t now);

/* It is told now. */
void network_pace_told(struct network_pace *pace, uint64_t now);

struct network {
	struct loop *loop;
	void (*changed)(void *owner);
	void *owner;
	struct loop_watch watch;
	struct loop_timer moment;
	struct network_pace pace;
};

#define NETWORK_INIT { .watch = { .fd = -1 } }

void network_open(struct network *network, struct loop *loop, void (*changed)(void *owner), void *owner);

/* The same with a socket whose every message is a change, and which becomes the network's. */
void network_open_socket(struct network *network, struct loop *loop, int fd, void (*changed)(void *owner), void *owner);

void network_close(struct network *network);

#endif
