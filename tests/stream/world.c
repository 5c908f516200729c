#include "world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "carriage.h"
#include "json/text.h"

void
world_trace(struct world *world, const char *format, ...)
{
	char line[512];
	va_list args;

	if (world->trace == NULL)
		return;
	va_start(args, format);
	vsnprintf(line, sizeof line, format, args);
	va_end(args);
	bytes_print(world->trace, "%10llu  %s\n", (unsigned long long)world->now, line);
}

static void
plan_happening(struct world *world, enum happening_kind kind, uint64_t at, uint32_t number, uint32_t cut)
{
	if (world->planned == CALENDAR_MAX)
		abort();
	world->calendar[world->planned++] = (struct happening){ .kind = kind, .at = at, .number = number, .cut = cut };
}

void
world_lose(struct world *world)
{
	world->lost++;
	world->disturbed = world->now;
}

void
world_open(struct world *world, const struct plan *plan, struct digest *digest)
{
	*world = (struct world){ .plan = plan, .dice = { .state = ~plan->seed }, .closing = BYTES_INIT(MESSAGE_MAX),
	    .ledger = { .digest = digest } };
	plan_happening(world, HAPPEN_CLIENT_OPENS, plan->client_from, 0, 0);
	plan_happening(world, HAPPEN_AGENT_OPENS, plan->agent_from, 0, 0);
	for (uint32_t i = 0; i < plan->cut_count; i++)
		if (!plan->cuts[i].at_end)
			plan_happening(world, HAPPEN_CUT, plan->cuts[i].at, 0, i);
	if (plan->killed)
		plan_happening(world, HAPPEN_KILLED, plan->killed_at, 0, 0);
}

void
world_program_ended(struct world *world)
{
	const struct plan *plan = world->plan;

	for (uint32_t i = 0; i < plan->cut_count; i++)
		if (plan->cuts[i].at_end)
			plan_happening(world, HAPPEN_CUT, world->now + plan->cuts[i].at, 0, i);
}

void
world_clear(struct world *world)
{
	for (int way = 0; way < WORLD_WAYS; way++)
		carriage_drop(world, (enum world_way)way);
	ledger_clear(&world->ledger);
	bytes_clear(&world->closing);
}

static void
tell(struct world *world, enum world_way way, enum message_type type)
{
	struct bytes raw = BYTES_INIT(MESSAGE_MAX);
	struct message message = { .type = type, .created = 1 };
	struct ssm_error err = SSM_ERROR_INIT;

	if (message_encode(&raw, &message, world->ledger.digest, &err) != SSM_OK)
		abort();
	carriage_send(world, way, bytes_view(&raw), false);
	bytes_clear(&raw);
	ssm_error_clear(&err);
}

/* Some services tell the client nothing. */
static void
tell_client(struct world *world, enum message_type type)
{
	if (world->client.known && !dice_chance(&world->dice, world->plan->quiet_service))
		tell(world, TO_CLIENT, type);
}

static void
pause_agent(struct world *world)
{
	world->pauses++;
	tell(world, TO_AGENT, MESSAGE_PAUSE);
}

static void
client_is_there(struct world *world)
{
	world->client.known = true;
	if (world->agent_link.known)
		tell(world, TO_AGENT, MESSAGE_START);
	tell_client(world, world->agent_link.known ? MESSAGE_START : MESSAGE_PAUSE);
	if (world->closed)
		carriage_send(world, TO_CLIENT, bytes_view(&world->closing), false);
}

static void
arrive_from_client(struct world *world, struct view raw, bool text)
{
	struct message message;

	if (text) {
		client_is_there(world);
	} else if (world->agent_link.known) {
		carriage_hand_on(world, TO_AGENT, raw);
	} else {
		world_lose(world);
		carriage_trace(world, "dropped, the agent is away", FROM_CLIENT, raw);
		if (message_decode(&message, raw, world->ledger.digest) == NULL && message.type == MESSAGE_INPUT)
			tell_client(world, MESSAGE_PAUSE);
	}
}

