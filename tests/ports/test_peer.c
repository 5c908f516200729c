/* peer: who has let go of a connection, and who has only said everything. */
#include "ports/peer.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tap.h"

#define PATIENCE 10000			/* milliseconds */

/* Both ends of a connection over loopback; false where there is no such family. */
static bool
connect_pair(int ends[2], int family)
{
	struct sockaddr_storage at = { .ss_family = (sa_family_t)family };
	socklen_t len = family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
	int server;

	if (family == AF_UNIX)
		return socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0;
	if (family == AF_INET6)
		((struct sockaddr_in6 *)&at)->sin6_addr = in6addr_loopback;
	else
		((struct sockaddr_in *)&at)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	server = socket(family, SOCK_STREAM, 0);
	ends[0] = socket(family, SOCK_STREAM, 0);
	if (bind(server, (struct sockaddr *)&at, len) != 0)
		return false;
	listen(server, 1);
	getsockname(server, (struct sockaddr *)&at, &len);
	if (connect(ends[0], (struct sockaddr *)&at, len) != 0)
		return false;
	ends[1] = accept(server, NULL, NULL);
	close(server);
	return ends[1] >= 0;
}

/* Until the end of what it says has come. */
static bool
has_end(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char byte;

	return poll(&p, 1, PATIENCE) == 1 && recv(fd, &byte, 1, 0) == 0;
}

static void
check(int family, const char *name)
{
	int ends[2];

	if (!connect_pair(ends, family)) {
		diag("no connection: %s", name);
		return;
	}
	ok(!portspeer_is_gone(ends[1]), "%s: one that is open", name);
	shutdown(ends[0], SHUT_WR);
	ok(has_end(ends[1]) && !portspeer_is_gone(ends[1]), "%s: one that has said everything waits for the answer", name);
	close(ends[0]);
	ok(portspeer_is_gone(ends[1]), "%s: one that is closed then is gone", name);
	close(ends[1]);
	if (!connect_pair(ends, family))
		return;
	close(ends[0]);
	ok(has_end(ends[1]) && portspeer_is_gone(ends[1]), "%s: one that is closed at once, too", name);
	close(ends[1]);
}

int
main(void)
{
	int netlink = socket(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG), null = open("/dev/null", O_RDONLY);

	if (netlink < 0)
		skip_all("this kernel does not tell of sockets");
	close(netlink);
	check(AF_INET, "version 4");
	check(AF_INET6, "version 6");
	check(AF_UNIX, "UNIX");
	ok(null >= 0 && !portspeer_is_gone(null), "what is no socket");
	close(null);
	return done_testing();
}
