#include "sandbox/node/forward.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#define READS_A_TURN 16
#define KEEP_MAX 4096
#define TEXT_MAX 1024

static void on_dialled(void *owner, int errnum);
static void on_ready(void *owner, unsigned events);

static const struct outlet_calls outlet_calls = { on_dialled, on_ready };

void
forward_init(struct forward *forward, struct loop *loop, const struct agent_port *port,
    const struct back_calls *calls)
{
	*forward = (struct forward){ .loop = loop, .calls = *calls, .port = *port, .input = BYTES_INIT(FORWARD_INPUT_MAX) };
	outlet_init(&forward->outlet, loop, &outlet_calls, forward);
}

static void
end(struct forward *forward)
{
	if (forward->over)
		return;
	outlet_close(&forward->outlet);
	bytes_clear(&forward->input);
	muxed_free(forward->muxed);
	forward->muxed = NULL;
	forward->over = true;
	forward->calls.ended(forward->calls.owner, 0);
}

static void
tell_failure(struct forward *forward, int errnum)
{
	struct bytes text = BYTES_INIT(TEXT_MAX);
	struct view host = forward->port.host;

	forward->over = true;
	if (!outlet_is_allowed(host))
		bytes_print(&text, "Forwarding to IP address %.*s is forbidden.", VIEW_ARG(host));
	else
		bytes_print(&text, "Unable to connect to specified port: dial tcp %.*s:%.*s: connect: %s",
		    VIEW_ARG(host.len == 0 ? VIEW("127.0.0.1") : host), VIEW_ARG(forward->port.number),
		    strerror(errnum));
	forward->calls.failed(forward->calls.owner, bytes_view(&text));
	bytes_clear(&text);
}

static void
ask(struct forward *forward)
{
	unsigned events = forward->calls.wanted(forward->calls.owner, false) ? LOOP_READ : 0;

	if (forward->input.len > 0)
		events |= LOOP_WRITE;
	if (outlet_is_open(&forward->outlet))
		outlet_ask(&forward->outlet, events);
}

/* The connection is gone: the session is over with it, or the next input makes another one. */
static void
lose(struct forward *forward)
{
	if (forward->kind == AGENT_STREAM) {
		end(forward);
		return;
	}
	outlet_close(&forward->outlet);
	bytes_reset(&forward->input);
}

static void
write_input(struct forward *forward)
{
	struct bytes *input = &forward->input;

	while (input->len > 0 && outlet_is_open(&forward->outlet)) {
		ssize_t len = send(forward->outlet.watch.fd, input->ptr, input->len, MSG_NOSIGNAL);

		if (len > 0)
			bytes_drop(input, (size_t)len);
		else if (len < 0 && errno == EAGAIN)
			return;
		else if (len == 0 || errno != EINTR)
			bytes_reset(input);	/* nobody is there to read it; reading tells */
	}
	bytes_recycle(input, KEEP_MAX);
}

/* The first connection makes the session ready, or is the end of it. */
static void
dialled(struct forward *forward, int errnum)
{
	if (errnum == 0 && !forward->started) {
		forward->started = true;
		forward->calls.ready(forward->calls.owner);
	} else if (errnum != 0 && !forward->started) {
		tell_failure(forward, errnum);
	} else if (errnum != 0) {
		end(forward);
	}
	if (forward->over)
		return;
	write_input(forward);
	ask(forward);
}

static void
dial(struct forward *forward)
{
	int errnum = outlet_dial(&forward->outlet, &forward->port);

	if (!forward->outlet.dialling)
		dialled(forward, errnum);
}

static void
on_dialled(void *owner, int errnum)
{
	struct forward *forward = owner;

	dialled(forward, errnum);
	forward->calls.changed(forward->calls.owner);
}

static void
read_output(struct forward *forward)
{
	char bytes[AGENT_PAYLOAD_MAX];

	for (int i = 0; i < READS_A_TURN && forward->calls.wanted(forward->calls.owner, false); i++) {
		ssize_t len = read(forward->outlet.watch.fd, bytes, sizeof bytes);

		if (len > 0) {
			forward->calls.output(forward->calls.owner, (struct view){ bytes, (size_t)len }, false);
		} else if (len == 0 || (errno != EAGAIN && errno != EINTR)) {
			lose(forward);
			return;
		} else if (errno == EAGAIN) {
			return;
		}
	}
}

static void
on_ready(void *owner, unsigned events)
{
	struct forward *forward = owner;

	if (events & LOOP_WRITE)
		write_input(forward);
	if (events & LOOP_READ)
		read_output(forward);
	ask(forward);
	forward->calls.changed(forward->calls.owner);
}

void
forward_start(struct forward *forward, const struct agent_event *event)
{
	forward->kind = event->forwarding;
	if (!outlet_is_allowed(forward->port.host)) {
		tell_failure(forward, EACCES);
		return;
	}
	if (forward->kind != AGENT_MUX) {
		dial(forward);
		return;
	}
	forward->muxed = muxed_new(forward->loop, &forward->port, event->keeps_alive, &forward->calls);
	forward->started = true;
	if (forward->muxed != NULL)
		forward->calls.ready(forward->calls.owner);
	else
		tell_failure(forward, ENOMEM);
}

void
forward_input(struct forward *forward, struct view bytes)
{
	if (forward->over)
		return;
	if (forward->muxed != NULL) {
		muxed_input(forward->muxed, bytes);
		return;
	}
	bytes_add(&forward->input, bytes);
	if (outlet_is_open(&forward->outlet)) {
		write_input(forward);
		ask(forward);
	} else if (!forward->outlet.dialling) {
		dial(forward);
	}
}

void
forward_flag(struct forward *forward, uint32_t flag)
{
	if (forward->over)
		return;
	if (flag == AGENT_TERMINATE_SESSION)
		end(forward);
	else if (flag == AGENT_DISCONNECT_TO_PORT && forward->muxed == NULL)
		lose(forward);
}

bool
forward_is_blocked(const struct forward *forward)
{
	if (forward->over || !forward->started)
		return false;
	return forward->muxed != NULL ? muxed_is_full(forward->muxed) :
	    forward->outlet.dialling || forward->input.len > 0;
}

void
forward_look(struct forward *forward)
{
	if (forward->over)
		return;
	if (forward->muxed != NULL)
		muxed_look(forward->muxed);
	else
		ask(forward);
}

void
forward_stop(struct forward *forward)
{
	outlet_close(&forward->outlet);
	bytes_clear(&forward->input);
	muxed_free(forward->muxed);
	forward->muxed = NULL;
	forward->over = true;
}
