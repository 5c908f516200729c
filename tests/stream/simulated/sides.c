#include "sides.h"

#include "stream/state.h"

#define NEVER FLOW_NEVER
#define TERMINAL_WAIT 1000
#define RESIZE_GAP 3000
#define COLUMNS_MAX 300

static bool
has_terminal(const struct sides *sides)
{
	enum agent_session session = sides->world->plan->session;

	return session == AGENT_SHELL || session == AGENT_INTERACTIVE;
}

void
sides_open(struct sides *sides, struct world *world)
{
	static const struct plan_flow none = { .most = 1, .gap = 1 };
	const struct plan *plan = world->plan;
	bool text = plan->session != AGENT_PORT;

	*sides = (struct sides){ .world = world, .dice = { .state = plan->seed ^ 0x5eed },
	    .read_next = NEVER, .exit_code = -1, .resize_next = plan->resizes > 0 ? 0 : NEVER };
	flow_open(&sides->flows[STREAM_INPUT], STREAM_INPUT, &plan->input, false, &sides->dice);
	flow_open(&sides->flows[STREAM_OUTPUT], STREAM_OUTPUT, &plan->output, text, &sides->dice);
	flow_open(&sides->flows[STREAM_ERROR], STREAM_ERROR,
	    plan->session == AGENT_COMMAND_SEPARATE ? &plan->error_output : &none, text, &sides->dice);
}

void
sides_clear(struct sides *sides)
{
	for (int i = 0; i < STREAMS; i++)
		flow_clear(&sides->flows[i]);
}

static void
came(struct sides *sides, enum stream stream, struct view bytes)
{
	if (stream != STREAM_INPUT && sides->world->plan->code < 0)
		sides->reason += bytes.len;
	else
		flow_came(&sides->flows[stream], &sides->world->ledger, bytes);
}

static bool
act_input(struct sides *sides)
{
	struct stream_flow *flow = &sides->flows[STREAM_INPUT];
	struct world *world = sides->world;
	size_t before = flow->taken;

	if (!sides->ready || sides->closed)
		return false;
	flow_release(flow, &sides->dice, world->now);
	if (flow->released > flow->taken && channel_room(world->channel) > 0)
		flow->taken += channel_send(world->channel,
		    (struct view){ flow->bytes + flow->taken, flow->released - flow->taken }, world_client_now(world));
	if (flow->taken > before)
		world_trace(world, "the user has typed %zu bytes", flow->taken);
	return flow->taken > before;
}

/* Each size has other columns than the one before. */
static bool
act_resize(struct sides *sides)
{
	if (sides->world->now < sides->resize_next)
		return false;
	sides->columns = 1 + (sides->columns + dice_between(&sides->dice, 0, COLUMNS_MAX - 2)) % COLUMNS_MAX;
	channel_resize(sides->world->channel, sides->columns, 24, world_client_now(sides->world));
	sides->resize_next = ++sides->resized < sides->world->plan->resizes ?
	    sides->world->now + dice_between(&sides->dice, 1, RESIZE_GAP) : NEVER;
	return true;
}

static bool
user_takes_now(const struct sides *sides)
{
	const struct plan *plan = sides->world->plan;
	uint64_t now = sides->world->now;

	return now >= sides->take_next &&
	    (now < plan->sink_stops || now >= (uint64_t)plan->sink_stops + plan->sink_stopped);
}

/* Of another client: what the first one has acknowledged is between what it is shown. */
static void
came_adopted(struct sides *sides, enum stream stream, struct view bytes)
{
	struct stream_flow *flow = &sides->flows[stream];
	uint64_t len;

	while (bytes.len > 0) {
		flow->came = ledger_skip_gone(&sides->world->ledger, flow->came, &len);
		len = len < bytes.len ? len : bytes.len;
		came(sides, stream, view_slice(bytes, 0, len));
		bytes = view_slice(bytes, len, bytes.len);
	}
	flow->came = ledger_skip_gone(&sides->world->ledger, flow->came, &len);
}

static bool
take_output(struct sides *sides, enum stream stream, struct view bytes)
{
	const struct plan_flow *sink = &sides->world->plan->sink;
	size_t len = bytes.len < sink->most ? bytes.len : sink->most;

	if (!user_takes_now(sides))
		return false;
	if (sides->world->killed)
		came_adopted(sides, stream, view_slice(bytes, 0, len));
	else
		came(sides, stream, view_slice(bytes, 0, len));
	channel_took(sides->world->channel, len);
	sides->take_next = sides->world->now + sink->gap;
	return true;
}

