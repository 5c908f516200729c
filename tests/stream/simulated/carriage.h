/*
 * carriage: messages under way on the world's connections.
 *
 * Purpose:   each way has its delay, keeps the order of what goes on it, and loses all when its connection breaks. What
 *            the service hands on may also be lost, come twice or late. What a client does not read waits.
 */
#ifndef SSM_TESTS_CARRIAGE_H
#define SSM_TESTS_CARRIAGE_H

#include "world.h"

struct packet {
	struct packet *next;
	enum world_way way;
	uint64_t arrives;
	bool text, ping;		/* a ping, or the answer to one */
	size_t len;
	char bytes[];
};

/* Behind all that is under way there; into the void when the connection does not carry anything. */
void carriage_send(struct world *world, enum world_way way, struct view message, bool text);

/* What the service hands on, with its faults. */
void carriage_hand_on(struct world *world, enum world_way way, struct view message);

/* A ping, or its answer. */
void carriage_ping(struct world *world, enum world_way way);

void carriage_drop(struct world *world, enum world_way way);

/* What is under way there is lost, although it arrives. */
void carriage_write_off(struct world *world, enum world_way way);

/* What is under way arrives then at the earliest. */
void carriage_stall(struct world *world, enum world_way way, uint64_t until);

/* When the next one arrives. */
uint64_t carriage_next(const struct world *world);

/* One that is due, which is the caller's to free; NULL: there is none. */
struct packet *carriage_take(struct world *world);

void carriage_trace(struct world *world, const char *what, enum world_way way, struct view message);

#endif
