#include "ports/forward.h"

#include <stdlib.h>

#include "ports/accept.h"
#include "ports/carrier.h"
#include "ports/local.h"
#include "ports/peer.h"

#define ROOM_LEAST 4096			/* bytes: many small frames are dear */
#define LOOK_AGAIN 250			/* whether what is on its way has arrived, or its reader is stuck */
#define LOOK_SOON 50			/* whether the last of it has: an acknowledgement of TCP is late by no more */
#define DOOMED_LINGER 10000		/* for a local end that says more, though nobody hears it */

struct portsforward {
	struct loop *loop;
	struct portsforward_calls calls;
	struct portsaccept accept;
	struct portscarrier carrier;
	struct portslocals all, hungry;
	struct portsway way;
	bool last;			/* connection of all: no more are accepted */
	bool stopped;
	bool deaf;			/* something of what came was dropped, so that what follows makes no sense */
};

static bool
is_basic(const struct portsforward *forward)
{
	return forward->carrier.mux == NULL;
}

static void
want(struct portsforward *forward)
{
	portsaccept_want(&forward->accept, !forward->last && portscarrier_has_place(&forward->carrier));
}

static void
feed(struct portsforward *forward, struct portslocal *local)
{
	if (local->hungry)
		TAILQ_REMOVE(&forward->hungry, local, queue);
	local->hungry = false;
}

/* It is on no list any more, and is to be closed. */
static struct portslocal *
release(struct portsforward *forward, struct portslocal *local)
{
	feed(forward, local);
	TAILQ_REMOVE(&forward->all, local, link);
	return local;
}

/* Its peer on the node is told, if there is one. */
static void
leave(struct portsforward *forward, struct portslocal *local)
{
	if (!local->doomed)
		portscarrier_finish(&forward->carrier, local->stream);
}

static void
finish(struct portsforward *forward, struct portslocal *local)
{
	leave(forward, local);
	portslocal_close(release(forward, local));
	want(forward);
}

static void
abandon(struct portsforward *forward, struct portslocal *local)
{
	leave(forward, local);
	portslocal_abort(release(forward, local));
	want(forward);
}

/* What a local end says whose peer is gone nobody hears; it is read so that what it was told is not taken back. */
static void
take_input(struct portsforward *forward, struct portslocal *local)
{
	char bytes[PORTSLOCAL_AT_ONCE];
	size_t most = local->doomed ? sizeof bytes : portscarrier_room(&forward->carrier), len;

	if (local->over || (forward->stopped && !local->doomed))
		return;
	if (most < ROOM_LEAST) {
		if (!local->hungry)
			TAILQ_INSERT_TAIL(&forward->hungry, local, queue);
		local->hungry = true;
		return;
	}
	len = portslocal_read(local, bytes, most < sizeof bytes ? most : sizeof bytes);
	if (local->over)
		local->end = portsway_mark(&forward->way, portscarrier_waiting(&forward->carrier).len);
	if (len > 0 && !local->doomed)
		portscarrier_send(&forward->carrier, local->stream, (struct view){ bytes, len });
	explicit_bzero(bytes, len);
}

static void
doom(struct portsforward *forward, struct portslocal *local)
{
	feed(forward, local);
	local->doomed = true;
	portslocal_end(local);
	loop_set(forward->loop, &local->timer, loop_now(forward->loop) + DOOMED_LINGER);
}

/* False when it is gone: what was lost on the way is not to look like an end. */
static bool
give_output(struct portsforward *forward, struct portslocal *local)
{
	struct mux *mux = forward->carrier.mux;
	struct mux_event event;

	while (mux != NULL && !local->doomed && !local->blocked && !local->broken &&
	    mux_event(mux, local->stream, &event))
		switch (event.kind) {
		case MUX_DATA:
			mux_consumed(mux, local->stream, portslocal_write(local, event.bytes));
			break;
		case MUX_END:
			doom(forward, local);
			break;
		case MUX_BROKEN:
			abandon(forward, local);
			return false;
		}
	return true;
}

/* Nobody is at its end any more, or nothing is to be told there. */
static bool
is_done(const struct portsforward *forward, const struct portslocal *local)
{
	return local->broken || (local->doomed && (local->over || forward->stopped)) ||
	    (local->over && portspeer_is_gone(local->watch.fd));
}