/* Another client, in place of the one that was killed. */
static void
replace_client(struct sides *sides)
{
	sides->ready = false;
	sides->adopts = true;
	sides->adopted = -1;
	sides->take_next = sides->world->now;
	channel_resize(sides->world->channel, sides->columns, 24, world_client_now(sides->world));
}

/* What the first client has read and was not acknowledged comes again; input that did not arrive went with it. */
static void
begin_adopted(struct sides *sides)
{
	const struct adoption *adoption = &sides->world->channel->adoption;

	sides->adopts = false;
	sides->adopted = adoption->first;
	if (!adoption->guessed)
		ledger_check_gone(&sides->world->ledger, sides->adopted);
	sides->flows[STREAM_OUTPUT].came = ledger_position(&sides->world->ledger, sides->adopted);
}

static void
end_session(struct sides *sides, const struct channel_event *event)
{
	sides->closed = true;
	sides->failed = event->kind == CHANNEL_FAILED;
	sides->incomplete = event->incomplete;
	sides->failure_told = event->text.len > 0;
	world_trace(sides->world, "the client: ended%s%s: %.*s", sides->failed ? ", failed" : "",
	    sides->incomplete ? ", incomplete" : "", VIEW_ARG_CUT(event->text, 200));
}

static bool
act_channel(struct sides *sides)
{
	struct channel_event event;

	if (sides->closed)
		return false;
	if (!channel_event(sides->world->channel, &event)) {
		sides->left = sides->closed = sides->world->line.state == LIFELINE_OVER;
		return sides->closed;
	}
	switch (event.kind) {
	case CHANNEL_READY:
		sides->ready = true;
		if (sides->world->killed)
			sides->flows[STREAM_INPUT].taken = sides->flows[STREAM_INPUT].came;
		sides->flows[STREAM_INPUT].next = sides->flows[STREAM_INPUT].total > 0 ? sides->world->now : NEVER;
		break;
	case CHANNEL_OUTPUT:
		if (sides->adopts)
			begin_adopted(sides);
		return take_output(sides, STREAM_OUTPUT, event.bytes);
	case CHANNEL_ERROR_OUTPUT:
		return take_output(sides, STREAM_ERROR, event.bytes);
	case CHANNEL_EXIT:
		sides->exit_told = true;
		sides->exit_code = event.exit_code;
		break;
	case CHANNEL_ENDED:
	case CHANNEL_FAILED:
		end_session(sides, &event);
		break;
	case CHANNEL_ADOPTED:
	case CHANNEL_KEY_WANTED:
	case CHANNEL_TEXT:
	case CHANNEL_AWAY:
	case CHANNEL_BACK:
	case CHANNEL_FLAG:
		break;
	}
	return true;
}

static void
start_program(struct sides *sides)
{
	struct world *world = sides->world;

	sides->started = true;
	agent_port_ready(world->agent);
	sides->read_next = world->now + (has_terminal(sides) ? TERMINAL_WAIT : 0);
	sides->flows[STREAM_OUTPUT].next = sides->flows[STREAM_OUTPUT].total > 0 ? world->now : NEVER;
	sides->flows[STREAM_ERROR].next = sides->flows[STREAM_ERROR].total > 0 ? world->now : NEVER;
	world_trace(world, "the program starts");
}

static bool
act_agent(struct sides *sides)
{
	struct agent_event event;

	if (sides->world->agent == NULL || sides->world->agent_dead || !agent_event(sides->world->agent, &event))
		return false;
	if (event.kind == AGENT_START) {
		start_program(sides);
	} else if (event.kind == AGENT_INPUT) {
		came(sides, STREAM_INPUT, event.bytes);
		world_trace(sides->world, "the program has read %zu bytes", sides->flows[STREAM_INPUT].came);
	} else if (event.kind == AGENT_SIZE) {
		sides->columns_came = event.columns;
	} else if (event.kind == AGENT_OVER) {
		sides->over = true;
		sides->over_at = sides->world->now;
		world_trace(sides->world, "the agent is over");
		world_agent_over(sides->world, event.text);
	}
	return true;
}

