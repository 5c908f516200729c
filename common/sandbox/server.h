/*
 * sandbox/server: the sandbox's sockets, on libwebsockets' event loop.
 *
 * Purpose:   the one place that calls libwebsockets. Connections are its raw sockets: requests must
 *            be seen exactly as they were sent (sandbox/http). One loop does it all, timers and
 *            signals too; nothing in it waits.
 * Ownership: all is borrowed, but the descriptors, which sandbox_serve() closes.
 * Errors:    SSM_E_OTHER: no socket, no loop.
 */
#ifndef SSM_SANDBOX_SERVER_H
#define SSM_SANDBOX_SERVER_H

#include "sandbox/command.h"
#include "sandbox/service.h"

struct sandbox_server {
	struct sandbox_service *service;
	int listen_fd;
	struct sandbox_command *command;	/* its signals are watched beside the sockets */
	/* One line a request, or NULL. */
	void (*report)(void *context, const char *line);
	void *context;
};

/* A socket that listens on 127.0.0.1; *port 0 is replaced by the one that the system picks. */
enum ssm_err sandbox_listen(int *fd, unsigned *port, struct ssm_error *err);

/* Serves until the command has ended or a signal came. */
enum ssm_err sandbox_serve(struct sandbox_server *server, struct ssm_error *err);

/* `libwebsockets/4.1.6`: what is in use, for --version. */
void sandbox_library(struct bytes *out);

#endif
