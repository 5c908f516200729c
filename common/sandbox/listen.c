#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sandbox/server.h"

#define BACKLOG 1024

/* Steps until one fails; errno says why. */
static bool
listen_on(int fd, struct sockaddr_in *address)
{
	socklen_t len = sizeof *address;
	int yes = 1;

	return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
	    bind(fd, (struct sockaddr *)address, sizeof *address) == 0 &&
	    listen(fd, BACKLOG) == 0 &&
	    getsockname(fd, (struct sockaddr *)address, &len) == 0;
}

enum ssm_err
sandbox_listen(int *fd, unsigned *port, struct ssm_error *err)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)*port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int errnum = 0;

	*fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (*fd < 0 || !listen_on(*fd, &address)) {
		errnum = errno;
		if (*fd >= 0)
			close(*fd);
		*fd = -1;
		return ssm_fail(err, SSM_E_OTHER, "ListenError", "cannot listen on 127.0.0.1 port %u: %s",
		    *port, strerror(errnum));
	}
	*port = ntohs(address.sin_port);
	return SSM_OK;
}
