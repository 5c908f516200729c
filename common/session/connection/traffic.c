#include "session/connection/traffic.h"

#include <stdio.h>

#define UPGRADE_TIMEOUT 45000
#define BODY_TIMEOUT 2000		/* for the body of a refusal */
#define RECEIVES_A_TURN 4
#define LAST_TURNS 64			/* of one that cannot be sent on: more than a kernel keeps of what came, 16 MiB */
#define CLOSE_PROTOCOL 1002

void
traffic_release(struct connection *connection)
{
	tunnel_close(connection->tunnel);
	loop_unset(&connection->flush);
	loop_unset(&connection->more);
	loop_unset(&connection->deadline);
	sendbuffer_clear(&connection->out);
	frame_reader_clear(&connection->reader);
	upgrade_clear(&connection->upgrade);
	ssm_error_clear(&connection->begun);
	loss_forget(&connection->secrets);
	connection->state = CONNECTION_CLOSED;
	connection->asked = connection->sent = connection->blocked = connection->held = connection->full = false;
	connection->life++;
}

/* Tells so, with what err owns; false, for behind it nothing is left that may be touched. */
bool
traffic_lose(struct connection *connection, struct connection_loss *why)
{
	why->sent = connection->sent;
	why->opened = connection->state == CONNECTION_OPEN;
	traffic_release(connection);
	connection->calls.lost(connection->calls.owner, why);
	ssm_error_clear(&why->err);
	return false;
}

static bool
lose_cut(struct connection *connection, const char *reason)
{
	struct connection_loss why = { .err = SSM_ERROR_INIT };

	loss_cut(&why.err, connection->plan, reason);
	return traffic_lose(connection, &why);
}

static bool
lose_memory(struct connection *connection)
{
	struct connection_loss why = { .err = SSM_ERROR_INIT };

	ssm_fail_memory(&why.err);
	return traffic_lose(connection, &why);
}

/* The answer to the upgrade is none that opens the connection. */
static bool
lose_upgrade(struct connection *connection, enum upgrade_status status)
{
	const struct response *answer = &connection->upgrade.response;
	struct connection_loss why = { .err = SSM_ERROR_INIT };

	if (status == UPGRADE_REFUSED) {
		why.status = answer->head.status;
		loss_refused(&why.err, connection->plan, answer, &connection->secrets);
	} else {
		loss_wrong(&why.err, connection->plan, SSM_E_AGAIN, "opens no WebSocket", connection->upgrade.why);
	}
	return traffic_lose(connection, &why);
}

/* What waits, as far as it goes now; the loop tells when more does. */
enum tunnel_io
traffic_send(struct connection *connection)
{
	enum tunnel_io io = TUNNEL_DONE;
	struct view bytes;
	size_t sent;

	while (io == TUNNEL_DONE && (bytes = sendbuffer_view(&connection->out)).len > 0) {
		io = tunnel_send(connection->tunnel, bytes, &sent);
		sendbuffer_sent(&connection->out, sent);
		connection->sent |= sent > 0;
	}
	connection->blocked = io == TUNNEL_WAIT;
	return io;
}

static bool receive(struct connection *connection);

/*
 * Of one that cannot be sent on: what it has still to say tells more than that, though nothing was read for long. A timer
 * that is set says that there is more.
 */
static bool
lose_unsent(struct connection *connection)
{
	char reason[RESPONSE_REASON_MAX];
	int turns = LAST_TURNS;

	snprintf(reason, sizeof reason, "%s", tunnel_reason(connection->tunnel));
	do {
		loop_unset(&connection->more);
		if (!receive(connection))
			return false;
	} while (connection->more.list != NULL && --turns > 0);
	return lose_cut(connection, reason);
}

static void
ask(struct connection *connection)
{
	tunnel_ask(connection->tunnel, (connection->held ? 0 : LOOP_READ) | (connection->blocked ? LOOP_WRITE : 0));
}

