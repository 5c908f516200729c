#include "sandbox/channel/websocket.h"

#include <stdio.h>

#include "core/percent.h"
#include "sandbox/node/node.h"
#include "sandbox/channel/faulty.h"
#include "sandbox/channel/serving.h"
#include "sandbox/channel/upgrade.h"
#include "stream/message.h"

#define FIRST_SECONDS 30		/* for the first message */
#define WRITES_A_TURN 64
#define KEEP_MAX 16384
#define TIMEOUT ((enum pending_timeout)PENDING_TIMEOUT_USER_REASON_BASE)
#define NORMAL 1000
#define NOT_UNDERSTOOD 1003
#define TOO_LONG 1009
#define NOT_NOW 1011

static struct sandbox_service *
service_of(const struct websocket *socket)
{
	return serving_of(socket->wsi)->service;
}

static time_t
now_of(const struct sandbox_service *service)
{
	return time(NULL) + service->clock_offset;
}

/* The session's row: one of its own, or the pattern that stands for it. */
static void
tell_table(struct sandbox_channel *channel, bool connected)
{
	struct sandbox_session *row = sandbox_sessions_find(&channel->service->sessions, view_of(channel->id));

	if (row != NULL && channel->over)
		sandbox_session_terminate(row, now_of(channel->service));
	else if (row != NULL)
		sandbox_session_connect(row, connected);
}

/* Without a key where there is none to be. */
static struct encryption_plan
encryption_of(const struct sandbox_channel *channel)
{
	const struct sandbox_service *service = channel->service;
	const struct sandbox_session *row = sandbox_sessions_find(&service->sessions, view_of(channel->id));
	bool encrypted = row != NULL && encryption_is_for(channel->purpose.session);

	return (struct encryption_plan){ .keyring = service->keyring, .key_id = encrypted ? service->kms_key : NULL,
	    .session_id = channel->id, .target = encrypted ? row->target : NULL, .challenge = service->challenge };
}

static void
drop_node(struct sandbox_channel *channel)
{
	node_free(channel->node);
	sandbox_channel_sort(&channel->service->channels, channel, NULL);
}

static void
on_sendable(void *owner)
{
	struct sandbox_channel *channel = owner;
	struct websocket *socket = channel->client;

	lws_callback_on_writable(socket->wsi);
}

static void
on_over(void *owner)
{
	struct sandbox_channel *channel = owner;

	channel->over = true;
	tell_table(channel, false);
	if (channel->client == NULL)
		drop_node(channel);
}

static bool
open_node(struct websocket *socket)
{
	struct serving *serving = serving_of(socket->wsi);
	struct sandbox_channel *channel = socket->channel;
	struct ssm_error err = SSM_ERROR_INIT;
	struct node *node;
	const struct sandbox_purpose *purpose = &channel->purpose;
	const struct node_plan plan = { .loop = &serving->loop, .digest = channel->service->digest,
	    .encryption = encryption_of(channel),
	    .session_id = channel->id, .session = purpose->session, .shell = channel->service->shell,
	    .agent_version = channel->service->agent_version, .paced = channel->service->paced,
	    .command = bytes_view(&channel->command),
	    .port = { view_of(purpose->port), view_of(purpose->local_port), view_of(purpose->host), purpose->forwards },
	    .mask = serving->mask,
	    .sendable = on_sendable, .over = on_over, .owner = channel };

	if (node_open(&node, &plan, &err) != SSM_OK) {
		ssm_error_clear(&err);
		return false;
	}
	sandbox_channel_sort(&channel->service->channels, channel, node);
	return true;
}

