#include "session/connection/connection.h"

#include <stdlib.h>

#include "session/connection/traffic.h"

#define CONNECT_TIMEOUT 60000
#define CLOSE_NORMAL 1000

static void
on_connected(void *owner)
{
	struct connection *connection = owner;
	unsigned life = connection->life;

	connection->state = CONNECTION_DIALLED;
	tunnel_user_timeout(connection->tunnel, connection->user_timeout);
	tunnel_ask(connection->tunnel, LOOP_READ);
	connection->calls.dialled(connection->calls.owner);
	if (life == connection->life && connection->state == CONNECTION_DIALLED && connection->asked)
		traffic_upgrade(connection);
}

static void
on_failed(void *owner, const struct response *response)
{
	struct connection *connection = owner;
	struct connection_loss why = { .err = SSM_ERROR_INIT };

	loss_dial(&why.err, connection->plan, response);
	traffic_lose(connection, &why);
}

enum ssm_err
connection_new(struct connection **connection, struct loop *loop, const struct connection_calls *calls,
    struct ssm_error *err)
{
	struct connection *new = calloc(1, sizeof *new);
	const struct tunnel_calls tunnel = { .connected = on_connected, .failed = on_failed, .ready = traffic_ready,
	    .owner = new };
	enum ssm_err rc;

	*connection = NULL;
	if (new == NULL)
		return ssm_fail_memory(err);
	if ((rc = tunnel_new(&new->tunnel, loop, &tunnel, err)) != SSM_OK) {
		free(new);
		return rc;
	}
	new->loop = loop;
	new->calls = *calls;
	traffic_start(new);
	*connection = new;
	return SSM_OK;
}

void
connection_dial(struct connection *connection, const struct connection_plan *plan)
{
	const struct tunnel_plan tunnel = { .address = plan->address, .proxy = plan->proxy,
	    .ca_bundle = plan->ca_bundle, .no_verify = plan->no_verify,
	    .connect_timeout = plan->connect_timeout == 0 ? CONNECT_TIMEOUT : plan->connect_timeout };

	traffic_release(connection);
	connection->plan = plan;
	connection->state = CONNECTION_DIALLING;
	tunnel_dial(connection->tunnel, &tunnel);
}

static enum ssm_err
write_request(struct connection *connection, const struct header_field *fields, size_t count)
{
	const struct connection_plan *plan = connection->plan;
	const struct upgrade_plan request = { .target = plan->target, .host = plan->host,
	    .user_agent = plan->user_agent, .fields = fields, .count = count };
	struct bytes text = BYTES_INIT(UPGRADE_REQUEST_MAX);
	unsigned char random[UPGRADE_RANDOM];
	enum ssm_err rc;

	if (!sendbuffer_random(NULL, random, sizeof random))
		return ssm_fail(&connection->begun, SSM_E_OTHER, "OSError", "there are no random numbers");
	if ((rc = upgrade_write(&connection->upgrade, &text, &request, random, &connection->begun)) == SSM_OK)
		sendbuffer_add_raw(&connection->out, bytes_view(&text));
	bytes_clear(&text);
	return rc;
}

void
connection_upgrade(struct connection *connection, const struct header_field *fields, size_t count)
{
	if (connection->asked || (connection->state != CONNECTION_DIALLING && connection->state != CONNECTION_DIALLED))
		return;
	connection->asked = true;
	if (write_request(connection, fields, count) == SSM_OK)
		loss_note(&connection->secrets, fields, count);
	if (connection->state == CONNECTION_DIALLED)
		traffic_upgrade(connection);
}

size_t
connection_room(const struct connection *connection)
{
	size_t waiting = sendbuffer_waiting(&connection->out) + FRAME_HEAD_MAX;

	return connection->state != CONNECTION_OPEN || waiting >= CONNECTION_OUT_MAX ? 0 : CONNECTION_OUT_MAX - waiting;
}

void
connection_send(struct connection *connection, struct view message, bool text)
{
	if (connection->state != CONNECTION_OPEN)
		return;
	sendbuffer_add_message(&connection->out, message, text);
	connection->full = connection->full || sendbuffer_waiting(&connection->out) > CONNECTION_OUT_MAX / 2;
	traffic_send_soon(connection);
}

void
connection_hold(struct connection *connection, bool held)
{
	traffic_hold(connection, held);
}

void
connection_ping(struct connection *connection, struct view content)
{
	if (connection->state != CONNECTION_OPEN)
		return;
	sendbuffer_add_control(&connection->out.ping, content);
	traffic_send_soon(connection);
}

void
connection_user_timeout(struct connection *connection, unsigned milliseconds)
{
	connection->user_timeout = milliseconds;
	tunnel_user_timeout(connection->tunnel, milliseconds);
}

enum connection_state
connection_state(const struct connection *connection)
{
	return connection->state;
}

void
connection_close(struct connection *connection)
{
	if (connection->state == CONNECTION_OPEN) {
		sendbuffer_add_close(&connection->out, CLOSE_NORMAL);
		traffic_send(connection);
	}
	traffic_release(connection);
}

void
connection_free(struct connection *connection)
{
	if (connection == NULL)
		return;
	connection_close(connection);
	tunnel_free(connection->tunnel);
	free(connection);
}
