/*
 * What happens to the agent's connection in a simulated world, and to the agent.
 */
#include "carriage.h"

void
world_pause_agent(struct world *world)
{
	world->pauses++;
	world_tell(world, TO_AGENT, MESSAGE_PAUSE);
}

void
world_agent_connects(struct world *world)
{
	bool again = world->agent != NULL;

	if (world->agent_dead)
		return;
	world->agent_link = (struct link){ .up = true, .known = true, .number = world->agent_link.number + 1 };
	world_trace(world, "the agent connects");
	if (again)
		agent_publish(world->agent, true, world->now);
	else
		world->open_agent(world);
	world_tell_client(world, MESSAGE_START);
	if (!world->client.known && !dice_chance(&world->dice, world->plan->quiet_service))
		world_pause_agent(world);
}

/* It carries nothing any more, whoever knows of that. */
static void
break_agent(struct world *world, uint32_t service_notices)
{
	world->agent_link.up = false;
	carriage_drop(world, FROM_AGENT);
	carriage_drop(world, TO_AGENT);
	world_plan(world, HAPPEN_SERVICE_MISSES_AGENT, world->now + service_notices, world->agent_link.number);
}

void
world_cut_agent(struct world *world, const struct plan_cut *cut)
{
	if (!world->agent_link.up)
		return;
	world_trace(world, "the agent's connection breaks");
	break_agent(world, cut->service_noticed);
	world_plan(world, HAPPEN_AGENT_OPENS, world->now + cut->noticed + cut->away, 0);
}

/* One that has reported its end is not asked any more. */
void
world_agent_dies(struct world *world)
{
	if (world->over || world->agent == NULL)
		return;
	world_trace(world, "the agent dies");
	world->agent_dead = true;
	world->troubles++;
	if (world->agent_link.up)
		break_agent(world, 0);
	world_make_closing(world, VIEW("the agent knows of no such session"));
	world_plan(world, HAPPEN_CLOSED, world->now + world->plan->agent_dead, 0);
}

/* Of those that are there. Output that is apart would end with such a pause, and no client could know. */
void
world_publish(struct world *world, bool start)
{
	if (!world->client.known || !world->agent_link.known)
		return;
	world->troubles++;
	if (start)
		world_tell(world, TO_AGENT, MESSAGE_START);
	else if (world->plan->session != AGENT_COMMAND_SEPARATE)
		world_pause_agent(world);
	world_tell_client(world, start ? MESSAGE_START : MESSAGE_PAUSE);
}