static void
look_later(struct portsforward *forward, struct portslocal *local)
{
	bool soon = forward->stopped && !local->blocked;

	loop_set(forward->loop, &local->timer, loop_now(forward->loop) + (soon ? LOOK_SOON : LOOK_AGAIN));
}

/* What becomes of it now. */
static void
settle(struct portsforward *forward, struct portslocal *local)
{
	bool has_all = !local->blocked && !local->broken && portslocal_has_delivered(local);

	if (is_done(forward, local))
		finish(forward, local);
	else if (forward->stopped && has_all)
		abandon(forward, local);
	else {
		if ((local->over || forward->last) && local->timer.list == NULL)
			look_later(forward, local);
		portslocal_ask(local, !local->over && !local->hungry && (!forward->stopped || local->doomed));
	}
}

static void
on_ready(void *owner, struct portslocal *local, unsigned events)
{
	struct portsforward *forward = owner;

	if (events & LOOP_READ)
		take_input(forward, local);
	if (give_output(forward, local))
		settle(forward, local);
}

/* Whether neither side has said anything for long since the node has everything. */
static bool
is_quiet(const struct portsforward *forward, struct portslocal *local)
{
	uint64_t now = loop_now(forward->loop), since = portsway_quiet(&forward->way, &local->end, local->heard, now);

	return !local->blocked && since <= now && now - since >= (is_basic(forward) ? FORWARD_LINGER_BASIC : FORWARD_LINGER);
}

static void
on_timer(void *owner)
{
	struct portslocal *local = owner;
	struct portsforward *forward = local->owner;

	if (local->doomed || is_done(forward, local)) {
		finish(forward, local);
	} else if (forward->last && portslocal_is_stuck(local)) {
		abandon(forward, local);
	} else if (forward->stopped) {
		settle(forward, local);
	} else if (is_quiet(forward, local)) {
		forward->calls.lingered(forward->calls.owner);
		finish(forward, local);
	} else {
		look_later(forward, local);
	}
}

static void
on_accepted(void *owner, int fd)
{
	struct portsforward *forward = owner;
	struct portslocal *local = portslocal_open(forward->loop, fd, on_ready, forward);

	if (local == NULL)
		return;
	if ((local->stream = portscarrier_start(&forward->carrier, local)) == 0) {
		portslocal_abort(local);
		return;
	}
	local->timer = (struct loop_timer){ .due = on_timer, .owner = local };
	TAILQ_INSERT_TAIL(&forward->all, local, link);
	portslocal_ask(local, true);
	want(forward);
	forward->calls.accepted(forward->calls.owner);
}

enum ssm_err
portsforward_open(struct portsforward **forward, const struct portsforward_plan *plan, struct ssm_error *err)
{
	struct portsforward *made = calloc(1, sizeof *made);
	const struct portsaccept_calls calls = { .accepted = on_accepted, .owner = made,
	    .paused = plan->calls.paused, .deaf = plan->calls.deaf, .teller = plan->calls.owner };
	enum ssm_err rc;

	*forward = NULL;
	if (made == NULL)
		return ssm_fail_memory(err);
	made->loop = plan->loop;
	made->calls = plan->calls;
	made->way = (struct portsway)PORTSWAY_INIT;
	TAILQ_INIT(&made->all);
	TAILQ_INIT(&made->hungry);
	rc = portscarrier_open(&made->carrier, plan->basic, plan->keepalive, loop_now(plan->loop), err);
	if (rc != SSM_OK) {
		free(made);
		return rc;
	}
	portsaccept_start(&made->accept, plan->loop, plan->listen, &calls);
	*forward = made;
	return SSM_OK;
}

struct view
portsforward_waiting(const struct portsforward *forward)
{
	return portscarrier_waiting(&forward->carrier);
}

/* Those that wait for room have it by turns. */
void
portsforward_took(struct portsforward *forward, size_t len)
{
	struct portslocal *first;

	portscarrier_took(&forward->carrier, len);
	forward->way.out += len;
	while (portscarrier_room(&forward->carrier) >= ROOM_LEAST && (first = TAILQ_FIRST(&forward->hungry)) != NULL) {
		feed(forward, first);
		take_input(forward, first);
		settle(forward, first);
	}
}