static bool
read_output(struct sides *sides, enum stream stream)
{
	struct stream_flow *flow = &sides->flows[stream];
	struct world *world = sides->world;
	size_t rest, len;

	flow_release(flow, &sides->dice, world->now);
	rest = flow->released - flow->taken;
	if (rest == 0 || !agent_reads(world->agent, stream == STREAM_ERROR))
		return false;
	len = dice_between(&sides->dice, 1, world->plan->read_most);
	len = len < rest ? len : rest;
	flow->taken += len;
	agent_output(world->agent, (struct view){ flow->bytes + flow->taken - len, len }, stream == STREAM_ERROR,
	    world->now);
	return true;
}

bool
sides_left_output(const struct sides *sides)
{
	for (int i = STREAM_OUTPUT; i < STREAMS; i++)
		if (sides->flows[i].taken < sides->flows[i].total)
			return true;
	return false;
}

/* All is written and read, but for what nobody reads any more and the pipe holds; a shell has seen the last size. */
static bool
is_finished(const struct sides *sides)
{
	const struct plan *plan = sides->world->plan;
	const struct stream_flow *input = &sides->flows[STREAM_INPUT];
	bool apart = plan->session == AGENT_COMMAND_SEPARATE;

	for (int i = STREAM_OUTPUT; i < STREAMS; i++)
		if (sides->flows[i].released < sides->flows[i].total || (sides->flows[i].taken < sides->flows[i].total &&
		    !(apart && !agent_reads(sides->world->agent, i == STREAM_ERROR))))
			return false;
	if (has_terminal(sides) && (sides->resized < plan->resizes || sides->columns_came != sides->columns))
		return plan->early_end;
	return plan->early_end || input->came == input->total;
}

static bool
act_program(struct sides *sides)
{
	struct world *world = sides->world;
	bool read = false;

	if (!sides->started || sides->ended || world->agent_dead || world->now < sides->read_next)
		return false;
	if (world->plan->code >= 0) {
		read = read_output(sides, STREAM_OUTPUT);
		read |= read_output(sides, STREAM_ERROR);
	}
	if (read)
		sides->read_next = world->now + 1;
	if (read || (world->plan->code >= 0 && !is_finished(sides)))
		return read;
	if (sides->done_at == 0)
		sides->done_at = world->now + 1;
	if (world->now < sides->done_at + world->plan->linger)
		return false;
	sides->ended = true;
	sides->ended_at = world->now;
	sides->disturbed = world->disturbed;
	world_trace(world, "the program ends");
	if (world->plan->code < 0)
		agent_program_failed(world->agent, VIEW("fork/exec: the program cannot be started"), world->now);
	else
		agent_program_ended(world->agent, world->plan->code, world->now);
	world_program_ended(world);
	return true;
}

static bool
act_user(struct sides *sides)
{
	bool acted = act_channel(sides);

	acted |= act_input(sides);
	acted |= act_resize(sides);
	return acted;
}

bool
sides_act(struct sides *sides)
{
	bool acted;

	if (sides->world->replaced)
		replace_client(sides);
	sides->world->replaced = false;
	acted = !sides->world->asleep && act_user(sides);
	acted |= act_agent(sides);
	acted |= act_program(sides);
	return acted;
}

static uint64_t
earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Of the user: when he takes again, whether there is something or not. */
static uint64_t
next_take(const struct sides *sides)
{
	const struct plan *plan = sides->world->plan;
	uint64_t stopped = (uint64_t)plan->sink_stops + plan->sink_stopped, now = sides->world->now;

	if (now >= plan->sink_stops && now < stopped)
		return stopped;
	return sides->take_next > now ? sides->take_next : NEVER;
}

static uint64_t
next_of_user(const struct sides *sides)
{
	uint64_t next = earlier(next_take(sides), sides->resize_next);

	if (sides->ready && !sides->closed)
		next = earlier(next, sides->flows[STREAM_INPUT].next);
	return next;
}

uint64_t
sides_next(const struct sides *sides)
{
	uint64_t next = sides->world->asleep ? NEVER : next_of_user(sides), now = sides->world->now;

	if (sides->started && !sides->ended && !sides->world->agent_dead) {
		if (sides->done_at > 0)
			return earlier(next, sides->done_at + sides->world->plan->linger);
		if (sides->read_next > now)
			return earlier(next, sides->read_next);
		next = earlier(next, sides->flows[STREAM_OUTPUT].next);
		next = earlier(next, sides->flows[STREAM_ERROR].next);
	}
	return next;
}
