#include "ports/relay.h"

#include "ports/peer.h"

#define LOOK_AGAIN 250			/* whether what is on its way has arrived, or its reader is stuck */
#define LOOK_SOON 50			/* whether the last of it has: an acknowledgement of TCP is late by no more */
#define DOOMED_LINGER 10000		/* for a local end that has got everything, and says more though nobody hears it */

void
portsrelay_want(struct portsrelay *relay)
{
	portsaccept_want(&relay->accept, !relay->last && portscarrier_has_place(&relay->carrier));
}

static void
feed(struct portsrelay *relay, struct portslocal *local)
{
	if (local->hungry)
		TAILQ_REMOVE(&relay->hungry, local, queue);
	local->hungry = false;
}

/* It is on no list any more, and is to be closed. */
static struct portslocal *
release(struct portsrelay *relay, struct portslocal *local)
{
	feed(relay, local);
	TAILQ_REMOVE(&relay->all, local, link);
	return local;
}

/* Its peer on the node is told, if there is one. */
static void
leave(struct portsrelay *relay, struct portslocal *local)
{
	if (!local->doomed)
		portscarrier_finish(&relay->carrier, local->stream);
}

static void
finish(struct portsrelay *relay, struct portslocal *local)
{
	leave(relay, local);
	portslocal_close(release(relay, local));
	portsrelay_want(relay);
}

static void
abandon(struct portsrelay *relay, struct portslocal *local)
{
	leave(relay, local);
	portslocal_abort(release(relay, local));
	portsrelay_want(relay);
}

/* What a local end says whose peer is gone nobody hears; it is read so that what it was told is not taken back. */
static void
take_input(struct portsrelay *relay, struct portslocal *local)
{
	char bytes[PORTSLOCAL_AT_ONCE];
	size_t most = local->doomed ? sizeof bytes : portscarrier_room(&relay->carrier), len;

	if (local->over || (relay->stopped && !local->doomed))
		return;
	if (most < PORTSRELAY_ROOM_LEAST) {
		if (!local->hungry)
			TAILQ_INSERT_TAIL(&relay->hungry, local, queue);
		local->hungry = true;
		return;
	}
	len = portslocal_read(local, bytes, most < sizeof bytes ? most : sizeof bytes);
	if (local->over)
		local->end = portsway_mark(&relay->way, portscarrier_waiting(&relay->carrier).len);
	if (len > 0 && !local->doomed)
		portscarrier_send(&relay->carrier, local->stream, (struct view){ bytes, len });
	explicit_bzero(bytes, len);
}

static void
doom(struct portsrelay *relay, struct portslocal *local)
{
	feed(relay, local);
	local->doomed = true;
	portslocal_end(local);
	portslocal_be_patient(local);
	loop_set(relay->loop, &local->timer, loop_now(relay->loop) + DOOMED_LINGER);
}

/* False when it is gone: what was lost on the way is not to look like an end. */
static bool
give_output(struct portsrelay *relay, struct portslocal *local)
{
	struct mux *mux = relay->carrier.mux;
	struct mux_event event;

	while (mux != NULL && !local->doomed && !local->blocked && !local->broken &&
	    mux_event(mux, local->stream, &event))
		switch (event.kind) {
		case MUX_DATA:
			mux_consumed(mux, local->stream, portslocal_write(local, event.bytes));
			break;
		case MUX_END:
			doom(relay, local);
			break;
		case MUX_BROKEN:
			abandon(relay, local);
			return false;
		}
	return true;
}

/* Nobody is at its end any more, or nothing is to be told there: closed while it speaks it would lose what is on its way. */
static bool
is_done(const struct portsrelay *relay, const struct portslocal *local)
{
	return local->broken || (local->doomed && (local->over || (relay->stopped && portslocal_has_delivered(local)))) ||
	    (local->over && portspeer_is_gone(local->watch.fd));
}

static void
look_later(struct portsrelay *relay, struct portslocal *local)
{
	bool soon = relay->stopped && !local->blocked;

	loop_set(relay->loop, &local->timer, loop_now(relay->loop) + (soon ? LOOK_SOON : LOOK_AGAIN));
}

void
portsrelay_settle(struct portsrelay *relay, struct portslocal *local)
{
	bool has_all = !local->blocked && !local->broken && portslocal_has_delivered(local);

	if (is_done(relay, local))
		finish(relay, local);
	else if (relay->stopped && has_all)
		abandon(relay, local);
	else {
		if ((local->over || relay->last) && local->timer.list == NULL)
			look_later(relay, local);
		portslocal_ask(local, !local->over && !local->hungry && (!relay->stopped || local->doomed));
	}
}

void
portsrelay_give(struct portsrelay *relay, struct portslocal *local)
{
	if (give_output(relay, local))
		portsrelay_settle(relay, local);
}

static void
on_ready(void *owner, struct portslocal *local, unsigned events)
{
	struct portsrelay *relay = owner;

	if (events & LOOP_READ)
		take_input(relay, local);
	portsrelay_give(relay, local);
}

/* Whether neither side has said anything for long since the node has everything that it will say. */
static bool
is_quiet(const struct portsrelay *relay, struct portslocal *local)
{
	uint64_t now = loop_now(relay->loop), since = portsway_quiet(&relay->way, &local->end, local->heard, now);

	return local->over && !local->blocked && since <= now && now - since >= relay->linger;
}

static bool
takes_its_last(struct portslocal *local)
{
	return local->doomed && !portslocal_has_delivered(local) && !portslocal_is_stuck(local);
}

static void
on_timer(void *owner)
{
	struct portslocal *local = owner;
	struct portsrelay *relay = local->owner;

	if (!is_done(relay, local) && takes_its_last(local)) {
		look_later(relay, local);
	} else if (local->doomed || is_done(relay, local)) {
		finish(relay, local);
	} else if (relay->last && portslocal_is_stuck(local)) {
		abandon(relay, local);
	} else if (relay->stopped) {
		portsrelay_settle(relay, local);
	} else if (is_quiet(relay, local)) {
		relay->calls.lingered(relay->calls.owner);
		finish(relay, local);
	} else {
		look_later(relay, local);
	}
}

void
portsrelay_begin(struct portsrelay *relay, int fd)
{
	struct portslocal *local = portslocal_open(relay->loop, fd, on_ready, relay);

	if (local == NULL)
		return;
	if ((local->stream = portscarrier_start(&relay->carrier, local)) == 0) {
		portslocal_abort(local);
		return;
	}
	local->timer = (struct loop_timer){ .due = on_timer, .owner = local };
	TAILQ_INSERT_TAIL(&relay->all, local, link);
	portslocal_ask(local, true);
	portsrelay_want(relay);
	relay->calls.accepted(relay->calls.owner);
}

void
portsrelay_hear(struct portsrelay *relay, struct portslocal *local)
{
	feed(relay, local);
	take_input(relay, local);
	portsrelay_settle(relay, local);
}

void
portsrelay_last(struct portsrelay *relay, struct portslocal *local)
{
	portslocal_be_patient(local);
	if (local->timer.list == NULL || local->doomed)
		look_later(relay, local);
}

void
portsrelay_cut(struct portsrelay *relay, struct portslocal *local)
{
	portslocal_abort(release(relay, local));
}
