/*
 * connection_probe URL [NAME=VALUE]...: a connection at work, for tests of session/connection/connection.
 *
 * Options: proxy, ca, no-verify, connect (ms), upgrade (ms), host, field (NAME:VALUE), size and count of messages that are
 * sent and must come back, text (the first one is that), ping, linger (goes on when all is back), late (asks for the upgrade when
 * it is dialled), again (dials anew, so many times, when it is lost, or at the text "close"), silence (TCP_USER_TIMEOUT). Prints what
 * happens, a line each; messages as a count, and whether they were right.
 */
#include <stdio.h>
#include <stdlib.h>

#include "core/clock.h"
#include "session/connection/connection.h"

#define ALIVE_MAX 60000			/* a test that hangs ends */

struct probe {
	struct loop loop;
	struct connection *connection;
	struct connection_plan plan;
	struct url address;
	struct header_field fields[8];
	size_t field_count;
	const char *text, *ping;
	unsigned silence;
	size_t size, count, sent, back, wrong, drained, again;
	bool linger, late, over;
	struct loop_timer end;
	char *message;
};

static void
tell(const char *what)
{
	printf("%s\n", what);
	fflush(stdout);
}

/* Message i differs from its neighbours. */
static struct view
message(struct probe *probe, size_t i)
{
	for (size_t k = 0; k < sizeof i && k < probe->size; k++)
		probe->message[k] = (char)(i >> (8 * k));
	return (struct view){ probe->message, probe->size };
}

static void
fill(struct probe *probe)
{
	while (probe->sent < probe->count && connection_room(probe->connection) >= probe->size)
		connection_send(probe->connection, message(probe, probe->sent++), false);
}

static void
dial(struct probe *probe)
{
	connection_dial(probe->connection, &probe->plan);
	if (!probe->late)
		connection_upgrade(probe->connection, probe->fields, probe->field_count);
}

static void
on_dialled(void *owner)
{
	struct probe *probe = owner;

	tell("dialled");
	if (probe->late)
		connection_upgrade(probe->connection, probe->fields, probe->field_count);
}

static void
on_opened(void *owner)
{
	struct probe *probe = owner;

	tell("opened");
	if (probe->text != NULL)
		connection_send(probe->connection, view_of(probe->text), true);
	if (probe->ping != NULL)
		connection_ping(probe->connection, view_of(probe->ping));
	fill(probe);
	probe->over = probe->count == 0 && probe->text == NULL && !probe->linger;
}

static void
on_message(void *owner, struct view view, bool text)
{
	struct probe *probe = owner;

	if (text) {
		printf("text %.*s\n", VIEW_ARG_CUT(view, 200));
		fflush(stdout);
		if (view_is(view, "close") && probe->again-- > 0) {
			connection_close(probe->connection);
			dial(probe);
			return;
		}
	} else if (probe->count == 0) {
		printf("binary %zu\n", view.len);
		fflush(stdout);
	} else if (!view_equal(view, message(probe, probe->back++))) {
		probe->wrong++;
	}
	probe->over = !probe->linger && probe->back == probe->count && (probe->text == NULL || text || probe->count > 0);
}

static void
on_alive(void *owner)
{
	(void)owner;
}

static void
on_drained(void *owner)
{
	struct probe *probe = owner;

	probe->drained++;
	fill(probe);
}

static void
on_lost(void *owner, const struct connection_loss *why)
{
	struct probe *probe = owner;

	printf("lost rc=%d status=%d close=%d opened=%d %s: %s\n", why->err.rc, why->status, why->close_code, why->opened,
	    why->err.code, why->err.message);
	fflush(stdout);
	if (probe->again > 0) {
		probe->again--;
		dial(probe);
	} else {
		probe->over = true;
	}
}

static void
on_end(void *owner)
{
	struct probe *probe = owner;

	tell("nothing happens");
	probe->over = true;
}

static void
take_field(struct probe *probe, const char *value)
{
	struct view rest = view_of(value);

	if (probe->field_count == ARRAY_LEN(probe->fields))
		abort();
	probe->fields[probe->field_count].name = view_take(&rest, ':');
	probe->fields[probe->field_count++].value = rest;
}

static void
take_option(struct probe *probe, const char *option)
{
	struct view value = view_of(option), name = view_take(&value, '=');
	unsigned long long number = 0;
	bool is_number = view_number(value, &number);

	if (view_is(name, "proxy"))
		probe->plan.proxy = value;
	else if (view_is(name, "ca"))
		probe->plan.ca_bundle = value.ptr;
	else if (view_is(name, "no-verify"))
		probe->plan.no_verify = true;
	else if (view_is(name, "host"))
		probe->plan.host = value;
	else if (view_is(name, "field"))
		take_field(probe, value.ptr);
	else if (view_is(name, "text"))
		probe->text = value.ptr;
	else if (view_is(name, "ping"))
		probe->ping = value.ptr;
	else if (view_is(name, "linger"))
		probe->linger = true;
	else if (view_is(name, "late"))
		probe->late = true;
	else if (view_is(name, "again") && is_number)
		probe->again = (size_t)number;
	else if (view_is(name, "silence") && is_number)
		probe->silence = (unsigned)number;
	else if (view_is(name, "connect") && is_number)
		probe->plan.connect_timeout = (unsigned)number;
	else if (view_is(name, "upgrade") && is_number)
		probe->plan.upgrade_timeout = (unsigned)number;
	else if (view_is(name, "size") && is_number)
		probe->size = (size_t)number;
	else if (view_is(name, "count") && is_number)
		probe->count = (size_t)number;
	else
		abort();
}

static void
run(struct probe *probe)
{
	const struct connection_calls calls = { on_dialled, on_opened, on_message, on_alive, on_alive, on_drained, on_lost,
	    probe };
	struct ssm_error err = SSM_ERROR_INIT;

	probe->end = (struct loop_timer){ .due = on_end, .owner = probe };
	if ((probe->message = calloc(1, probe->size + 1)) == NULL || loop_open(&probe->loop) != 0 ||
	    connection_new(&probe->connection, &probe->loop, &calls, &err) != SSM_OK)
		abort();
	loop_set(&probe->loop, &probe->end, clock_ms() + ALIVE_MAX);
	connection_user_timeout(probe->connection, probe->silence);
	dial(probe);
	while (!probe->over && loop_turn(&probe->loop, LOOP_FOREVER) == 0)
		;
	if (probe->loop.error != 0)
		printf("loop error %d\n", probe->loop.error);
	connection_free(probe->connection);
	loop_unset(&probe->end);
	loop_close(&probe->loop);
	free(probe->message);
}

int
main(int argc, char **argv)
{
	static struct probe probe;
	struct ssm_error err = SSM_ERROR_INIT;
	struct view target;

	if (argc < 2 || url_parse(&probe.address, view_of(argv[1]), "URL", &err) != SSM_OK)
		return 2;
	target = (struct view){ probe.address.path.ptr, strlen(probe.address.path.ptr) };
	probe.address.text = view_slice(probe.address.text, 0, probe.address.text.len - target.len);
	probe.address.path = probe.address.query = VIEW_NONE;
	probe.plan = (struct connection_plan){ .address = &probe.address, .target = target,
	    .host = probe.address.host, .user_agent = VIEW("connection_probe") };
	for (int i = 2; i < argc; i++)
		take_option(&probe, argv[i]);
	run(&probe);
	printf("sent %zu back %zu wrong %zu drained %s\n", probe.sent, probe.back, probe.wrong, probe.drained > 0 ? "yes" : "no");
	return 0;
}
