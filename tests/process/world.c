#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

static uint64_t
world_clock(void *context)
{
	return ((struct world *)context)->now;
}

static void
world_wait(void *context, int fd, int timeout)
{
	struct world *world = context;

	(void)fd;
	world->waited = timeout;
	world->now += timeout > 0 ? (uint64_t)timeout : 0;
}

void
world_open(struct world *world)
{
	*world = (struct world){ .now = 1000 };
	if (loop_open(&world->loop) != 0)
		skip_all("no epoll");
	world->loop.clock = world_clock;
	world->loop.wait = world_wait;
	world->loop.context = world;
}

const char *
world_turn(struct world *world, unsigned longest)
{
	world->told[0] = '\0';
	if (loop_turn(&world->loop, longest) != 0)
		snprintf(world->told, sizeof world->told, "error");
	return world->told;
}

static void
act(struct party *party)
{
	struct world *world = party->world;

	strncat(world->told, &party->letter, 1);
	if (party->unset != NULL)
		loop_unset(party->unset);
	if (party->again != NULL)
		loop_set(&world->loop, party->again, world->now);
	if (party->drop != NULL)
		loop_ask(&world->loop, party->drop, 0);
	if (party->renew != NULL) {
		loop_ask(&world->loop, party->renew, 0);
		loop_ask(&world->loop, party->renew, LOOP_READ);
	}
	if (party->freed) {
		loop_shut(&world->loop, &party->watch);
		free(party);
	}
}

static void
on_due(void *owner)
{
	act(owner);
}

static void
on_ready(void *owner, unsigned events)
{
	((struct party *)owner)->events = events;
	act(owner);
}

void
world_party(struct world *world, struct party *party, char letter, int fd)
{
	*party = (struct party){ .world = world, .letter = letter, .timer = { .owner = party, .due = on_due },
	    .watch = { .fd = fd, .owner = party, .ready = on_ready } };
}
