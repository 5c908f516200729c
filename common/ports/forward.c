#include "ports/forward.h"

#include <stdlib.h>

#include "ports/relay.h"

struct portsforward {
	struct portsrelay relay;
	bool deaf;			/* something of what came was dropped, so that what follows makes no sense */
};

static bool
is_basic(const struct portsforward *forward)
{
	return forward->relay.carrier.mux == NULL;
}

static void
on_accepted(void *owner, int fd)
{
	struct portsforward *forward = owner;

	portsrelay_begin(&forward->relay, fd);
}

enum ssm_err
portsforward_open(struct portsforward **forward, const struct portsforward_plan *plan, struct ssm_error *err)
{
	struct portsforward *made = calloc(1, sizeof *made);
	const struct portsrelay_calls calls = { .accepted = plan->calls.accepted, .lingered = plan->calls.lingered,
	    .owner = plan->calls.owner };
	const struct portsaccept_calls accepts = { .accepted = on_accepted, .owner = made,
	    .paused = plan->calls.paused, .deaf = plan->calls.deaf, .teller = plan->calls.owner };
	enum ssm_err rc;

	*forward = NULL;
	if (made == NULL)
		return ssm_fail_memory(err);
	made->relay = (struct portsrelay){ .loop = plan->loop, .calls = calls, .way = PORTSWAY_INIT,
	    .linger = plan->basic ? FORWARD_LINGER_BASIC : FORWARD_LINGER };
	TAILQ_INIT(&made->relay.all);
	TAILQ_INIT(&made->relay.hungry);
	rc = portscarrier_open(&made->relay.carrier, plan->basic, plan->keepalive, loop_now(plan->loop), err);
	if (rc != SSM_OK) {
		free(made);
		return rc;
	}
	portsaccept_start(&made->relay.accept, plan->loop, plan->listen, &accepts);
	*forward = made;
	return SSM_OK;
}

struct view
portsforward_waiting(const struct portsforward *forward)
{
	return portscarrier_waiting(&forward->relay.carrier);
}

/* Those that wait for room have it by turns. */
void
portsforward_took(struct portsforward *forward, size_t len)
{
	struct portslocal *first;

	portscarrier_took(&forward->relay.carrier, len);
	forward->relay.way.out += len;
	while (portscarrier_room(&forward->relay.carrier) >= PORTSRELAY_ROOM_LEAST &&
	    (first = TAILQ_FIRST(&forward->relay.hungry)) != NULL)
		portsrelay_hear(&forward->relay, first);
}

bool
portsforward_flag_is_due(const struct portsforward *forward)
{
	return forward->relay.carrier.state == PORTSCARRIER_OVER;
}

void
portsforward_flag_sent(struct portsforward *forward)
{
	forward->relay.carrier.state = PORTSCARRIER_TOLD;
}

void
portsforward_heard(struct portsforward *forward, uint64_t next, uint64_t missing, uint64_t since)
{
	forward->relay.way.next = next;
	forward->relay.way.missing = missing;
	forward->relay.way.since = since;
	if (missing == next)
		portscarrier_arrived(&forward->relay.carrier);
	portsrelay_want(&forward->relay);
}

static void
serve(struct portsforward *forward)
{
	struct mux *mux = forward->relay.carrier.mux;
	uint32_t stream;

	while ((stream = mux_ready(mux)) != 0) {
		struct portslocal *local = mux_owner(mux, stream);

		if (local != NULL)
			portsrelay_give(&forward->relay, local);
	}
}

static size_t
receive_streams(struct portsforward *forward, struct view bytes)
{
	size_t taken = 0, len;

	do {
		len = mux_receive(forward->relay.carrier.mux, view_slice(bytes, taken, bytes.len), loop_now(forward->relay.loop));
		taken += len;
		serve(forward);
	} while (len > 0 && taken < bytes.len);
	return taken;
}

/* The greeting of a program that nobody has connected to yet waits for who does. */
static size_t
receive_basic(struct portsforward *forward, struct view bytes)
{
	struct portslocal *local = TAILQ_FIRST(&forward->relay.all);
	size_t len;

	if (forward->relay.carrier.state >= PORTSCARRIER_OVER)
		return bytes.len;
	if (local == NULL)
		return 0;
	len = portslocal_write(local, bytes);
	portsrelay_settle(&forward->relay, local);
	return len;
}

size_t
portsforward_receive(struct portsforward *forward, struct view bytes)
{
	size_t len = bytes.len;

	if (!forward->deaf && !portsforward_is_empty(forward))
		len = is_basic(forward) ? receive_basic(forward, bytes) : receive_streams(forward, bytes);
	forward->deaf |= forward->relay.stopped && len < bytes.len;
	return forward->relay.stopped ? bytes.len : len;
}

uint64_t
portsforward_deadline(const struct portsforward *forward)
{
	return is_basic(forward) ? UINT64_MAX : mux_deadline(forward->relay.carrier.mux);
}

void
portsforward_tick(struct portsforward *forward, uint64_t now)
{
	if (!is_basic(forward))
		mux_tick(forward->relay.carrier.mux, now);
}

void
portsforward_last(struct portsforward *forward)
{
	if (forward->relay.last)
		return;
	forward->relay.last = true;
	portsaccept_stop(&forward->relay.accept);
	for (struct portslocal *local = TAILQ_FIRST(&forward->relay.all); local != NULL; local = TAILQ_NEXT(local, link))
		portsrelay_last(&forward->relay, local);
}

void
portsforward_stop(struct portsforward *forward)
{
	struct portslocal *local = TAILQ_FIRST(&forward->relay.all), *next;

	if (forward->relay.stopped)
		return;
	portsforward_last(forward);
	forward->relay.stopped = true;
	for (; local != NULL; local = next) {
		next = TAILQ_NEXT(local, link);
		portsrelay_give(&forward->relay, local);
	}
}

bool
portsforward_is_empty(const struct portsforward *forward)
{
	return forward->relay.stopped && TAILQ_EMPTY(&forward->relay.all);
}

const char *
portsforward_failure(const struct portsforward *forward)
{
	if (!forward->relay.last && portsaccept_is_deaf(&forward->relay.accept))
		return "nothing listens for local connections any more";
	return portscarrier_failure(&forward->relay.carrier);
}

void
portsforward_close(struct portsforward *forward)
{
	struct portslocal *local;

	if (forward == NULL)
		return;
	portsaccept_stop(&forward->relay.accept);
	while ((local = TAILQ_FIRST(&forward->relay.all)) != NULL)
		portsrelay_cut(&forward->relay, local);
	portscarrier_close(&forward->relay.carrier);
	free(forward);
}
