#include "sandbox/node/node.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/clock.h"
#include "json/text.h"
#include "sandbox/agent/queue.h"
#include "stream/message.h"

#define PAUSE 1			/* behind a read */
#define CATCH_UP 20
#define LATER 50			/* to look again for a client that cannot take more now */

struct node {
	struct node_plan plan;
	struct agent *agent;
	struct back back;
	struct agent_queue waiting;	/* messages that the agent will take when the port does */
	int64_t waited;			/* how many there were */
	struct loop_timer timer;
	uint64_t epoch;
	uint64_t read_next;		/* no output is read before */
	bool present;			/* the client is */
	bool start_due, asked, pending;	/* pending: output may wait for node_next() */
	bool over, told, done;		/* the session is; its end was told; channel_closed was given */
	struct bytes text;		/* of channel_closed */
	struct bytes message;		/* of the service's own */
};

static uint64_t
now_of(const struct node *node)
{
	return loop_now(node->plan.loop);
}

static void
draw(void *context, unsigned char *out, size_t len)
{
	(void)context;
	arc4random_buf(out, len);
}

static void
finish(struct node *node, struct view text)
{
	if (node->over)
		return;
	node->over = true;
	bytes_add(&node->text, text);
}

static void
ask_to_send(struct node *node)
{
	if (!node->asked)
		node->plan.sendable(node->plan.owner);
	node->asked = true;
}

static void
set_timer(struct node *node)
{
	uint64_t at = agent_deadline(node->agent);
	uint64_t soonest = now_of(node) + (node->asked ? LATER : 1);

	if (node->read_next > now_of(node) && node->read_next < at)
		at = node->read_next;
	if (at == AGENT_NEVER)
		loop_unset(&node->timer);
	else
		loop_set(node->plan.loop, &node->timer, at > soonest ? at : soonest);
}

/* What the agent sends now is lost. */
static void
send_to_nobody(struct node *node)
{
	struct view message;

	while (agent_next(node->agent, &message, now_of(node)))
		;
	node->pending = false;
}

static void
take_events(struct node *node)
{
	struct agent_event event;

	while (!node->over && agent_event(node->agent, &event))
		if (event.kind == AGENT_OVER)
			finish(node, event.text);
		else
			back_take(&node->back, &event);
}

/* What waited while the agent stood still, until it does so again. */
static void
take_waiting(struct node *node)
{
	struct agent_queued *message;

	while (!node->over && !back_is_blocked(&node->back) &&
	    (message = agent_queue_oldest(&node->waiting)) != NULL) {
		agent_receive(node->agent, agent_queued_view(message), now_of(node));
		agent_queue_remove(&node->waiting, message);
		take_events(node);
	}
}

static void
settle(struct node *node)
{
	take_events(node);
	take_waiting(node);
	if (node->over) {
		loop_set(node->plan.loop, &node->timer, now_of(node));
		return;
	}
	back_look(&node->back);
	set_timer(node);
}

/* After anything that may have changed what the agent wants. */
static void
arrange(struct node *node)
{
	if (node->present)
		ask_to_send(node);
	else if (!node->over)
		send_to_nobody(node);
	settle(node);
}

static void
on_due(void *owner)
{
	struct node *node = owner;

	if (!node->over) {
		arrange(node);
	} else if (!node->told) {
		node->told = true;
		back_stop(&node->back);
		if (node->present)
			ask_to_send(node);
		node->plan.over(node->plan.owner);	/* which may free the node */
	}
}

/* No more than the client's connection takes. */
static bool
is_output_wanted(void *owner, bool error_output)
{
	const struct node *node = owner;

	return !node->over && !node->pending && node->read_next <= now_of(node) && agent_reads(node->agent, error_output);
}

/* Until a millisecond after this read; one that was late for its turn makes up for a little of that. */
static void
rest(struct node *node)
{
	uint64_t now = now_of(node);

	if (node->read_next + CATCH_UP < now)
		node->read_next = now - CATCH_UP;
	node->read_next += PAUSE;
}

/* A reader that has something for a client who is away is gone: the agent's rule for output that is apart. */
static void
on_output(void *owner, struct view bytes, bool error_output)
{
	struct node *node = owner;

	agent_output(node->agent, bytes, error_output, now_of(node));
	if (node->plan.paced && node->plan.session == AGENT_PORT)
		rest(node);
	if (node->plan.session == AGENT_COMMAND_SEPARATE && !node->present)
		program_abandon(&node->back.program, error_output);
}

static void
on_ended(void *owner, int code)
{
	struct node *node = owner;

	agent_program_ended(node->agent, code, now_of(node));
}

static void
on_changed(void *owner)
{
	struct node *node = owner;

	if (node->over)
		return;
	node->pending = node->present;
	arrange(node);
}

static void
on_ready(void *owner)
{
	struct node *node = owner;

	agent_port_ready(node->agent);
}

static void
on_failed(void *owner, struct view why)
{
	struct node *node = owner;

	agent_program_failed(node->agent, why, now_of(node));
}

static void
on_connect_failed(void *owner)
{
	struct node *node = owner;

	agent_connect_failed(node->agent, now_of(node));
}

