/*
 * sandbox_server: the sandbox's sockets, on libwebsockets' event loop.
 *
 * Purpose:   the one place that calls libwebsockets. Connections are its raw sockets: requests must
 *            be seen exactly as they were sent (sandbox_http). One loop does it all, timers and
 *            signals too; nothing in it waits.
 * Ownership: the service and the texts are borrowed; the descriptors are closed by sandbox_serve().
 * Errors:    SSM_E_OTHER: no socket, no loop.
 */
#ifndef SSM_SANDBOX_SERVER_H
#define SSM_SANDBOX_SERVER_H

#include "sandbox_service.h"

struct sandbox_server {
	struct sandbox_service *service;
	int listen_fd;
	int signal_fd;			/* watched beside the sockets */
	/* signal_fd can be read; true ends sandbox_serve(). */
	bool (*signalled)(void *context);
	/* One line a request, or NULL. */
	void (*report)(void *context, const char *line);
	void *context;			/* of both */
};

/* A socket that listens on 127.0.0.1; *port 0 is replaced by the one that the system picks. */
enum ssm_err sandbox_listen(int *fd, unsigned *port, struct ssm_error *err);

/* Serves until server->signalled() says so. */
enum ssm_err sandbox_serve(struct sandbox_server *server, struct ssm_error *err);

/* `libwebsockets/4.1.6`: what is in use, for --version. */
void sandbox_library(struct bytes *out);

#endif
