/*
 * world: a loop by a clock that only waiting moves, and parties that it calls: for the tests of loop.
 *
 * Ownership: the loop is the test's to close, and descriptors are its to shut.
 */
#ifndef SSM_TESTS_PROCESS_WORLD_H
#define SSM_TESTS_PROCESS_WORLD_H

#include "process/loop.h"

/* A loop whose waiting moves the clock on, and takes no time. */
struct world {
	struct loop loop;
	uint64_t now;
	int waited;			/* how long the last turn was ready to wait */
	char told[32];			/* letters of who was called, in order */
};

/* One that is called: it notes its letter, then does what the case wants. */
struct party {
	struct world *world;
	char letter;
	struct loop_timer timer, *unset, *again;
	struct loop_watch watch, *drop, *renew;
	unsigned events;
	bool freed;
};

void world_open(struct world *world);

/* Who is called in one turn. */
const char *world_turn(struct world *world, unsigned longest);

/* *party is called for its descriptor, or -1, and its moment. */
void world_party(struct world *world, struct party *party, char letter, int fd);

#endif
