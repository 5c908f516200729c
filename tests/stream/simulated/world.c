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

void
world_plan(struct world *world, enum happening_kind kind, uint64_t at, uint32_t number)
{
	if (world->planned == CALENDAR_MAX)
		abort();
	world->calendar[world->planned++] = (struct happening){ .kind = kind, .at = at, .number = number };
}

void
world_disturb(struct world *world, uint64_t until)
{
	if (world->disturbed < until)
		world->disturbed = until;
}

void
world_lose(struct world *world)
{
	world->lost++;
	world_disturb(world, world->now);
}

static void
plan_weather(struct world *world)
{
	const struct plan *plan = world->plan;

	for (uint32_t i = 0; i < plan->sleep_count; i++)
		world_plan(world, HAPPEN_SLEEPS, plan->sleeps[i].at, i);
	for (uint32_t i = 0; i < plan->change_count; i++)
		world_plan(world, HAPPEN_CHANGES, plan->changes[i], i);
	for (uint32_t i = 0; i < plan->pause_count; i++) {
		world_plan(world, HAPPEN_PAUSES, plan->pauses[i].at, i);
		world_plan(world, HAPPEN_STARTS, plan->pauses[i].at + plan->pauses[i].lasts, i);
	}
	if (plan->agent_dies)
		world_plan(world, HAPPEN_AGENT_DIES, plan->agent_dies_at, 0);
}

void
world_open(struct world *world, const struct plan *plan, struct digest *digest)
{
	*world = (struct world){ .plan = plan, .dice = { .state = ~plan->seed }, .closing = BYTES_INIT(MESSAGE_MAX),
	    .ledger = { .digest = digest } };
	lifeline_open(&world->line, world);
	world_plan(world, HAPPEN_CLIENT_OPENS, plan->client_from, 0);
	world_plan(world, HAPPEN_AGENT_OPENS, plan->agent_from, 0);
	for (uint32_t i = 0; i < plan->cut_count; i++)
		if (!plan->cuts[i].at_end)
			world_plan(world, HAPPEN_CUT, plan->cuts[i].at, i);
	if (plan->killed)
		world_plan(world, HAPPEN_KILLED, plan->killed_at, 0);
	plan_weather(world);
}

void
world_program_ended(struct world *world)
{
	const struct plan *plan = world->plan;

	for (uint32_t i = 0; i < plan->cut_count; i++)
		if (plan->cuts[i].at_end)
			world_plan(world, HAPPEN_CUT, world->now + plan->cuts[i].at, i);
}

void
world_clear(struct world *world)
{
	for (int way = 0; way < WORLD_WAYS; way++)
		carriage_drop(world, (enum world_way)way);
	lifeline_clear(&world->line);
	ledger_clear(&world->ledger);
	bytes_clear(&world->closing);
}

void
world_tell(struct world *world, enum world_way way, enum message_type type)
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

/* channel_closed, as the service will send it. */
void
world_make_closing(struct world *world, struct view text)
{
	struct bytes payload = BYTES_INIT(MESSAGE_MAX);
	struct message message = { .type = MESSAGE_CLOSED, .created = 1 };
	struct ssm_error err = SSM_ERROR_INIT;

	jsontext_begin(&payload);
	jsontext_member(&payload, "MessageType", VIEW("channel_closed"));
	jsontext_member(&payload, "Output", text);
	jsontext_end(&payload);
	message.payload = bytes_view(&payload);
	if (message_encode(&world->closing, &message, world->ledger.digest, &err) != SSM_OK)
		abort();
	bytes_clear(&payload);
	ssm_error_clear(&err);
}

/* Some services tell the client nothing. */
void
world_tell_client(struct world *world, enum message_type type)
{
	if (world->client.known && !dice_chance(&world->dice, world->plan->quiet_service))
		world_tell(world, TO_CLIENT, type);
}

