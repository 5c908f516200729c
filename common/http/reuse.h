/*
 * http/reuse: whether a kept connection is fit for another request.
 *
 * Purpose:   bytes that stand on a connection before the next request goes out were asked for by nobody;
 *            libcurl 7.88 would take them for the next answer. They may wait in the kernel, which is
 *            asked before the request is sent, or in libcurl's and its TLS library's own memory: then the
 *            answer begins without a byte having been taken from the kernel since.
 * Ownership: a struct reuse owns its notes, which reuse_end() frees, libcurl the descriptors.
 * Does not:  find what comes between the look and the request: nobody could tell that from its answer.
 */
#ifndef SSM_HTTP_REUSE_H
#define SSM_HTTP_REUSE_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

/* A connection of libcurl's. */
struct reuse_socket {
	int fd;
	int port, local_port;		/* 0 before the first request */
	bool used, spoilt;
	uint64_t taken;			/* bytes that libcurl had when the last request went out; 0: not known */
	TAILQ_ENTRY(reuse_socket) link;
};

struct reuse {
	TAILQ_HEAD(reuse_sockets, reuse_socket) sockets;
	bool no_memory;			/* a connection was not made for that */
};

void reuse_start(struct reuse *reuse);

/* When libcurl has ended. */
void reuse_end(struct reuse *reuse);

/* libcurl's CURLOPT_OPENSOCKETFUNCTION and CURLOPT_CLOSESOCKETFUNCTION; the context is a struct reuse. */
curl_socket_t reuse_open(void *context, curlsocktype purpose, struct curl_sockaddr *address);
int reuse_close(void *context, curl_socket_t fd);

/* The connection that a request is about to go out on, by its ports; or NULL. */
struct reuse_socket *reuse_find(struct reuse *reuse, int port, int local_port);

/* Notes that the request goes out now; false when it must not, for the connection is not clean. */
bool reuse_send(struct reuse_socket *connection);

/* Whether the answer that begins now may be that request's. */
bool reuse_answers(const struct reuse_socket *connection);

#endif
