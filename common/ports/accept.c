#include "ports/accept.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define PAUSE 1000
#define AT_ONCE 16			/* connections of one socket: fair to the others */
#define RESERVE 64			/* descriptors for what else this process has to do, or a quarter of a few */

static void
ask(struct portsaccept *accept)
{
	bool asks = accept->wanted && accept->pause.list == NULL;

	for (size_t i = 0; i < accept->count; i++)
		if (accept->watches[i].fd >= 0)
			loop_ask(accept->loop, &accept->watches[i], asks ? LOOP_READ : 0);
}

static void
on_pause_over(void *owner)
{
	ask(owner);
}

static bool
is_for_want(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

static void
pause_for(struct portsaccept *accept, int error)
{
	loop_set(accept->loop, &accept->pause, loop_now(accept->loop) + PAUSE);
	ask(accept);
	if (!accept->told)
		accept->calls.paused(accept->calls.teller, error);
	accept->told = true;
}

/* Of the socket itself: it would be told of for ever. */
static bool
is_for_good(int error)
{
	return error == EINVAL || error == EBADF || error == ENOTSOCK || error == EOPNOTSUPP;
}

/* Of UNIX accept4() does not say so. */
static bool
is_shut_down(int fd)
{
	struct pollfd p = { .fd = fd };

	return poll(&p, 1, 0) > 0 && (p.revents & POLLHUP) != 0;
}

static void
leave_alone(struct portsaccept *accept, size_t i, int error)
{
	loop_ask(accept->loop, &accept->watches[i], 0);
	accept->watches[i].fd = -1;
	accept->deaf++;
	accept->calls.deaf(accept->calls.teller, accept->listen->sockets[i].text, error);
}

/* The lowest number that is free is the next one's. */
static bool
has_descriptors(int any)
{
	struct rlimit limit;
	int fd = fcntl(any, F_DUPFD_CLOEXEC, 0);

	if (fd < 0)
		return false;
	close(fd);
	return getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
	    (rlim_t)fd + (limit.rlim_cur / 4 < RESERVE ? limit.rlim_cur / 4 : RESERVE) < limit.rlim_cur;
}

/* Until there are no more, for now; errno tells why. */
static int
accept_some(struct portsaccept *accept, int from)
{
	for (int left = AT_ONCE; left > 0 && accept->wanted; left--) {
		int fd = accept4(from, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0)
			return errno;
		accept->told = false;
		accept->calls.accepted(accept->calls.owner, fd);
	}
	return 0;
}

/* Of any of them: there is a connection, or there was one. */
static void
on_connection(void *owner, unsigned events)
{
	struct portsaccept *accept = owner;

	(void)events;
	for (size_t i = 0; i < accept->count && accept->wanted; i++) {
		int fd = accept->watches[i].fd, error;

		if (fd < 0)
			continue;
		error = has_descriptors(fd) ? accept_some(accept, fd) : EMFILE;
		if (is_for_want(error)) {
			pause_for(accept, error);
			return;
		}
		if (error == EAGAIN && is_shut_down(fd))
			error = EINVAL;
		if (is_for_good(error))
			leave_alone(accept, i, error);
	}
}

void
portsaccept_start(struct portsaccept *accept, struct loop *loop, const struct portslisten *listen,
    const struct portsaccept_calls *calls)
{
	*accept = (struct portsaccept){ .loop = loop, .calls = *calls, .listen = listen,
	    .count = listen->count, .wanted = true };
	accept->pause = (struct loop_timer){ .due = on_pause_over, .owner = accept };
	for (size_t i = 0; i < accept->count; i++)
		accept->watches[i] = (struct loop_watch){ .fd = listen->sockets[i].fd, .ready = on_connection,
		    .owner = accept };
	ask(accept);
}

void
portsaccept_want(struct portsaccept *accept, bool wanted)
{
	if (accept->wanted == wanted)
		return;
	accept->wanted = wanted;
	ask(accept);
}

void
portsaccept_stop(struct portsaccept *accept)
{
	accept->wanted = false;
	if (accept->loop == NULL)
		return;
	loop_unset(&accept->pause);
	ask(accept);
	accept->loop = NULL;
}

bool
portsaccept_is_deaf(const struct portsaccept *accept)
{
	return accept->deaf == accept->count;
}