static bool
flush(struct connection *connection)
{
	unsigned life = connection->life;
	enum tunnel_io io;

	loop_unset(&connection->flush);
	io = traffic_send(connection);
	if (sendbuffer_failed(&connection->out))
		return lose_memory(connection);
	if (io == TUNNEL_GONE)
		return lose_unsent(connection);
	ask(connection);
	if (connection->full && sendbuffer_waiting(&connection->out) < CONNECTION_OUT_MAX / 4) {
		connection->full = sendbuffer_waiting(&connection->out) > 0;	/* a message may need all the room there is */
		connection->calls.drained(connection->calls.owner);
	}
	return life == connection->life;
}

/* At the end of this turn of the loop: more may come until then. */
void
traffic_send_soon(struct connection *connection)
{
	if (!connection->blocked && connection->flush.list == NULL)
		loop_set(connection->loop, &connection->flush, loop_now(connection->loop));
}

static void
on_flush(void *owner)
{
	flush(owner);
}

/* Its reason is answered by a close frame of ours, if that can go at once. */
static bool
lose_closed(struct connection *connection, const struct frame *frame)
{
	struct connection_loss why = { .err = SSM_ERROR_INIT, .close_code = (int)frame->code };

	loss_closed(&why.err, connection->plan, frame);
	sendbuffer_add_close(&connection->out, frame->code);
	traffic_send(connection);
	return traffic_lose(connection, &why);
}

static bool
lose_wrong(struct connection *connection)
{
	struct connection_loss why = { .err = SSM_ERROR_INIT };

	loss_wrong(&why.err, connection->plan, SSM_E_OTHER, "breaks the WebSocket's protocol", connection->reader.why);
	sendbuffer_add_close(&connection->out, CLOSE_PROTOCOL);
	traffic_send(connection);
	return traffic_lose(connection, &why);
}

/* False when it is closed now, or was by a callback. */
static bool
take_frame(struct connection *connection, const struct frame *frame)
{
	unsigned life = connection->life;

	switch (frame->kind) {
	case FRAME_TEXT: case FRAME_BINARY:
		connection->calls.message(connection->calls.owner, frame->payload, frame->kind == FRAME_TEXT);
		return life == connection->life;
	case FRAME_PING:
		sendbuffer_add_control(&connection->out.pong, frame->payload);
		traffic_send_soon(connection);
		return true;
	case FRAME_PONG:
		connection->calls.answered(connection->calls.owner);
		return life == connection->life;
	case FRAME_CLOSE:
		return lose_closed(connection, frame);
	case FRAME_WRONG:
		return lose_wrong(connection);
	default:
		return true;
	}
}

static bool
take_frames(struct connection *connection, struct view bytes)
{
	struct frame frame;

	while (frame_next(&connection->reader, &bytes, &frame) != FRAME_NONE)
		if (!take_frame(connection, &frame))
			return false;
	return true;
}

static bool
take_answer(struct connection *connection, struct view bytes)
{
	bool refused = connection->upgrade.response.head.complete;
	enum upgrade_status status = upgrade_take(&connection->upgrade, &bytes);
	unsigned life = connection->life;

	if (status == UPGRADE_GOES_ON) {
		if (!refused && connection->upgrade.response.head.complete)
			loop_set(connection->loop, &connection->deadline, loop_now(connection->loop) + BODY_TIMEOUT);
		return true;
	}
	if (status != UPGRADE_DONE)
		return lose_upgrade(connection, status);
	loop_unset(&connection->deadline);
	upgrade_clear(&connection->upgrade);
	loss_forget(&connection->secrets);
	connection->state = CONNECTION_OPEN;
	connection->calls.opened(connection->calls.owner);
	return life == connection->life && take_frames(connection, bytes);
}

