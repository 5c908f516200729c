#include "carriage.h"

#include <stdlib.h>

#define LATE_MAX 300			/* of a message that loses its order */
#define DESCRIPTION_MAX 128

static const char *const ways[WORLD_WAYS] = { "client -> service", "service -> client", "agent -> service",
	"service -> agent" };

void
carriage_trace(struct world *world, const char *what, enum world_way way, struct view message)
{
	char description[DESCRIPTION_MAX];

	if (world->trace == NULL)
		return;
	ledger_describe(description, sizeof description, &world->ledger, message);
	world_trace(world, "%s %s: %s", ways[way], what, description);
}

void
carriage_drop(struct world *world, enum world_way way)
{
	struct packet *packet;

	while ((packet = world->ways[way].first) != NULL) {
		world->ways[way].first = packet->next;
		if (!packet->ping)
			world_lose(world);
		free(packet);
	}
	world->ways[way].last = world->now;
}

void
carriage_write_off(struct world *world, enum world_way way)
{
	for (const struct packet *packet = world->ways[way].first; packet != NULL; packet = packet->next)
		if (!packet->ping)
			world_lose(world);
}

static struct link *
link_of(struct world *world, enum world_way way)
{
	return way == FROM_CLIENT || way == TO_CLIENT ? &world->client : &world->agent_link;
}

static struct packet *
put(struct world *world, enum world_way way, struct view message, uint64_t arrives)
{
	struct packet *packet = malloc(sizeof *packet + message.len), **place = &world->ways[way].first;

	if (packet == NULL)
		abort();
	*packet = (struct packet){ .way = way, .arrives = arrives, .len = message.len };
	memcpy(packet->bytes, message.ptr, message.len);
	while (*place != NULL && (*place)->arrives <= arrives)
		place = &(*place)->next;
	packet->next = *place;
	*place = packet;
	return packet;
}

/* Behind all that is on its way there, and not before the connection carries again. */
static uint64_t
arrival(struct world *world, enum world_way way)
{
	struct way *on = &world->ways[way];
	uint64_t stalled = link_of(world, way)->stalled, from = stalled > world->now ? stalled : world->now;
	uint64_t arrives = from + world->plan->latency + dice_between(&world->dice, 0, world->plan->jitter);

	if (arrives > on->last)
		on->last = arrives;
	return on->last;
}

void
carriage_ping(struct world *world, enum world_way way)
{
	if (link_of(world, way)->up)
		put(world, way, (struct view){ "", 0 }, arrival(world, way))->ping = true;
}

void
carriage_stall(struct world *world, enum world_way way, uint64_t until)
{
	for (struct packet *packet = world->ways[way].first; packet != NULL; packet = packet->next)
		if (packet->arrives < until)
			packet->arrives = until;
	if (world->ways[way].last < until)
		world->ways[way].last = until;
}

void
carriage_send(struct world *world, enum world_way way, struct view message, bool text)
{
	carriage_trace(world, link_of(world, way)->up ? "sent" : "sent into the void", way, message);
	if (!link_of(world, way)->up) {
		world_lose(world);
		return;
	}
	put(world, way, message, arrival(world, way))->text = text;
}

static uint64_t
late(struct world *world, enum world_way way)
{
	uint64_t stalled = link_of(world, way)->stalled, from = stalled > world->now ? stalled : world->now;

	return from + world->plan->latency + dice_between(&world->dice, 0, LATE_MAX);
}

void
carriage_hand_on(struct world *world, enum world_way way, struct view message)
{
	const struct plan *plan = world->plan;

	if (dice_chance(&world->dice, plan->lose)) {
		carriage_trace(world, "LOST", way, message);
		world_lose(world);
		return;
	}
	if (dice_chance(&world->dice, plan->duplicate))
		carriage_send(world, way, message, false);
	if (!dice_chance(&world->dice, plan->reorder) || !link_of(world, way)->up) {
		carriage_send(world, way, message, false);
		return;
	}
	carriage_trace(world, "sent, and out of order", way, message);
	put(world, way, message, late(world, way));
}

static const struct packet *
first_packet(const struct world *world)
{
	const struct packet *first = NULL;

	for (int i = 0; i < WORLD_WAYS; i++) {
		const struct packet *packet = world->ways[i].first;

		if (i == TO_CLIENT && world->held)
			continue;
		if (packet != NULL && (first == NULL || packet->arrives < first->arrives))
			first = packet;
	}
	return first;
}

uint64_t
carriage_next(const struct world *world)
{
	const struct packet *packet = first_packet(world);

	return packet == NULL ? UINT64_MAX : packet->arrives;
}

struct packet *
carriage_take(struct world *world)
{
	const struct packet *first = first_packet(world);
	struct packet *packet;

	if (first == NULL || first->arrives > world->now)
		return NULL;
	packet = world->ways[first->way].first;
	world->ways[first->way].first = packet->next;
	return packet;
}