enum ssm_err
node_open(struct node **out, const struct node_plan *plan, struct ssm_error *err)
{
	struct node *node = calloc(1, sizeof *node);
	uint64_t now = loop_now(plan->loop);
	const struct agent_options options = { .session = plan->session, .version = plan->agent_version,
	    .port = plan->port, .encryption = plan->encryption.key_id != NULL ? &node->plan.encryption : NULL,
	    .digest = plan->digest, .random = draw, .epoch = (uint64_t)clock_utc_ms() - now };
	enum ssm_err rc;

	*out = NULL;
	if (node == NULL)
		return ssm_fail_memory(err);
	node->plan = *plan;
	node->epoch = options.epoch;
	node->text = (struct bytes)BYTES_INIT(MESSAGE_MAX / 2);
	node->message = (struct bytes)BYTES_INIT(MESSAGE_MAX);
	node->timer = (struct loop_timer){ .due = on_due, .owner = node };
	back_init(&node->back, plan->loop, &(struct program_plan){ .session = plan->session, .shell = plan->shell,
	    .command = plan->command, .mask = plan->mask }, &plan->port, &(struct back_calls){ is_output_wanted, on_output,
	    on_ended, on_changed, on_failed, on_ready, on_connect_failed, node });
	if ((rc = agent_open(&node->agent, &options, now, err)) != SSM_OK) {
		node_free(node);
		return rc;
	}
	*out = node;
	return SSM_OK;
}

void
node_publish(struct node *node, bool present)
{
	node->present = node->start_due = present;
	node->asked = node->pending = false;
	if (!node->over)
		agent_publish(node->agent, present, now_of(node));
	arrange(node);
}

void
node_receive(struct node *node, struct view message)
{
	if (node->over)
		return;
	if (back_is_blocked(&node->back) || agent_queue_oldest(&node->waiting) != NULL)
		agent_queue_put(&node->waiting, node->waited++, message, 0);
	else
		agent_receive(node->agent, message, now_of(node));
	arrange(node);
}

bool
node_is_full(const struct node *node)
{
	return back_is_full(&node->back) || node->waiting.count >= NODE_WAITING_FULL;
}

/* channel_closed has no number and no payload type, as the service sends it. */
static void
write_closing(struct node *node, struct bytes *payload, const char *id)
{
	char created[24];

	snprintf(created, sizeof created, "%llu", (unsigned long long)(node->epoch + now_of(node)));
	jsontext_begin(payload);
	jsontext_member(payload, "MessageType", VIEW("channel_closed"));
	jsontext_member(payload, "MessageId", view_of(id));
	jsontext_member(payload, "DestinationId", view_of(node->plan.session_id));
	jsontext_member(payload, "SessionId", view_of(node->plan.session_id));
	jsontext_member_number(payload, "SchemaVersion", 1);
	jsontext_member(payload, "CreatedDate", view_of(created));
	jsontext_member(payload, "Output", bytes_view(&node->text));
	jsontext_end(payload);
}

static bool
write_own(struct node *node, enum message_type type, struct view *message)
{
	struct message own = { .type = type, .flags = MESSAGE_SYN | MESSAGE_FIN,
	    .created = node->epoch + now_of(node) };
	struct bytes payload = BYTES_INIT(MESSAGE_MAX);
	struct ssm_error err = SSM_ERROR_INIT;
	char id[UUID_LEN + 1];
	bool written;

	arc4random_buf(own.id, sizeof own.id);
	uuid_mark(own.id);
	uuid_text(id, own.id);
	if (type == MESSAGE_CLOSED)
		write_closing(node, &payload, id);
	own.payload = bytes_view(&payload);
	bytes_reset(&node->message);
	written = message_encode(&node->message, &own, node->plan.digest, &err) == SSM_OK;
	*message = bytes_view(&node->message);
	bytes_clear(&payload);
	ssm_error_clear(&err);
	return written;
}

bool
node_next(struct node *node, struct view *message)
{
	node->asked = false;
	if (node->start_due) {
		node->start_due = false;
		return write_own(node, MESSAGE_START, message);
	}
	if (!node->over) {
		if (agent_next(node->agent, message, now_of(node)))
			return true;
		node->pending = false;
		settle(node);
		return false;
	}
	if (node->done || !node->told)
		return false;
	node->done = true;
	return write_own(node, MESSAGE_CLOSED, message);
}

bool
node_is_done(const struct node *node)
{
	return node->done;
}

void
node_end(struct node *node, struct view text)
{
	finish(node, text);
	arrange(node);
}

void
node_free(struct node *node)
{
	if (node == NULL)
		return;
	loop_unset(&node->timer);
	back_stop(&node->back);
	agent_queue_clear(&node->waiting);
	agent_free(node->agent);
	bytes_clear(&node->text);
	bytes_clear(&node->message);
	free(node);
}

void
node_kill_all(struct node **nodes, size_t count)
{
	struct program **programs = calloc(count + 1, sizeof *programs);

	for (size_t i = 0; programs != NULL && i < count; i++)
		programs[i] = &nodes[i]->back.program;
	if (programs != NULL)
		program_kill_all(programs, count);
	free(programs);
}