static bool
take(struct connection *connection, struct view bytes)
{
	unsigned life = connection->life;

	connection->calls.alive(connection->calls.owner);
	if (life != connection->life)
		return false;
	if (connection->state == CONNECTION_OPEN)
		return take_frames(connection, bytes);
	if (connection->state == CONNECTION_UPGRADING)
		return take_answer(connection, bytes);
	return lose_cut(connection, "it speaks before it was asked");
}

/* The other side will say no more. */
static bool
end(struct connection *connection, enum tunnel_io io)
{
	if (connection->state == CONNECTION_UPGRADING && (io == TUNNEL_END ||
	    connection->upgrade.response.head.complete))
		return lose_upgrade(connection, upgrade_end(&connection->upgrade));
	return lose_cut(connection, io == TUNNEL_END ? "it ended without a word" : tunnel_reason(connection->tunnel));
}

static bool
receive(struct connection *connection)
{
	enum tunnel_io io = TUNNEL_DONE;
	size_t got;

	for (int i = 0; i < RECEIVES_A_TURN && io == TUNNEL_DONE; i++) {
		io = tunnel_receive(connection->tunnel, connection->buffer, TRAFFIC_RECEIVE_SIZE, &got);
		if (io == TUNNEL_END || io == TUNNEL_GONE)
			return end(connection, io);
		if (io == TUNNEL_DONE && !take(connection, (struct view){ connection->buffer, got }))
			return false;
	}
	if (io == TUNNEL_DONE)		/* TLS may hold more, of which the loop knows nothing */
		loop_set(connection->loop, &connection->more, loop_now(connection->loop));
	return true;
}

static void
on_more(void *owner)
{
	const struct connection *connection = owner;

	if (!connection->held)
		receive(owner);
}

void
traffic_hold(struct connection *connection, bool held)
{
	if (connection->state != CONNECTION_OPEN || held == connection->held)
		return;
	connection->held = held;
	ask(connection);
	if (!held)			/* TLS may hold what came long ago */
		loop_set(connection->loop, &connection->more, loop_now(connection->loop));
}

void
traffic_ready(void *owner, unsigned events)
{
	struct connection *connection = owner;

	if ((events & LOOP_WRITE) != 0 && !flush(connection))
		return;
	if ((events & LOOP_READ) != 0)
		receive(connection);
}

/* The request goes out; it was made before, or could not be. */
void
traffic_upgrade(struct connection *connection)
{
	const struct connection_plan *plan = connection->plan;

	connection->state = CONNECTION_UPGRADING;
	loop_set(connection->loop, &connection->deadline, loop_now(connection->loop) +
	    (connection->begun.rc != SSM_OK ? 0 : plan->upgrade_timeout == 0 ? UPGRADE_TIMEOUT : plan->upgrade_timeout));
	if (connection->begun.rc == SSM_OK)
		traffic_send_soon(connection);
}

static void
on_deadline(void *owner)
{
	struct connection *connection = owner;
	struct connection_loss why = { .err = connection->begun };

	connection->begun = (struct ssm_error)SSM_ERROR_INIT;
	if (why.err.rc != SSM_OK)
		traffic_lose(connection, &why);
	else if (connection->upgrade.response.head.complete)
		lose_upgrade(connection, upgrade_end(&connection->upgrade));
	else
		lose_cut(connection, "no answer to the request for a WebSocket in the time for it");
}

void
traffic_start(struct connection *connection)
{
	connection->upgrade = (struct upgrade)UPGRADE_INIT;
	connection->begun = (struct ssm_error)SSM_ERROR_INIT;
	connection->secrets = (struct loss_secrets)LOSS_SECRETS_INIT;
	connection->reader = (struct frame_reader)FRAME_READER_INIT;
	sendbuffer_start(&connection->out);
	connection->flush = (struct loop_timer){ .due = on_flush, .owner = connection };
	connection->more = (struct loop_timer){ .due = on_more, .owner = connection };
	connection->deadline = (struct loop_timer){ .due = on_deadline, .owner = connection };
}