/* What the agent hears of its numbers is acknowledged for good. */
static void
arrive_at_agent(struct world *world, struct view raw)
{
	struct message message;

	if (message_decode(&message, raw, world->ledger.digest) == NULL && message.type == MESSAGE_ACKNOWLEDGE) {
		int64_t sequence = message_read_acknowledgement(message.payload);

		world->known_to_agent |= sequence == 0;
		ledger_settled(&world->ledger, sequence);
	}
	agent_receive(world->agent, raw, world->now);
}

static void
arrive(struct world *world, const struct packet *packet)
{
	enum world_way way = packet->way;
	struct view raw = { packet->bytes, packet->len };

	carriage_trace(world, "arrives", way, raw);
	if (way == FROM_CLIENT) {
		arrive_from_client(world, raw, packet->text);
	} else if (way == TO_CLIENT) {
		ledger_delivered(&world->ledger, raw);
		channel_receive(world->channel, raw, false, world->now);
	} else if (way == TO_AGENT) {
		arrive_at_agent(world, raw);
	} else if (world->client.known) {
		carriage_hand_on(world, TO_CLIENT, raw);
	} else {
		world_lose(world);
		carriage_trace(world, "dropped, the client is away", way, raw);
	}
}

static void
open_client(struct world *world)
{
	world->client.up = true;
	world->client.number++;
	world_trace(world, "the client connects");
	ledger_connected(&world->ledger);
	if (world->killed && !world->taken_over)
		ledger_replaced(&world->ledger);
	world->taken_over = world->killed;
	channel_connected(world->channel, VIEW("token"), world->now);
}

static void
open_agent(struct world *world)
{
	bool again = world->agent != NULL;

	world->agent_link = (struct link){ .up = true, .known = true, .number = world->agent_link.number + 1 };
	world_trace(world, "the agent connects");
	if (again)
		agent_publish(world->agent, true, world->now);
	else
		world->open_agent(world);
	tell_client(world, MESSAGE_START);
	if (!world->client.known && !dice_chance(&world->dice, world->plan->quiet_service))
		pause_agent(world);
}

/* What is no connection any more cannot break. */
static void
cut(struct world *world, uint32_t number)
{
	const struct plan_cut *cut = &world->plan->cuts[number];
	struct link *link = cut->agent ? &world->agent_link : &world->client;

	if (!link->up)
		return;
	world_trace(world, "the %s's connection breaks", cut->agent ? "agent" : "client");
	link->up = false;
	world->client_cuts += !cut->agent;
	carriage_drop(world, cut->agent ? FROM_AGENT : FROM_CLIENT);
	carriage_drop(world, cut->agent ? TO_AGENT : TO_CLIENT);
	plan_happening(world, HAPPEN_SERVICE_NOTICES, world->now + cut->service_noticed, link->number, number);
	if (cut->agent)
		plan_happening(world, HAPPEN_AGENT_OPENS, world->now + cut->noticed + cut->away, 0, 0);
	else
		plan_happening(world, HAPPEN_CLIENT_NOTICES, world->now + cut->noticed, 0, number);
}

/* Nothing happens any more to a client that is not there. */
static void
forget_client(struct world *world)
{
	for (size_t i = 0; i < world->planned;)
		if (world->calendar[i].kind == HAPPEN_CLIENT_OPENS || world->calendar[i].kind == HAPPEN_CLIENT_NOTICES)
			world->calendar[i] = world->calendar[--world->planned];
		else
			i++;
}

/* Before its first message is acknowledged there is nothing to take over. */
static void
kill_client(struct world *world)
{
	if (world->over || world->closed)
		return;
	if (!world->known_to_agent) {
		plan_happening(world, HAPPEN_KILLED, world->now + 500, 0, 0);
		return;
	}
	world_trace(world, "the client is killed");
	forget_client(world);
	carriage_drop(world, FROM_CLIENT);
	carriage_drop(world, TO_CLIENT);
	world->client = (struct link){ .number = world->client.number + 1 };
	if (world->agent_link.known)
		pause_agent(world);
	world->client_cuts++;
	world->killed = world->replaced = true;
	ledger_killed(&world->ledger);
	channel_free(world->channel);
	world->open_channel(world, true);
	plan_happening(world, HAPPEN_CLIENT_OPENS, world->now + world->plan->killed_away, 0, 0);
}