static void
client_is_there(struct world *world)
{
	world->client.known = true;
	if (world->agent_link.known)
		world_tell(world, TO_AGENT, MESSAGE_START);
	world_tell_client(world, world->agent_link.known ? MESSAGE_START : MESSAGE_PAUSE);
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
			world_tell_client(world, MESSAGE_PAUSE);
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

/* What has lost its order may stand behind channel_closed, where no client can wait for it. */
static void
arrive_at_client(struct world *world, struct view raw)
{
	bool over = channel_has_end(world->channel);

	ledger_delivered(&world->ledger, raw);
	channel_receive(world->channel, raw, false, world_client_now(world));
	if (!over && channel_has_end(world->channel))
		carriage_write_off(world, TO_CLIENT);
}

static void
arrive(struct world *world, const struct packet *packet)
{
	enum world_way way = packet->way;
	struct view raw = { packet->bytes, packet->len };

	if (way == TO_CLIENT)
		lifeline_heard(&world->line, packet->ping);
	if (packet->ping) {
		if (way == FROM_CLIENT)
			carriage_ping(world, TO_CLIENT);
		return;
	}
	carriage_trace(world, "arrives", way, raw);
	if (way == FROM_CLIENT) {
		arrive_from_client(world, raw, packet->text);
	} else if (way == TO_CLIENT) {
		arrive_at_client(world, raw);
	} else if (way == TO_AGENT) {
		arrive_at_agent(world, raw);
	} else if (world->client.known) {
		carriage_hand_on(world, TO_CLIENT, raw);
	} else {
		world_lose(world);
		carriage_trace(world, "dropped, the client is away", way, raw);
	}
}

/* Of a connection that another has followed it has nothing to notice. */
static void
service_misses(struct world *world, struct link *link, uint32_t number)
{
	if (link->number != number)
		return;
	world_trace(world, "the service notices that the %s is gone", link == &world->client ? "client" : "agent");
	link->known = false;
	if (link == &world->client && world->agent_link.known)
		world_pause_agent(world);
}

static void
close_session(struct world *world)
{
	world->closed = true;
	if (world->client.known)
		carriage_send(world, TO_CLIENT, bytes_view(&world->closing), false);
}

static void
happen_to_client(struct world *world, const struct happening *happening)
{
	if (world->asleep && happening->kind != HAPPEN_WAKES && happening->kind != HAPPEN_SLEEPS)
		world_plan(world, happening->kind, world->wakes + 1, happening->number);
	else if (happening->kind == HAPPEN_CLIENT_OPENS)
		world_client_begins(world);
	else if (happening->kind == HAPPEN_CLIENT_NOTICES)
		world_client_notices(world, happening->number);
	else if (happening->kind == HAPPEN_SLEEPS)
		world_client_sleeps(world, happening->number);
	else if (happening->kind == HAPPEN_WAKES)
		world_client_wakes(world, happening->number);
	else
		lifeline_changed(&world->line, false);
}

static void
happen_to_agent(struct world *world, const struct happening *happening)
{
	if (happening->kind == HAPPEN_AGENT_OPENS)
		world_agent_connects(world);
	else if (happening->kind == HAPPEN_AGENT_DIES)
		world_agent_dies(world);
	else
		world_publish(world, happening->kind == HAPPEN_STARTS);
}

static void
cut(struct world *world, const struct plan_cut *cut)
{
	if (cut->agent)
		world_cut_agent(world, cut);
	else
		world_cut_client(world, cut);
}

static void
happen(struct world *world, const struct happening *happening)
{
	switch (happening->kind) {
	case HAPPEN_CLIENT_OPENS:
	case HAPPEN_CLIENT_NOTICES:
	case HAPPEN_SLEEPS:
	case HAPPEN_WAKES:
	case HAPPEN_CHANGES:
		happen_to_client(world, happening);
		break;
	case HAPPEN_AGENT_OPENS:
	case HAPPEN_AGENT_DIES:
	case HAPPEN_PAUSES:
	case HAPPEN_STARTS:
		happen_to_agent(world, happening);
		break;
	case HAPPEN_KILLED:
		world_client_is_killed(world);
		break;
	case HAPPEN_CUT:
		cut(world, &world->plan->cuts[happening->number]);
		break;
	case HAPPEN_SERVICE_MISSES_CLIENT:
		service_misses(world, &world->client, happening->number);
		break;
	case HAPPEN_SERVICE_MISSES_AGENT:
		service_misses(world, &world->agent_link, happening->number);
		break;
	case HAPPEN_CLOSED:
		close_session(world);
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
		world_disturb(world, world->now);
	happen(world, &happening);
	return true;
}

void
world_collect(struct world *world)
{
	struct channel_outgoing out;
	struct view message;

	while (world->line.state == LIFELINE_OPEN && !world->asleep &&
	    channel_next(world->channel, &out, world_client_now(world))) {
		ledger_client_sent(&world->ledger, out.message, out.text);
		carriage_send(world, FROM_CLIENT, out.message, out.text);
	}
	while (world->agent != NULL && !world->agent_dead && agent_next(world->agent, &message, world->now)) {
		ledger_agent_sent(&world->ledger, message);
		carriage_send(world, FROM_AGENT, message, false);
	}
}

/* The agent tells the service over another connection, behind its last messages. */
void
world_agent_over(struct world *world, struct view text)
{
	uint64_t last = world->ways[FROM_AGENT].last;

	world->over = true;
	world_make_closing(world, text);
	world_plan(world, HAPPEN_CLOSED, (last > world->now ? last : world->now) + world->plan->latency, 0);
}
