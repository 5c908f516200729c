#include "session/forwarding.h"

#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/io.h"

#define DESCRIPTORS 8192
#define TOLD_MAX 256			/* bytes of the node's own words that are shown */

/* What those who wait for it are told: its addresses, a line each, or an empty one where nothing listens. */
static void
tell_ready(struct session *session, const struct portslisten *listen)
{
	int fd = session->plan->ready_fd;
	struct bytes text = BYTES_INIT(PORTSLISTEN_MAX * PORTSADDRESS_TEXT);

	if (fd == 0)
		return;
	for (size_t i = 0; listen != NULL && i < listen->count; i++) {
		bytes_add_text(&text, listen->sockets[i].text);
		bytes_add_char(&text, '\n');
	}
	if (listen == NULL)
		bytes_add_char(&text, '\n');
	errno = bytes_failed(&text) ? ENOMEM : EAGAIN;
	if (bytes_failed(&text) || !io_writable(fd) || io_write_all(fd, bytes_view(&text)) != 0)
		consolenotice(&session->notice, "cannot write to descriptor %d: %s", fd, strerror(errno));
	if (fd > STDERR_FILENO)
		close(fd);
	bytes_clear(&text);
}

/* Where local connections are for, in the node's words. */
static void
add_goal(struct bytes *text, const struct portproperties *port)
{
	struct view host = bytes_view(&port->host), number = bytes_view(&port->port);
	bool six = view_find(host, ':') < host.len;

	if (host.len > 0)
		bytes_print(text, six ? ", for [%.*s]:%.*s" : ", for %.*s:%.*s", VIEW_ARG_CUT(host, TOLD_MAX),
		    VIEW_ARG_CUT(number, TOLD_MAX));
	else if (number.len > 0)
		bytes_print(text, ", for the node's port %.*s", VIEW_ARG_CUT(number, TOLD_MAX));
}

/* Of several sockets all have the same port. */
static struct view
port_or_path(const struct portslisten_socket *socket)
{
	const char *colon = strrchr(socket->text, ':');

	return view_of(socket->text[0] == '/' || colon == NULL ? socket->text : colon + 1);
}

static void
tell_listening(struct session *session, const struct portslisten *listen)
{
	struct bytes text = BYTES_INIT((PORTSLISTEN_MAX + 4) * PORTSADDRESS_TEXT + 4 * TOLD_MAX);

	for (size_t i = 0; i < listen->count; i++) {
		const char *address = listen->sockets[i].text;

		bytes_add_text(&text, i == 0 ? "" : ", ");
		bytes_add_text(&text, address);
		sessionevents_begin(&session->events, "Listening");
		sessionevents_text(&session->events, "Address", view_of(address));
		sessionevents_end(&session->events);
	}
	if (session->plan->words != NULL) {
		lines_say(session, session->basic ? SESSIONVOICE_LISTENS_BASIC : SESSIONVOICE_LISTENS,
		    port_or_path(&listen->sockets[0]));
	} else {
		add_goal(&text, session->port);
		consolenotice(&session->notice, "listening on %.*s", VIEW_ARG(bytes_view(&text)));
	}
	bytes_clear(&text);
	tell_ready(session, listen);
}

static void
on_accepted(void *owner)
{
	struct session *session = owner;

	lines_say(session, session->basic ? SESSIONVOICE_ACCEPTED_BASIC : SESSIONVOICE_ACCEPTED, VIEW_NONE);
	if (session->plan->cli->verbose)
		consolenotice(&session->notice, "accepted a connection");
}

static void
on_paused(void *owner, int error)
{
	struct session *session = owner;

	consolenotice(&session->notice, "cannot accept a connection now: %s; others wait", strerror(error));
}

static void
on_deaf(void *owner, const char *address, int error)
{
	struct session *session = owner;

	consolenotice(&session->notice, "cannot listen on %s any more: %s", address, strerror(error));
}

static void
on_lingered(void *owner)
{
	struct session *session = owner;

	if (session->plan->cli->verbose)
		consolenotice(&session->notice, "a connection was ended: its input was over, and no answer came for %d seconds",
		    (session->basic ? FORWARD_LINGER_BASIC : FORWARD_LINGER) / 1000);
}

void
forwarding_refused(struct session *session)
{
	struct view port = bytes_view(&session->port->port), host = bytes_view(&session->port->host);

	if (session->plan->words != NULL)
		lines_say(session, SESSIONVOICE_PORT_FAILED, VIEW_NONE);
	else if (session->forward == NULL)
		consolenotice(&session->notice, "the node cannot connect to the port");
	else if (host.len > 0)
		consolenotice(&session->notice, "the node cannot connect to port %.*s of %.*s", VIEW_ARG_CUT(port, TOLD_MAX),
		    VIEW_ARG_CUT(host, TOLD_MAX));
	else
		consolenotice(&session->notice, "the node cannot connect to its port %.*s", VIEW_ARG_CUT(port, TOLD_MAX));
}

static bool
is_given(const struct session *session)
{
	return session->plan->listen != NULL && session->plan->listen->count > 0;
}

/*
 * Where the properties of the session say: a path, or a port of this machine, any unless it is named. They are the
 * node's words: an address that others reach, or a descriptor, is the user's alone to name.
 */
