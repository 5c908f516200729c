#include "sandbox/node/muxed.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sandbox/agent/mux.h"
#include "sandbox/node/outlet.h"

#define PIECES_A_TURN 64

/* A stream's connection. */
struct link {
	struct muxed *muxed;
	struct agentmux_stream *stream;
	struct outlet outlet;
	bool rests;			/* it has something to read, and nobody has room for it */
	TAILQ_ENTRY(link) rest;
	LIST_ENTRY(link) link;
};

LIST_HEAD(links, link);
TAILQ_HEAD(rests, link);

struct muxed {
	struct loop *loop;
	const struct agent_port *port;
	struct back_calls calls;
	struct agentmux *mux;
	struct links links;
	struct rests resting;
	struct link *dialling;		/* one at a time */
	struct loop_timer alarm;
	bool over;
};

static void on_alarm(void *owner);
static void on_dialled(void *owner, int errnum);
static void on_ready(void *owner, unsigned events);

static const struct outlet_calls link_calls = { on_dialled, on_ready };

struct muxed *
muxed_new(struct loop *loop, const struct agent_port *port, bool keep_alive, const struct back_calls *calls)
{
	struct muxed *muxed = calloc(1, sizeof *muxed);

	if (muxed == NULL || (muxed->mux = agentmux_new(keep_alive, loop_now(loop))) == NULL) {
		free(muxed);
		return NULL;
	}
	muxed->loop = loop;
	muxed->port = port;
	muxed->calls = *calls;
	muxed->alarm = (struct loop_timer){ .due = on_alarm, .owner = muxed };
	LIST_INIT(&muxed->links);
	TAILQ_INIT(&muxed->resting);
	return muxed;
}

static void
drop(struct link *link)
{
	struct muxed *muxed = link->muxed;

	outlet_close(&link->outlet);
	if (muxed->dialling == link)
		muxed->dialling = NULL;
	if (link->rests)
		TAILQ_REMOVE(&muxed->resting, link, rest);
	LIST_REMOVE(link, link);
	free(link);
}

void
muxed_free(struct muxed *muxed)
{
	struct link *link;

	if (muxed == NULL)
		return;
	while ((link = LIST_FIRST(&muxed->links)) != NULL)
		drop(link);
	loop_unset(&muxed->alarm);
	agentmux_free(muxed->mux);
	free(muxed);
}

static void
end(struct link *link)
{
	agentmux_end(link->muxed->mux, link->stream);
	drop(link);
}

static void
ask(struct link *link)
{
	unsigned events = link->rests ? 0 : LOOP_READ;

	if (agentmux_input(link->stream).len > 0)
		events |= LOOP_WRITE;
	outlet_ask(&link->outlet, events);
}

/* What the stream has for its connection, and its end behind that. False: it is gone. */
static bool
serve(struct link *link)
{
	struct view input = agentmux_input(link->stream);

	if (!outlet_is_open(&link->outlet))
		return true;
	while (input.len > 0) {
		ssize_t len = send(link->outlet.watch.fd, input.ptr, input.len, MSG_NOSIGNAL);

		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0 && errno == EAGAIN)
			break;
		if (len < 0) {
			end(link);
			return false;
		}
		agentmux_took(link->muxed->mux, link->stream, (size_t)len);
		input = agentmux_input(link->stream);
	}
	if (input.len == 0 && link->stream->ended) {
		end(link);
		return false;
	}
	ask(link);
	return true;
}

/* One that is gone is told of though nobody asks for its bytes. */
static void
rest(struct link *link)
{
	if (link->rests)
		return;
	link->rests = true;
	TAILQ_INSERT_TAIL(&link->muxed->resting, link, rest);
	ask(link);
}

static void
read_some(struct link *link)
{
	struct agentmux *mux = link->muxed->mux;
	char bytes[SMUX_DATA_MAX];
	ssize_t len;

	if (agentmux_is_stuffed(mux)) {
		rest(link);
		return;
	}
	len = read(link->outlet.watch.fd, bytes, sizeof bytes);
	if (len > 0)
		agentmux_send(mux, link->stream, (struct view){ bytes, (size_t)len });
	else if (len == 0 || (errno != EAGAIN && errno != EINTR))
		end(link);
}

