#include "sandbox/node/outlet.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/io.h"
#include "sandbox/host.h"

#define HOST_MAX 255

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static void on_ready(void *owner, unsigned events);

void
outlet_init(struct outlet *outlet, struct loop *loop, const struct outlet_calls *calls, void *owner)
{
	*outlet = (struct outlet){ .loop = loop, .calls = calls, .owner = owner,
	    .watch = { .fd = -1, .ready = on_ready, .owner = outlet } };
}

static bool
is_v6_loopback(struct view host)
{
	return view_is(host, "::1") || view_is(host, "[::1]");
}

bool
outlet_is_allowed(struct view host)
{
	return host.len == 0 || is_v6_loopback(host) || origin_is_name(host) ||
	    (view_find(host, ':') == host.len && sandbox_host_is_loopback(host));
}

/* Of an allowed host that is no origin's. */
static socklen_t
make_address(union address *address, struct view host, unsigned port)
{
	char text[HOST_MAX + 1] = "";

	*address = (union address){ .v4 = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) } };
	if (is_v6_loopback(host)) {
		address->v6 = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port),
		    .sin6_addr = IN6ADDR_LOOPBACK_INIT };
		return sizeof address->v6;
	}
	if (host.len <= HOST_MAX && host.len > 0)
		memcpy(text, host.ptr, host.len);
	if (inet_aton(text, &address->v4.sin_addr) == 0)
		address->v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return sizeof address->v4;
}

/* 0: it is open; EINPROGRESS: it will be told. */
static int
begin(struct outlet *outlet, struct view host, unsigned port)
{
	union address address;
	socklen_t len = make_address(&address, host, port);
	int own = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int errnum = own < 0 || connect(own, &address.any, len) != 0 ? errno : 0;

	if (errnum == 0 || errnum == EINPROGRESS)
		outlet->watch.fd = own;
	else
		io_close(&own);
	return errnum;
}

int
outlet_dial(struct outlet *outlet, const struct agent_port *port)
{
	unsigned long long number;
	int errnum;

	if (!view_number(port->number, &number) || !outlet_is_allowed(port->host))
		return EACCES;
	if (origin_is_name(port->host))
		return origin_open(&outlet->origin, outlet->loop, port->host, (unsigned)number, &outlet->watch.fd);
	errnum = begin(outlet, port->host, (unsigned)number);
	outlet->dialling = errnum == EINPROGRESS;
	if (outlet->dialling)
		loop_ask(outlet->loop, &outlet->watch, LOOP_WRITE);
	return outlet->dialling ? 0 : errnum;
}

static void
on_dialled(struct outlet *outlet)
{
	int errnum = 0;
	socklen_t len = sizeof errnum;

	outlet->dialling = false;
	if (getsockopt(outlet->watch.fd, SOL_SOCKET, SO_ERROR, &errnum, &len) != 0)
		errnum = errno;
	if (errnum != 0)
		outlet_close(outlet);
	else
		loop_ask(outlet->loop, &outlet->watch, 0);
	outlet->calls->dialled(outlet->owner, errnum);
}

static void
on_ready(void *owner, unsigned events)
{
	struct outlet *outlet = owner;

	if (outlet->dialling)
		on_dialled(outlet);
	else
		outlet->calls->ready(outlet->owner, events);
}

void
outlet_ask(struct outlet *outlet, unsigned events)
{
	loop_ask(outlet->loop, &outlet->watch, events);
}

void
outlet_close(struct outlet *outlet)
{
	loop_shut(outlet->loop, &outlet->watch);
	origin_free(outlet->origin);
	outlet->origin = NULL;
	outlet->dialling = false;
}
