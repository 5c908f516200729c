#include "agent_node.h"

#include "tap.h"

#define TELL_MAX 65536

static void
draw(void *context, unsigned char *out, size_t len)
{
	struct node *node = context;

	for (size_t i = 0; i < len; i++)
		out[i] = node->random++;
}

static void
open_agent(struct node *node, struct agent_options options)
{
	struct ssm_error err = SSM_ERROR_INIT;

	*node = (struct node){ .said = BYTES_INIT(TELL_MAX), .last = BYTES_INIT(MESSAGE_MAX),
		.numbered = BYTES_INIT(MESSAGE_MAX) };
	options.digest = node->digest = digest_new();
	options.random = draw;
	options.context = node;
	options.epoch = NODE_EPOCH;
	if (node->digest == NULL || agent_open(&node->agent, &options, 0, &err) != SSM_OK)
		skip_all("no agent");
}

void
node_open(struct node *node, enum agent_session session, bool old)
{
	open_agent(node, (struct agent_options){ .session = session, .version = old ? "3.2.1040.0" : "3.3.987.0" });
}

void
node_open_encrypted(struct node *node, enum agent_session session, const struct encryption_plan *plan)
{
	open_agent(node, (struct agent_options){ .session = session, .version = "3.3.987.0", .encryption = plan });
}

void
node_open_port(struct node *node, const char *version, bool forwards)
{
	open_agent(node, (struct agent_options){ .session = AGENT_PORT, .version = version,
	    .port = { VIEW("80"), VIEW("0"), VIEW_NONE, forwards } });
}

void
node_close(struct node *node)
{
	agent_free(node->agent);
	digest_free(node->digest);
	bytes_clear(&node->said);
	bytes_clear(&node->last);
	bytes_clear(&node->numbered);
}

static void
say_message(struct node *node, struct view raw)
{
	static const char letters[] = { [PAYLOAD_OUTPUT] = 'O', [PAYLOAD_HANDSHAKE_REQUEST] = 'Q',
		[PAYLOAD_HANDSHAKE_COMPLETE] = 'C', [PAYLOAD_CHALLENGE_REQUEST] = 'R', [PAYLOAD_STDERR] = 'E',
		[PAYLOAD_FLAG] = 'F', [PAYLOAD_EXIT_CODE] = 'X' };
	const char *wrong;
	struct message message;

	if ((wrong = message_decode(&message, raw, node->digest)) != NULL)
		bytes_print(&node->said, "(%s)", wrong);
	else if (message.type == MESSAGE_ACKNOWLEDGE)
		bytes_print(&node->said, "ack %lld ", (long long)message_read_acknowledgement(message.payload));
	else
		bytes_print(&node->said, "%c%lld=%.*s ", letters[message.payload_type], (long long)message.sequence,
		    VIEW_ARG_CUT(message.payload, 40));
	node->sent++;
	bytes_set(&node->last, raw);
	if (wrong == NULL && message.type == MESSAGE_OUTPUT)
		bytes_set(&node->numbered, raw);
}

static void
say_event(struct node *node, const struct agent_event *event)
{
	static const char *const ways[] = { [AGENT_STREAM] = "", [AGENT_BASIC] = "=basic", [AGENT_MUX] = "=mux" };

	switch (event->kind) {
	case AGENT_START:
		bytes_print(&node->said, "start%s%s ", ways[event->forwarding], event->keeps_alive ? "+alive" : "");
		break;
	case AGENT_INPUT:
		bytes_print(&node->said, "input=%.*s ", VIEW_ARG(event->bytes));
		break;
	case AGENT_SIZE:
		bytes_print(&node->said, "size=%ux%u ", event->columns, event->rows);
		break;
	case AGENT_FLAG:
		bytes_print(&node->said, "flag=%u ", (unsigned)event->flag);
		break;
	case AGENT_OVER:
		bytes_print(&node->said, "over=%.*s ", VIEW_ARG(event->text));
		break;
	}
}

const char *
node_run(struct node *node, uint64_t until)
{
	struct agent_event event;
	struct view message;

	bytes_reset(&node->said);
	node->sent = 0;
	for (;;) {
		while (agent_next(node->agent, &message, node->now))
			say_message(node, message);
		while (agent_event(node->agent, &event))
			say_event(node, &event);
		if (agent_deadline(node->agent) > until)
			break;
		if (agent_deadline(node->agent) > node->now)
			node->now = agent_deadline(node->agent);
	}
	node->now = until;
	return node->said.len == 0 ? "" : bytes_cstr(&node->said);
}

const char *
node_look(struct node *node)
{
	return node_run(node, node->now);
}

void
node_give(struct node *node, enum message_type type, int64_t sequence, enum payload_type payload_type,
    struct view payload)
{
	struct message message = { .type = type, .payload_type = payload_type, .sequence = sequence,
		.created = 1, .payload = payload };
	struct bytes raw = BYTES_INIT(MESSAGE_MAX);
	struct ssm_error err = SSM_ERROR_INIT;

	if (message_encode(&raw, &message, node->digest, &err) == SSM_OK)
		agent_receive(node->agent, bytes_view(&raw), node->now);
	bytes_clear(&raw);
	ssm_error_clear(&err);
}

const char *
node_input(struct node *node, int64_t sequence, const char *text)
{
	node_give(node, MESSAGE_INPUT, sequence, PAYLOAD_OUTPUT, view_of(text));
	return node_look(node);
}

const char *
node_size(struct node *node, int64_t sequence, const char *text)
{
	node_give(node, MESSAGE_INPUT, sequence, PAYLOAD_SIZE, view_of(text));
	return node_look(node);
}

const char *
node_answer(struct node *node, int64_t sequence, const char *text)
{
	node_give(node, MESSAGE_INPUT, sequence, PAYLOAD_HANDSHAKE_RESPONSE, view_of(text));
	return node_look(node);
}

void
node_acknowledge(struct node *node, int64_t sequence)
{
	struct message message = { .type = MESSAGE_OUTPUT, .sequence = sequence };
	struct bytes payload = BYTES_INIT(1024);

	message_write_acknowledgement(&payload, &message);
	node_give(node, MESSAGE_ACKNOWLEDGE, 0, PAYLOAD_NONE, bytes_view(&payload));
	bytes_clear(&payload);
}

void
node_output(struct node *node, const char *text)
{
	agent_output(node->agent, view_of(text), false, node->now);
}
