#include "ports/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define LOCK_TRIES 1000
#define LOCK_PAUSE_NS 1000000		/* a thousand of them: about a second */
#define FREE_PORT_TRIES 20		/* a port that is free in one family may not be in the other */

static enum ssm_err
refuse(const char *where, const char *why, struct ssm_error *err)
{
	return ssm_fail(err, SSM_E_OTHER, "ListenError", "cannot listen on %s: %s", where, why);
}

/* A number of a file is given again once the file is gone. */
static bool
is_own(const struct portslisten_socket *socket)
{
	struct stat now;

	return socket->made && lstat(socket->text, &now) == 0 && now.st_dev == socket->device &&
	    now.st_ino == socket->inode && now.st_mtim.tv_sec == socket->since.tv_sec &&
	    now.st_mtim.tv_nsec == socket->since.tv_nsec;
}

static void
forget(struct portslisten_socket *socket)
{
	if (is_own(socket))
		unlink(socket->text);
	close(socket->fd);
}

static void
drop_to(struct portslisten *listen, size_t count)
{
	while (listen->count > count)
		forget(&listen->sockets[--listen->count]);
}

static struct portslisten_socket *
add(struct portslisten *listen, int fd)
{
	struct portslisten_socket *added = &listen->sockets[listen->count++];
	struct sockaddr_storage own = { .ss_family = AF_UNSPEC };
	socklen_t len = sizeof own;

	*added = (struct portslisten_socket){ .fd = fd };
	getsockname(fd, (struct sockaddr *)&own, &len);
	portsaddress_text(added->text, &own, len);
	return added;
}

