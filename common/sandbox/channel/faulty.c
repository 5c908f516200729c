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

static void
arm(struct websocket *socket)
{
	uint64_t at = faults_deadline(faults_of(socket), &socket->link), now = now_of(socket);

	if (at == FAULT_NEVER)
		lws_set_timer_usecs(socket->wsi, LWS_SET_TIMER_USEC_CANCEL);
	else
		lws_set_timer_usecs(socket->wsi, at <= now ? 1 : (lws_usec_t)(at - now) * 1000);
}

void
faulty_begin(struct websocket *socket)
{
	socket->link = (struct fault_link)FAULT_LINK_INIT(faults_of(socket), now_of(socket));
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
	if (socket->link.silent)
		lws_rx_flow_control(socket->wsi, 0);
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

bool
faulty_flush(struct websocket *socket, enum fault_way way,
    bool (*pass)(struct websocket *socket, struct view message))
{
	struct bytes *held = &socket->held[way == FAULT_OUT];
	bool passed = held->len == 0 || pass(socket, bytes_view(held));

	bytes_reset(held);
	return passed;
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
	return pass(socket, message) && (verdict.deed != FAULT_TWICE || pass(socket, message)) &&
	    faulty_flush(socket, way, pass);
}

bool
faulty_due(struct websocket *socket)
{
	struct fault_verdict verdict;

	if (!socket->open || socket->closing)
		return true;
	verdict = faults_due(faults_of(socket), &socket->link, now_of(socket));
	if (!carry_out(socket, &verdict))
		return false;
	arm(socket);
	return true;
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
