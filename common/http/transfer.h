/*
 * http/transfer: one request at work, and all the state that belongs to it.
 *
 * Units:     milliseconds; 0 is no limit.
 * Ownership: a transfer borrows what it sends; its response is its own, ended by transfer_clear().
 */
#ifndef SSM_HTTP_TRANSFER_H
#define SSM_HTTP_TRANSFER_H

#include <stdint.h>
#include <sys/queue.h>

#include "core/header_field.h"
#include "core/url.h"
#include "http/response.h"

enum http_method {
	HTTP_POST,
	HTTP_PUT,
	HTTP_GET,			/* without a body */
};

struct transfer {
	enum http_method method;
	const struct url *url;
	const struct header_field *headers;
	size_t header_count;
	struct view body;
	struct view proxy;		/* its URL, or empty */
	const char *ca_bundle;		/* trusted in place of the system's authorities, or NULL */
	unsigned connect_timeout;	/* name, connection and handshake together */
	unsigned read_timeout;		/* the longest silence after that */
	unsigned attempt_timeout;	/* from the connection to the last byte */
	unsigned time_left;		/* for this transfer */
	void *owner;			/* whoever started it; not looked at here */
	struct response response;
	unsigned took;
	bool kept;			/* went over a connection that was there already */
	bool fresh;			/* must not: the one that was there is not clean */
	/* When the connection was there, when bytes came and went last; 0 for not yet. */
	uint64_t connected, heard, sent_last;
	int64_t sent;			/* bytes of the request's body */
	/* The connections of all, and the one that the request went out on, or NULL. */
	struct reuse *reuse;
	struct reuse_socket *connection;
	struct handle *handle;		/* libcurl's, while it is in flight */
	TAILQ_ENTRY(transfer) link;	/* when it has ended */
};

#define TRANSFER_INIT { .method = HTTP_POST, .url = NULL, .response = RESPONSE_INIT }

void transfer_clear(struct transfer *transfer);

#endif