/* Of a connection that another has followed it has nothing to notice. */
static void
service_notices(struct world *world, const struct happening *happening)
{
	bool agent = world->plan->cuts[happening->cut].agent;
	struct link *link = agent ? &world->agent_link : &world->client;

	if (link->number != happening->number)
		return;
	world_trace(world, "the service notices that the %s is gone", agent ? "agent" : "client");
	link->known = false;
	if (!agent && world->agent_link.known)
		pause_agent(world);
}

static void
happen(struct world *world, const struct happening *happening)
{
	switch (happening->kind) {
	case HAPPEN_CLIENT_OPENS:
		open_client(world);
		break;
	case HAPPEN_AGENT_OPENS:
		open_agent(world);
		break;
	case HAPPEN_CUT:
		cut(world, happening->cut);
		break;
	case HAPPEN_KILLED:
		kill_client(world);
		break;
	case HAPPEN_CLIENT_NOTICES:
		world_trace(world, "the client notices");
		channel_lost(world->channel, world->now);
		plan_happening(world, HAPPEN_CLIENT_OPENS, world->now + world->plan->cuts[happening->cut].away, 0, 0);
		break;
	case HAPPEN_SERVICE_NOTICES:
		service_notices(world, happening);
		break;
	case HAPPEN_CLOSED:
		world->closed = true;
		if (world->client.known)
			carriage_send(world, TO_CLIENT, bytes_view(&world->closing), false);
		break;
	}
}

static size_t
first_happening(const struct world *world)
{
	size_t first = 0;

	for (size_t i = 1; i < world->planned; i++)
		if (world->calendar[i].at < world->calendar[first].at)
			first = i;
	return first;
}

uint64_t
world_next(const struct world *world)
{
	uint64_t arrives = carriage_next(world);
	uint64_t next = world->planned == 0 ? UINT64_MAX : world->calendar[first_happening(world)].at;

	return arrives < next ? arrives : next;
}

bool
world_step(struct world *world)
{
	struct packet *packet = carriage_take(world);
	struct happening happening;
	size_t first;

	if (packet != NULL) {
		arrive(world, packet);
		free(packet);
		return true;
	}
	if (world->planned == 0 || world->calendar[first = first_happening(world)].at > world->now)
		return false;
	happening = world->calendar[first];
	world->calendar[first] = world->calendar[--world->planned];
	if (happening.kind != HAPPEN_CLOSED)
		world->disturbed = world->now;
	happen(world, &happening);
	return true;
}

void
world_collect(struct world *world)
{
	struct channel_outgoing out;
	struct view message;

	while (channel_next(world->channel, &out, world->now)) {
		ledger_client_sent(&world->ledger, out.message, out.text);
		carriage_send(world, FROM_CLIENT, out.message, out.text);
	}
	while (world->agent != NULL && agent_next(world->agent, &message, world->now)) {
		ledger_agent_sent(&world->ledger, message);
		carriage_send(world, FROM_AGENT, message, false);
	}
}

/* The agent tells the service over another connection, behind its last messages. */
void
world_agent_over(struct world *world, struct view text)
{
	struct bytes payload = BYTES_INIT(MESSAGE_MAX);
	struct message message = { .type = MESSAGE_CLOSED, .created = 1 };
	struct ssm_error err = SSM_ERROR_INIT;
	uint64_t last = world->ways[FROM_AGENT].last;

	world->over = true;
	jsontext_begin(&payload);
	jsontext_member(&payload, "MessageType", VIEW("channel_closed"));
	jsontext_member(&payload, "Output", text);
	jsontext_end(&payload);
	message.payload = bytes_view(&payload);
	if (message_encode(&world->closing, &message, world->ledger.digest, &err) != SSM_OK)
		abort();
	plan_happening(world, HAPPEN_CLOSED, (last > world->now ? last : world->now) + world->plan->latency, 0, 0);
	bytes_clear(&payload);
	ssm_error_clear(&err);
}