bool
portsforward_flag_is_due(const struct portsforward *forward)
{
	return forward->carrier.state == PORTSCARRIER_OVER;
}

void
portsforward_flag_sent(struct portsforward *forward)
{
	forward->carrier.state = PORTSCARRIER_TOLD;
}

void
portsforward_heard(struct portsforward *forward, uint64_t next, uint64_t missing, uint64_t since)
{
	forward->way.next = next;
	forward->way.missing = missing;
	forward->way.since = since;
	if (missing == next)
		portscarrier_arrived(&forward->carrier);
	want(forward);
}

static void
serve(struct portsforward *forward)
{
	struct mux *mux = forward->carrier.mux;
	struct portslocal *local;
	uint32_t stream;

	while ((stream = mux_ready(mux)) != 0)
		if ((local = mux_owner(mux, stream)) != NULL && give_output(forward, local))
			settle(forward, local);
}

static size_t
receive_streams(struct portsforward *forward, struct view bytes)
{
	size_t taken = 0, len;

	do {
		len = mux_receive(forward->carrier.mux, view_slice(bytes, taken, bytes.len), loop_now(forward->loop));
		taken += len;
		serve(forward);
	} while (len > 0 && taken < bytes.len);
	return taken;
}

/* The greeting of a program that nobody has connected to yet waits for who does. */
static size_t
receive_basic(struct portsforward *forward, struct view bytes)
{
	struct portslocal *local = TAILQ_FIRST(&forward->all);
	size_t len;

	if (forward->carrier.state >= PORTSCARRIER_OVER)
		return bytes.len;
	if (local == NULL)
		return 0;
	len = portslocal_write(local, bytes);
	settle(forward, local);
	return len;
}

size_t
portsforward_receive(struct portsforward *forward, struct view bytes)
{
	size_t len = bytes.len;

	if (!forward->deaf && !portsforward_is_empty(forward))
		len = is_basic(forward) ? receive_basic(forward, bytes) : receive_streams(forward, bytes);
	forward->deaf |= forward->stopped && len < bytes.len;
	return forward->stopped ? bytes.len : len;
}

uint64_t
portsforward_deadline(const struct portsforward *forward)
{
	return is_basic(forward) ? UINT64_MAX : mux_deadline(forward->carrier.mux);
}

void
portsforward_tick(struct portsforward *forward, uint64_t now)
{
	if (!is_basic(forward))
		mux_tick(forward->carrier.mux, now);
}

void
portsforward_last(struct portsforward *forward)
{
	if (forward->last)
		return;
	forward->last = true;
	portsaccept_stop(&forward->accept);
	for (struct portslocal *local = TAILQ_FIRST(&forward->all); local != NULL; local = TAILQ_NEXT(local, link)) {
		portslocal_be_patient(local);
		if (local->timer.list == NULL)
			look_later(forward, local);
	}
}

void
portsforward_stop(struct portsforward *forward)
{
	struct portslocal *local = TAILQ_FIRST(&forward->all), *next;

	if (forward->stopped)
		return;
	portsforward_last(forward);
	forward->stopped = true;
	for (; local != NULL; local = next) {
		next = TAILQ_NEXT(local, link);
		if (give_output(forward, local))
			settle(forward, local);
	}
}

bool
portsforward_is_empty(const struct portsforward *forward)
{
	return forward->stopped && TAILQ_EMPTY(&forward->all);
}

const char *
portsforward_failure(const struct portsforward *forward)
{
	if (!forward->last && portsaccept_is_deaf(&forward->accept))
		return "nothing listens for local connections any more";
	return portscarrier_failure(&forward->carrier);
}

void
portsforward_close(struct portsforward *forward)
{
	struct portslocal *local;

	if (forward == NULL)
		return;
	portsaccept_stop(&forward->accept);
	while ((local = TAILQ_FIRST(&forward->all)) != NULL)
		portslocal_abort(release(forward, local));
	portscarrier_close(&forward->carrier);
	free(forward);
}