/* A flag tells the client, then the stream ends. */
static void
fail(struct link *link)
{
	link->muxed->calls.connect_failed(link->muxed->calls.owner);
	end(link);
}

static void
dial(struct muxed *muxed, struct agentmux_stream *stream)
{
	struct link *link = calloc(1, sizeof *link);
	int errnum;

	if (link == NULL) {
		agentmux_end(muxed->mux, stream);
		return;
	}
	link->muxed = muxed;
	link->stream = stream;
	stream->owner = link;
	outlet_init(&link->outlet, muxed->loop, &link_calls, link);
	LIST_INSERT_HEAD(&muxed->links, link, link);
	errnum = outlet_dial(&link->outlet, muxed->port);
	if (link->outlet.dialling)
		muxed->dialling = link;
	else if (errnum != 0)
		fail(link);
	else
		serve(link);
}

/* As many pieces as there is room for; a piece is what the agent reads at once. */
static void
pump(struct muxed *muxed)
{
	struct view bytes = agentmux_output(muxed->mux);

	for (int i = 0; i < PIECES_A_TURN && bytes.len > 0 && muxed->calls.wanted(muxed->calls.owner, false); i++) {
		size_t len = bytes.len < AGENT_PAYLOAD_MAX ? bytes.len : AGENT_PAYLOAD_MAX;

		muxed->calls.output(muxed->calls.owner, view_slice(bytes, 0, len), false);
		agentmux_sent(muxed->mux, len);
		bytes = agentmux_output(muxed->mux);
	}
}

static void
wake(struct muxed *muxed)
{
	struct link *link;

	while (!agentmux_is_stuffed(muxed->mux) && (link = TAILQ_FIRST(&muxed->resting)) != NULL) {
		TAILQ_REMOVE(&muxed->resting, link, rest);
		link->rests = false;
		ask(link);
	}
}

static void
set_alarm(struct muxed *muxed)
{
	uint64_t at = agentmux_deadline(muxed->mux);

	if (agentmux_output(muxed->mux).len > 0 && muxed->calls.wanted(muxed->calls.owner, false))
		at = loop_now(muxed->loop);
	if (at == AGENT_NEVER)
		loop_unset(&muxed->alarm);
	else
		loop_set(muxed->loop, &muxed->alarm, at);
}

/* What is new from the client. */
static void
work(struct muxed *muxed)
{
	struct agentmux_stream *stream;

	while (muxed->dialling == NULL && (stream = agentmux_new_stream(muxed->mux)) != NULL)
		dial(muxed, stream);
	while ((stream = agentmux_changed(muxed->mux)) != NULL)
		serve(stream->owner);
	if (agentmux_is_broken(muxed->mux) && !muxed->over) {
		muxed->over = true;
		muxed->calls.ended(muxed->calls.owner, 0);
	}
}

/* After anything that happened; the owner may free it all then. */
static void
go_on(struct muxed *muxed)
{
	work(muxed);
	pump(muxed);
	wake(muxed);
	set_alarm(muxed);
	muxed->calls.changed(muxed->calls.owner);
}

static void
on_dialled(void *owner, int errnum)
{
	struct link *link = owner;
	struct muxed *muxed = link->muxed;

	muxed->dialling = NULL;
	if (errnum != 0)
		fail(link);
	else
		serve(link);
	go_on(muxed);
}

static void
on_ready(void *owner, unsigned events)
{
	struct link *link = owner;
	struct muxed *muxed = link->muxed;

	if ((!(events & LOOP_WRITE) || serve(link)) && (events & LOOP_READ))
		read_some(link);
	go_on(muxed);
}

static void
on_alarm(void *owner)
{
	struct muxed *muxed = owner;

	agentmux_tick(muxed->mux, loop_now(muxed->loop));
	go_on(muxed);
}

void
muxed_input(struct muxed *muxed, struct view bytes)
{
	agentmux_receive(muxed->mux, bytes);
	work(muxed);
	set_alarm(muxed);
}

bool
muxed_is_full(const struct muxed *muxed)
{
	return agentmux_is_full(muxed->mux);
}

void
muxed_look(struct muxed *muxed)
{
	set_alarm(muxed);
}
