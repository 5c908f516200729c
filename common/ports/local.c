#include "ports/local.h"

#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static void
on_ready(void *owner, unsigned events)
{
	struct portslocal *local = owner;

	if (events & (LOOP_WRITE | LOOP_GONE))
		local->blocked = false;
	local->ready(local->owner, local, events);
}

struct portslocal *
portslocal_open(struct loop *loop, int fd, void (*ready)(void *owner, struct portslocal *local, unsigned events),
    void *owner)
{
	struct portslocal *local = malloc(sizeof *local);
	struct loop_watch watch = { .fd = fd };
	int on = 1;

	if (local == NULL) {
		loop_shut(loop, &watch);
		return NULL;
	}
	*local = (struct portslocal){ .loop = loop, .ready = ready, .owner = owner, .heard = loop_now(loop),
	    .tcp = setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0,
	    .watch = { .fd = fd, .ready = on_ready, .owner = local } };
	return local;
}

void
portslocal_ask(struct portslocal *local, bool read)
{
	loop_ask(local->loop, &local->watch, (read ? LOOP_READ : 0u) | (local->blocked ? LOOP_WRITE : 0u));
}

static bool
is_passing(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

size_t
portslocal_read(struct portslocal *local, char *to, size_t most)
{
	ssize_t n = recv(local->watch.fd, to, most, 0);

	if (n > 0) {
		local->heard = loop_now(local->loop);
		return (size_t)n;
	}
	if (n == 0)
		local->over = true;
	else if (!is_passing(errno))
		local->broken = true;
	return 0;
}

size_t
portslocal_write(struct portslocal *local, struct view bytes)
{
	size_t written = 0;

	while (written < bytes.len && !local->broken && !local->blocked) {
		ssize_t n = send(local->watch.fd, bytes.ptr + written, bytes.len - written, MSG_NOSIGNAL);

		if (n >= 0)
			written += (size_t)n;
		else if (errno == EAGAIN || errno == EWOULDBLOCK)
			local->blocked = true;
		else if (errno != EINTR)
			local->broken = true;
	}
	local->heard = loop_now(local->loop);
	return local->broken ? bytes.len : written;
}

static int
unread(const struct portslocal *local)
{
	int bytes;

	return ioctl(local->watch.fd, SIOCOUTQ, &bytes) == 0 ? bytes : 0;
}

bool
portslocal_has_delivered(const struct portslocal *local)
{
	return !local->tcp || unread(local) == 0;
}

void
portslocal_be_patient(struct portslocal *local)
{
	local->unread = unread(local);
	local->taken = loop_now(local->loop);
}

bool
portslocal_is_stuck(struct portslocal *local)
{
	int bytes = unread(local);

	if (bytes != local->unread || (bytes == 0 && !local->blocked))
		portslocal_be_patient(local);
	return loop_now(local->loop) >= local->taken + PORTSLOCAL_PATIENCE;
}

void
portslocal_end(struct portslocal *local)
{
	if (shutdown(local->watch.fd, SHUT_WR) != 0)
		local->broken = true;
}

void
portslocal_abort(struct portslocal *local)
{
	const struct linger none = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(local->watch.fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
	portslocal_close(local);
}

void
portslocal_close(struct portslocal *local)
{
	loop_unset(&local->timer);
	loop_shut(local->loop, &local->watch);
	free(local);
}
