#include "sandbox/channel/faulty.h"

#include <sys/socket.h>

#include "sandbox/channel/serving.h"

static struct faults *
faults_of(const struct websocket *socket)
{
	return &serving_of(socket->wsi)->service->faults;
}

static uint64_t
now_of(const struct websocket *socket)
{
	return loop_now(&serving_of(socket->wsi)->loop);
}

static struct fault_line *
line_of(struct websocket *socket, enum fault_way way)
{
	return &socket->lines[way == FAULT_OUT];
}

/*
 * What is due for the client goes when its connection is ready for it. A timer that is not needed any more is left to come
 * once, and finds nothing to do: libwebsockets 4.1 takes the request to cancel one for a time that is past.
 */
static void
arm(struct websocket *socket)
{
	uint64_t now = now_of(socket), at = faults_deadline(faults_of(socket), &socket->link);
	uint64_t in = fault_line_deadline(line_of(socket, FAULT_IN), now);
	uint64_t out = fault_line_deadline(line_of(socket, FAULT_OUT), now);

	if (out <= now)
		lws_callback_on_writable(socket->wsi);
	else
		at = out < at ? out : at;
	at = in < at ? in : at;
	if (at != FAULT_NEVER)
		lws_set_timer_usecs(socket->wsi, at <= now ? 1 : (lws_usec_t)(at - now) * 1000);
}

void
faulty_begin(struct websocket *socket)
{
	socket->link = (struct fault_link)FAULT_LINK_INIT(faults_of(socket), now_of(socket));
	socket->link.session = sandbox_channel_session(socket->channel);
	arm(socket);
}

/* A connection that is taken apart has no FIN to send any more. */
void
faulty_abort(struct websocket *socket)
{
	const struct sockaddr nowhere = { .sa_family = AF_UNSPEC };

	(void)connect(lws_get_socket_fd(socket->wsi), &nowhere, sizeof nowhere);
}

static bool
carry_out(struct websocket *socket, const struct fault_verdict *verdict)
{
	if (verdict->rule != NULL)
		websocket_tell(socket, "fault: ", verdict->rule);
	if (socket->link.silent) {
		lws_rx_flow_control(socket->wsi, 0);
		faulty_end(socket);
	}
	switch (verdict->deed) {
	case FAULT_ABORT:
		faulty_abort(socket);
		return false;
	case FAULT_END:
		return false;
	case FAULT_SHUT:
		websocket_close(socket, verdict->code, "a rule of --fault closes it");
		return true;
	case FAULT_PASS: case FAULT_LOSE: case FAULT_TWICE: case FAULT_HOLD:
		break;
	}
	return true;
}

/* At once, or late: behind those that are on their way in any case. */
static bool
deliver(struct websocket *socket, enum fault_way way, struct view message, const struct fault_verdict *verdict,
    bool (*pass)(struct websocket *socket, struct view message))
{
	struct fault_line *line = line_of(socket, way);

	if (verdict->delay_ms == 0 && verdict->rate == 0 && fault_line_is_empty(line))
		return pass(socket, message);
	if (!fault_line_add(line, message, verdict, now_of(socket)))
		return false;
	if (way == FAULT_IN && !faulty_has_room(socket, way))
		lws_rx_flow_control(socket->wsi, 0);
	arm(socket);
	return true;
}

static bool
deliver_held(struct websocket *socket, enum fault_way way, const struct fault_verdict *verdict,
    bool (*pass)(struct websocket *socket, struct view message))
{
	struct bytes *held = &socket->held[way == FAULT_OUT];
	bool delivered = held->len == 0 || deliver(socket, way, bytes_view(held), verdict, pass);

	bytes_reset(held);
	return delivered;
}

bool
faulty_flush(struct websocket *socket, enum fault_way way,
    bool (*pass)(struct websocket *socket, struct view message))
{
	return deliver_held(socket, way, &(struct fault_verdict){ .deed = FAULT_PASS }, pass);
}

bool
faulty_pass(struct websocket *socket, enum fault_way way, struct view message,
    bool (*pass)(struct websocket *socket, struct view message))
{
	struct fault_verdict verdict = faults_message(faults_of(socket), &socket->link, way, now_of(socket));
	struct bytes *held = &socket->held[way == FAULT_OUT];

	if (!carry_out(socket, &verdict))
		return false;
	if (verdict.deed == FAULT_LOSE || verdict.deed == FAULT_SHUT)
		return true;
	if (verdict.deed == FAULT_HOLD && held->len == 0) {
		bytes_set(held, message);
		return true;
	}
	return deliver(socket, way, message, &verdict, pass) &&
	    (verdict.deed != FAULT_TWICE || deliver(socket, way, message, &verdict, pass)) &&
	    deliver_held(socket, way, &verdict, pass);
}

/* The first message of a line, if it is due. */
static bool
release(struct websocket *socket, enum fault_way way, bool *released,
    bool (*pass)(struct websocket *socket, struct view message))
{
	struct fault_line *line = line_of(socket, way);
	struct view message;
	bool passed;

	if (!(*released = fault_line_next(line, now_of(socket), &message)))
		return true;
	passed = pass(socket, message);
	fault_line_drop(line);
	return passed;
}

bool
faulty_send_late(struct websocket *socket, bool *sent,
    bool (*pass)(struct websocket *socket, struct view message))
{
	bool passed = release(socket, FAULT_OUT, sent, pass);

	if (*sent)
		arm(socket);
	return passed;
}

bool
faulty_has_room(const struct websocket *socket, enum fault_way way)
{
	return !fault_line_is_full(&socket->lines[way == FAULT_OUT], now_of(socket));
}

bool
faulty_is_through(const struct websocket *socket)
{
	return fault_line_is_empty(&socket->lines[true]);
}

bool
faulty_due(struct websocket *socket, bool (*take)(struct websocket *socket, struct view message))
{
	struct fault_verdict verdict;
	bool taken = true;

	if (!socket->open || socket->closing)
		return true;
	verdict = faults_due(faults_of(socket), &socket->link, now_of(socket));
	if (!carry_out(socket, &verdict))
		return false;
	while (taken)
		if (!release(socket, FAULT_IN, &taken, take))
			return false;
	lws_callback_on_writable(socket->wsi);
	arm(socket);
	return true;
}

void
faulty_end(struct websocket *socket)
{
	for (size_t i = 0; i < ARRAY_LEN(socket->lines); i++) {
		bytes_clear(&socket->held[i]);
		fault_line_clear(&socket->lines[i]);
	}
}

void
faulty_look(struct sandbox_service *service)
{
	struct sandbox_channel *channel;

	service->faults.changed = false;
	TAILQ_FOREACH(channel, &service->channels.open, age)
		if (channel->client != NULL)
			arm(channel->client);
}