static enum ssm_err
read_where(struct portsaddress *address, const struct portproperties *port, struct ssm_error *err)
{
	struct view path = bytes_view(&port->local_socket), number = bytes_view(&port->local_port);
	unsigned long long ignored;

	if (port->has_socket)
		return portsaddress_parse(address, path, err) == SSM_OK && address->kind == PORTSADDRESS_UNIX ? SSM_OK :
		    ssm_fail(err, SSM_E_OTHER, "InvalidProperties",
		    "cannot listen where the session says: '%.*s' is no path of a socket", VIEW_ARG_CUT(path, TOLD_MAX));
	if (number.len == 0)
		number = VIEW("0");
	return portsaddress_parse(address, number, err) == SSM_OK && view_number(number, &ignored) ? SSM_OK :
	    ssm_fail(err, SSM_E_OTHER, "InvalidProperties", "cannot listen where the session says: '%.*s' is no port",
	    VIEW_ARG_CUT(number, TOLD_MAX));
}

static enum ssm_err
listen_where_asked(struct session *session)
{
	struct portsaddress address;
	enum ssm_err rc;

	if ((rc = read_where(&address, session->port, &session->err)) != SSM_OK)
		return rc;
	if (session->plan->listen_host != NULL && address.kind == PORTSADDRESS_TCP)
		snprintf(address.host, sizeof address.host, "%s", session->plan->listen_host);
	return portslisten_add(&session->listen, &address, &session->err);
}

/* Each connection has a descriptor; what this process is given at first is often little of what it may have. */
static void
raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= DESCRIPTORS)
		return;
	limit.rlim_cur = limit.rlim_max < DESCRIPTORS ? limit.rlim_max : DESCRIPTORS;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static enum ssm_err
start(struct session *session)
{
	struct portsforward_plan plan = { .loop = &session->loop, .listen = session->plan->listen, .basic = session->basic,
	    .keepalive = session->port->keepalive, .calls = { .accepted = on_accepted, .paused = on_paused,
	    .deaf = on_deaf, .lingered = on_lingered, .owner = session } };
	enum ssm_err rc;

	raise_limit();
	if (!is_given(session)) {
		if ((rc = listen_where_asked(session)) != SSM_OK)
			return rc;
		plan.listen = &session->listen;
	}
	if ((rc = portsforward_open(&session->forward, &plan, &session->err)) == SSM_OK)
		tell_listening(session, plan.listen);
	return rc;
}

/* A session of another kind has nothing to listen for: who asked for that is not served by it. */
static enum ssm_err
begin_other(struct session *session)
{
	if (is_given(session))
		return ssm_fail(&session->err, SSM_E_INPUT, "ParamValidationError",
		    "option '--listen': the session forwards no port");
	tell_ready(session, NULL);
	return SSM_OK;
}

/* A session that is about to end has nothing for those who would come. */
void
forwarding_begin(struct session *session, const struct portproperties *port)
{
	bool forwards = session->kind == CHANNEL_PORT && port->mode != PORTPROPERTIES_STREAMS;
	enum ssm_err rc;

	session->port = port;
	session->basic = port->mode == PORTPROPERTIES_BASIC;
	if (session->phase >= SESSION_ENDS)
		return;
	rc = forwards ? start(session) : begin_other(session);
	if (rc != SSM_OK)
		lifecycle_terminate(session, "ListenFailed", ssm_exit_code(rc));
}

/* An agent that is too old to say again what it has is not waited for: others may have come to be served. */
static void
tell_what_is_answered(struct session *session)
{
	struct channel_counters counters;

	channel_count(session->channel, &counters);
	portsforward_heard(session->forward, counters.next, counters.in_doubt ? counters.next : counters.missing,
	    session->phase == SESSION_OPEN ? session->back : UINT64_MAX);
}

void
forwarding_send(struct session *session, uint64_t now)
{
	struct portsforward *forward = session->forward;
	struct view waiting;
	size_t len;

	portsforward_tick(forward, now);
	while ((waiting = portsforward_waiting(forward)).len > 0 &&
	    (len = channel_send(session->channel, waiting, now)) > 0)
		portsforward_took(forward, len);
	if (waiting.len == 0 && portsforward_flag_is_due(forward) &&
	    channel_send_flag(session->channel, CHANNEL_DISCONNECT_TO_PORT, now))
		portsforward_flag_sent(forward);
	tell_what_is_answered(session);
	if (portsforward_failure(forward) == NULL)
		return;
	ssm_fail(&session->err, SSM_E_OTHER, "ForwardingError", "%s", portsforward_failure(forward));
	lifecycle_terminate(session, "Failed", ssm_exit_code(SSM_E_OTHER));
}

size_t
forwarding_take(struct session *session, struct view bytes)
{
	return portsforward_receive(session->forward, bytes);
}

uint64_t
forwarding_moment(const struct session *session)
{
	return session->forward == NULL ? UINT64_MAX : portsforward_deadline(session->forward);
}

void
forwarding_last(struct session *session)
{
	if (session->forward != NULL)
		portsforward_last(session->forward);
	portslisten_close(&session->listen);
	if (session->plan->listen != NULL)
		portslisten_close(session->plan->listen);
}

void
forwarding_stop(struct session *session)
{
	forwarding_last(session);
	if (session->forward != NULL)
		portsforward_stop(session->forward);
}

bool
forwarding_is_empty(const struct session *session)
{
	return session->forward == NULL || portsforward_is_empty(session->forward);
}

void
forwarding_end(struct session *session)
{
	portsforward_close(session->forward);
	session->forward = NULL;
	portslisten_close(&session->listen);
}