/* From the client who had it to this one. */
static void
take_channel(struct websocket *socket)
{
	struct sandbox_channel *channel = socket->channel;
	struct websocket *before = channel->client;

	channel->service = service_of(socket);
	if (before != NULL) {
		websocket_close(before, NORMAL, "another client has opened it");
		before->channel = NULL;
		channel->client = NULL;
		node_publish(channel->node, false);
	}
	if (channel->node == NULL && !open_node(socket)) {
		websocket_close(socket, NOT_NOW, "out of memory");
		return;
	}
	socket->open = true;
	channel->client = socket;
	faulty_begin(socket);
	tell_table(channel, true);
	node_publish(channel->node, true);
}

static void
take_first(struct websocket *socket, struct view message, bool text)
{
	struct sandbox_refusal refusal;

	lws_set_timeout(socket->wsi, NO_PENDING_TIMEOUT, 0);
	if (!text) {
		websocket_close(socket, NOT_UNDERSTOOD, "request to open data channel is not the first message");
		websocket_tell(socket, socket->refusal.reason, "");
	} else if (!sandbox_opening_check(socket->channel, message, now_of(service_of(socket)), &refusal)) {
		websocket_close(socket, refusal.code, "");
		socket->refusal = refusal;
		websocket_tell(socket, "refused: ", refusal.reason);
	} else {
		websocket_tell(socket, "opened", "");
		take_channel(socket);
	}
}

/* What the official client's messages never are, though an agent does not mind. */
static const char *
find_oddity(const struct message *message)
{
	if (message->type == MESSAGE_INPUT && message->flags != 0)
		return "input with flags";
	if (message->type == MESSAGE_ACKNOWLEDGE && message->flags != (MESSAGE_SYN | MESSAGE_FIN))
		return "an acknowledgement without both flags";
	if (message->type == MESSAGE_ACKNOWLEDGE && (message->sequence != 0 || message->payload_type != PAYLOAD_NONE))
		return "an acknowledgement with a number or a payload type in its head";
	return NULL;
}

static bool
take_message(struct websocket *socket, struct view bytes)
{
	struct node *node = socket->channel->node;
	struct message message = { .type = MESSAGE_UNKNOWN };
	const char *wrong = message_decode(&message, bytes, service_of(socket)->digest), *odd;

	if (wrong == NULL && message.type != MESSAGE_INPUT && message.type != MESSAGE_ACKNOWLEDGE)
		wrong = "not of a client's types";
	if (wrong != NULL) {
		websocket_tell(socket, "dropped a message: ", wrong);
		return true;
	}
	if ((odd = find_oddity(&message)) != NULL)
		websocket_tell(socket, "odd: ", odd);
	node_receive(node, bytes);
	if (node_is_full(node))
		lws_rx_flow_control(socket->wsi, 0);
	return true;
}

static bool
receive(struct websocket *socket, struct view part)
{
	struct lws *wsi = socket->wsi;
	bool text = !lws_frame_is_binary(wsi), going = true;

	if (socket->closing || socket->channel == NULL)
		return true;
	bytes_add(&socket->in, part);
	if (bytes_failed(&socket->in)) {
		websocket_close(socket, TOO_LONG, "a message is too long");
		return true;
	}
	if (lws_remaining_packet_payload(wsi) != 0 || !lws_is_final_fragment(wsi))
		return true;
	if (!socket->open)
		take_first(socket, bytes_view(&socket->in), text);
	else if (text)
		websocket_tell(socket, "dropped a message: ", "a text");
	else
		going = faulty_pass(socket, FAULT_IN, bytes_view(&socket->in), take_message);
	bytes_recycle(&socket->in, KEEP_MAX);
	return going;
}

static bool
send_message(struct websocket *socket, struct view message)
{
	static const char room[LWS_PRE];
	struct bytes *out = &socket->out;

	bytes_reset(out);
	bytes_add(out, (struct view){ room, sizeof room });
	bytes_add(out, message);
	return !bytes_failed(out) && lws_write(socket->wsi, (unsigned char *)out->ptr + LWS_PRE, message.len,
	    LWS_WRITE_BINARY) >= (int)message.len;
}

