#include "http/reuse.h"

#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

void
reuse_start(struct reuse *reuse)
{
	TAILQ_INIT(&reuse->sockets);
	reuse->no_memory = false;
}

static void
forget(struct reuse *reuse, struct reuse_socket *connection)
{
	TAILQ_REMOVE(&reuse->sockets, connection, link);
	free(connection);
}

static void
forget_descriptor(struct reuse *reuse, int fd)
{
	struct reuse_socket *connection;

	TAILQ_FOREACH(connection, &reuse->sockets, link)
		if (connection->fd == fd) {
			forget(reuse, connection);
			return;
		}
}

void
reuse_end(struct reuse *reuse)
{
	struct reuse_socket *connection;

	while ((connection = TAILQ_FIRST(&reuse->sockets)) != NULL)
		forget(reuse, connection);
}

/* libcurl closes some that were never connected without a word: their numbers come back here. */
curl_socket_t
reuse_open(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct reuse *reuse = context;
	struct reuse_socket *connection;
	int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);

	(void)purpose;			/* CURLSOCKTYPE_IPCXN: there is no other outside FTP */
	if (fd < 0)
		return CURL_SOCKET_BAD;
	if ((connection = calloc(1, sizeof *connection)) == NULL) {
		reuse->no_memory = true;
		close(fd);
		return CURL_SOCKET_BAD;
	}
	forget_descriptor(reuse, fd);
	connection->fd = fd;
	TAILQ_INSERT_HEAD(&reuse->sockets, connection, link);
	return fd;
}

int
reuse_close(void *context, curl_socket_t fd)
{
	forget_descriptor(context, fd);
	return close(fd);
}

static int
local_port(int fd)
{
	struct sockaddr_storage address = { .ss_family = AF_UNSPEC };
	socklen_t len = sizeof address;

	if (getsockname(fd, (struct sockaddr *)&address, &len) != 0)
		return -1;
	return address.ss_family == AF_INET ? ntohs(((struct sockaddr_in *)&address)->sin_port) :
	    address.ss_family == AF_INET6 ? ntohs(((struct sockaddr_in6 *)&address)->sin6_port) : -1;
}

/* A number of descriptors is asked for their ports once, before their first request. */
struct reuse_socket *
reuse_find(struct reuse *reuse, int port, int local)
{
	struct reuse_socket *connection;

	TAILQ_FOREACH(connection, &reuse->sockets, link) {
		/* cppcheck-suppress uninitvar ; it is calloc()ed */
		if (!connection->used && local_port(connection->fd) == local) {
			connection->port = port;
			connection->local_port = local;
		}
		if (connection->port == port && connection->local_port == local)
			return connection;
	}
	return NULL;
}

/* How many bytes have come on it, ever; 0 where that can't be known. */
static uint64_t
received(int fd)
{
	struct tcp_info info = { .tcpi_state = 0 };
	socklen_t len = sizeof info;

	return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 &&
	    len >= offsetof(struct tcp_info, tcpi_bytes_received) + sizeof info.tcpi_bytes_received ?
	    info.tcpi_bytes_received : 0;
}

/* How many of them libcurl has taken from the kernel. */
static uint64_t
taken(int fd)
{
	uint64_t came = received(fd);
	int waiting;

	if (ioctl(fd, SIOCINQ, &waiting) != 0 || waiting < 0)
		return 0;
	return came > (unsigned)waiting ? came - (unsigned)waiting : 0;
}

static bool
has_bytes(int fd)
{
	char byte;

	return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

/* With TLS a new connection may have bytes: the server's session tickets. */
bool
reuse_send(struct reuse_socket *connection)
{
	uint64_t came = connection->used ? received(connection->fd) : 0;

	if (connection->used && (connection->spoilt || has_bytes(connection->fd)))
		return false;
	connection->taken = came;	/* all of it: none waited after it was counted */
	connection->used = true;
	return true;
}

bool
reuse_answers(const struct reuse_socket *connection)
{
	return connection->taken == 0 || taken(connection->fd) != connection->taken;
}