/* -1 and errno. */
static int
open_bound(const struct sockaddr_storage *address, socklen_t len)
{
	int fd = socket(address->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1, error;

	if (fd < 0)
		return -1;
	if (address->ss_family != AF_UNIX)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (address->ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
	if (bind(fd, (const struct sockaddr *)address, len) == 0 && listen(fd, SOMAXCONN) == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

static void
set_port(struct sockaddr_storage *address, unsigned port)
{
	if (address->ss_family == AF_INET6)
		((struct sockaddr_in6 *)address)->sin6_port = htons((uint16_t)port);
	else
		((struct sockaddr_in *)address)->sin_port = htons((uint16_t)port);
}

static unsigned
port_of(const struct portslisten_socket *socket)
{
	struct sockaddr_storage own;
	socklen_t len = sizeof own;

	if (getsockname(socket->fd, (struct sockaddr *)&own, &len) != 0)
		return 0;
	return ntohs(own.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&own)->sin6_port :
	    ((struct sockaddr_in *)&own)->sin_port);
}

/* What a name stands for; of the two that every machine should have, the one of version 6 may be missing. */
struct places {
	struct sockaddr_storage at[PORTSLISTEN_MAX];
	socklen_t len[PORTSLISTEN_MAX];
	size_t count;
	bool may_lack;
};

static void
add_place(struct places *places, const struct sockaddr *address, socklen_t len)
{
	if (places->count == PORTSLISTEN_MAX || len > sizeof places->at[0])
		return;
	memcpy(&places->at[places->count], address, len);
	places->len[places->count++] = len;
}

static void
add_pair(struct places *places, bool any)
{
	const struct sockaddr_in four = { .sin_family = AF_INET, .sin_addr.s_addr =
	    htonl(any ? INADDR_ANY : INADDR_LOOPBACK) };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_addr = any ? in6addr_any : in6addr_loopback };

	add_place(places, (const struct sockaddr *)&four, sizeof four);
	add_place(places, (const struct sockaddr *)&six, sizeof six);
	places->may_lack = true;
}

static enum ssm_err
find_places(struct places *places, const struct portsaddress *address, struct ssm_error *err)
{
	const struct addrinfo hints = { .ai_flags = AI_PASSIVE, .ai_socktype = SOCK_STREAM };
	struct addrinfo *found;
	int rc;

	*places = (struct places){ .count = 0 };
	if (strcmp(address->host, "localhost") == 0 || strcmp(address->host, "*") == 0) {
		add_pair(places, address->host[0] == '*');
		return SSM_OK;
	}
	if ((rc = getaddrinfo(address->host, NULL, &hints, &found)) != 0)
		return refuse(address->host, rc == EAI_SYSTEM ? strerror(errno) : gai_strerror(rc), err);
	for (const struct addrinfo *one = found; one != NULL; one = one->ai_next)
		add_place(places, one->ai_addr, one->ai_addrlen);
	freeaddrinfo(found);
	return SSM_OK;
}

static bool
is_missing(int error)
{
	return error == EADDRNOTAVAIL || error == EAFNOSUPPORT;
}

/* All on one port, which is the first one's when any will do. False with errno; *failed is which of them. */
static bool
open_places(struct portslisten *listen, struct places *places, unsigned port, size_t *failed)
{
	for (size_t i = 0; i < places->count; i++) {
		int fd;

		*failed = i;
		if (listen->count == PORTSLISTEN_MAX) {
			errno = EMFILE;
			return false;
		}
		set_port(&places->at[i], port);
		if ((fd = open_bound(&places->at[i], places->len[i])) >= 0)
			port = port_of(add(listen, fd));
		else if (i == 0 || !places->may_lack || !is_missing(errno))
			return false;
	}
	return true;
}

static enum ssm_err
open_tcp(struct portslisten *listen, const struct portsaddress *address, struct ssm_error *err)
{
	size_t before = listen->count, failed = 0;
	char text[PORTSADDRESS_TEXT];
	struct places places;
	int error;
	enum ssm_err rc = find_places(&places, address, err);

	for (int tries = 0; rc == SSM_OK; tries++) {
		if (open_places(listen, &places, address->port, &failed))
			return SSM_OK;
		error = errno;
		drop_to(listen, before);
		if (address->port != 0 || failed == 0 || error != EADDRINUSE || tries == FREE_PORT_TRIES) {
			portsaddress_text(text, &places.at[failed], places.len[failed]);
			rc = refuse(text, strerror(error), err);
		}
	}
	return rc;
}

/* A socket's file that nobody listens on is what somebody has left who was killed. */
static bool
is_stale(const struct sockaddr_storage *address, socklen_t len)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	bool stale = fd >= 0 && connect(fd, (const struct sockaddr *)address, len) != 0 && errno == ECONNREFUSED;
	struct stat of;

	if (fd >= 0)
		close(fd);
	return stale && lstat(((const struct sockaddr_un *)address)->sun_path, &of) == 0 && S_ISSOCK(of.st_mode);
}

/*
 * Two that start at once must not both find a socket stale, and the second remove what the first has made, or one that is
 * bound and does not listen yet. The directory is locked meanwhile; whoever else may hold it so is not waited for long. -1
 * where it cannot be: then it is as likely as without.
 */
static int
lock_directory(const char *path)
{
	const struct timespec pause = { .tv_nsec = LOCK_PAUSE_NS };
	char directory[sizeof ((struct sockaddr_un *)NULL)->sun_path];
	const char *slash = strrchr(path, '/');
	int fd;

	snprintf(directory, sizeof directory, "%.*s", slash == path ? 1 : (int)(slash - path), path);
	if ((fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return -1;
	for (int tries = 0; flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK && tries < LOCK_TRIES; tries++)
		nanosleep(&pause, NULL);
	return fd;
}

static int
open_file(const struct sockaddr_storage *place, const char *path)
{
	int lock = lock_directory(path), fd, error;
	mode_t mask;

	if (is_stale(place, sizeof(struct sockaddr_un)))
		unlink(path);
	mask = umask(S_IXUSR | S_IRWXG | S_IRWXO);
	fd = open_bound(place, sizeof(struct sockaddr_un));
	error = errno;
	umask(mask);
	if (lock >= 0)
		close(lock);
	errno = error;
	return fd;
}

static enum ssm_err
open_unix(struct portslisten *listen, const struct portsaddress *address, struct ssm_error *err)
{
	struct sockaddr_storage place = { .ss_family = AF_UNIX };
	struct sockaddr_un *local = (struct sockaddr_un *)&place;
	struct portslisten_socket *made;
	struct stat of;
	int fd;

	memcpy(local->sun_path, address->path, strlen(address->path) + 1);
	if ((fd = open_file(&place, address->path)) < 0)
		return refuse(address->path, strerror(errno), err);
	made = add(listen, fd);
	if ((made->made = lstat(address->path, &of) == 0)) {
		made->device = of.st_dev;
		made->inode = of.st_ino;
		made->since = of.st_mtim;
	}
	return SSM_OK;
}

static enum ssm_err
take_over(struct portslisten *listen, int fd, struct ssm_error *err)
{
	char where[sizeof "/dev/fd/" + 10];
	int listens = 0, flags = fcntl(fd, F_GETFL);
	socklen_t len = sizeof listens;

	snprintf(where, sizeof where, "/dev/fd/%d", fd);
	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len) != 0)
		return refuse(where, strerror(errno), err);
	if (!listens)
		return refuse(where, "the socket does not listen", err);
	for (size_t i = 0; i < listen->count; i++)
		if (listen->sockets[i].fd == fd)
			return refuse(where, "given twice", err);
	if (fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
		return refuse(where, strerror(errno), err);
	add(listen, fd);
	return SSM_OK;
}

enum ssm_err
portslisten_add(struct portslisten *listen, const struct portsaddress *address, struct ssm_error *err)
{
	if (listen->count == PORTSLISTEN_MAX)
		return ssm_fail(err, SSM_E_INPUT, "ParamValidationError", "more than %d sockets to listen on", PORTSLISTEN_MAX);
	switch (address->kind) {
	case PORTSADDRESS_UNIX:
		return open_unix(listen, address, err);
	case PORTSADDRESS_DESCRIPTOR:
		return take_over(listen, address->fd, err);
	case PORTSADDRESS_TCP:
		break;
	}
	return open_tcp(listen, address, err);
}

void
portslisten_close(struct portslisten *listen)
{
	drop_to(listen, 0);
}