/* Behind all that is for the client, late or not. */
static int
end_channel(struct websocket *socket)
{
	if (!faulty_flush(socket, FAULT_OUT, send_message))
		return -1;
	if (faulty_is_through(socket))
		websocket_close(socket, NORMAL, "the session is over");
	return 0;
}

/* Until the node has nothing more, or the connection takes no more. */
static int
send_some(struct websocket *socket)
{
	struct node *node = socket->channel->node;
	struct view message;
	bool late;

	for (int i = 0; i < WRITES_A_TURN && !lws_send_pipe_choked(socket->wsi); i++) {
		if (!faulty_send_late(socket, &late, send_message))
			return -1;
		if (late)
			continue;
		if (node_is_done(node))
			return end_channel(socket);
		if (!faulty_has_room(socket, FAULT_OUT) || !node_next(node, &message))
			return 0;
		if (!faulty_pass(socket, FAULT_OUT, message, send_message))
			return -1;
		if (socket->closing)
			return 0;
	}
	lws_callback_on_writable(socket->wsi);
	return 0;
}

static int
on_writable(struct websocket *socket)
{
	if (socket->closing && socket->link.silent) {
		faulty_abort(socket);
		return -1;
	}
	if (socket->closing) {
		lws_close_reason(socket->wsi, (enum lws_close_status)socket->refusal.code,
		    (unsigned char *)socket->refusal.reason, strlen(socket->refusal.reason));
		return -1;
	}
	if (!socket->open || socket->channel == NULL)
		return 0;
	if (!socket->link.silent && !node_is_full(socket->channel->node) && faulty_has_room(socket, FAULT_IN))
		lws_rx_flow_control(socket->wsi, 1);
	return send_some(socket);
}

/* The request's query is the one that sandbox/channel/upgrade wrote. */
static void
establish(struct websocket *socket, struct lws *wsi)
{
	const size_t prefix = sizeof SANDBOX_UPGRADE_ID - 1;
	char query[3 * SESSION_ID_MAX + sizeof SANDBOX_UPGRADE_ID];
	int len = lws_hdr_copy_fragment(wsi, query, sizeof query, WSI_TOKEN_HTTP_URI_ARGS, 0);
	struct view id = VIEW_NONE;

	*socket = (struct websocket){ .wsi = wsi, .in = BYTES_INIT(MESSAGE_MAX),
	    .out = BYTES_INIT(LWS_PRE + MESSAGE_MAX), .held = { BYTES_INIT(MESSAGE_MAX), BYTES_INIT(MESSAGE_MAX) } };
	if (len > (int)prefix)
		id = (struct view){ query + prefix, (size_t)len - prefix };
	socket->channel = sandbox_channels_find(&service_of(socket)->channels, id);
	lws_set_timeout(wsi, TIMEOUT, FIRST_SECONDS);
	if (socket->channel == NULL || socket->channel->over)
		websocket_close(socket, NORMAL, "the session is over");
}

static void
finish(struct websocket *socket)
{
	struct sandbox_channel *channel = socket->channel;

	if (channel != NULL && channel->client == socket) {
		channel->client = NULL;
		websocket_tell(socket, "left", "");
		if (channel->over) {
			drop_node(channel);
		} else {
			node_publish(channel->node, false);
			tell_table(channel, false);
		}
	}
	bytes_clear(&socket->in);
	bytes_clear(&socket->out);
	faulty_end(socket);
}

int
sandbox_on_websocket(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	switch (reason) {
	case LWS_CALLBACK_ESTABLISHED:
		establish(user, wsi);
		return 0;
	case LWS_CALLBACK_RECEIVE:
		return receive(user, (struct view){ in, len }) ? 0 : -1;
	case LWS_CALLBACK_TIMER:
		return faulty_due(user, take_message) ? 0 : -1;
	case LWS_CALLBACK_SERVER_WRITEABLE:
		return on_writable(user);
	case LWS_CALLBACK_CLOSED:
		finish(user);
		return 0;
	default:
		return 0;
	}
}
