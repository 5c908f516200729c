/*
 * http: one request over the network, one answer or the way it failed.
 *
 * Purpose:   the one place that calls libcurl, and keeps it from doing what nobody asked for: no
 *            redirect, no protocol but the URL's own, no proxy, file, cookie or credential that it
 *            finds by itself, TLS 1.2 at least, sizes and silences limited. A connection is kept for
 *            the next request to the same host.
 * Units:     milliseconds; 0 is no limit.
 * Ownership: a transfer borrows what it sends; its answer is its own, ended by transfer_clear().
 * Errors:    in transfer->answer.failure, with libcurl's words as the reason.
 * Does not:  retry (but for a kept connection that turns out to be dead), print, read the
 *            environment, follow, store.
 */
#ifndef SSM_HTTP_H
#define SSM_HTTP_H

#include "answer.h"

struct http_options {
	bool no_verify;			/* any certificate will do */
	unsigned connect_timeout;	/* name, connection and handshake together */
	unsigned read_timeout;		/* the longest silence after that */
};

enum http_method {
	HTTP_POST,
	HTTP_PUT,
	HTTP_GET,			/* without a body */
};

/* One request at work: all the state that belongs to it. */
struct transfer {
	enum http_method method;
	const struct url *url;
	const struct request_header *headers;
	size_t header_count;
	struct view body;
	struct view proxy;		/* its URL, or empty */
	const char *ca_bundle;		/* trusted in place of the system's authorities, or NULL */
	unsigned time_left;		/* for this transfer */
	struct answer answer;
	unsigned took;
	bool kept;			/* went over a connection that was there already */
};

#define TRANSFER_INIT { .method = HTTP_POST, .url = NULL, .answer = ANSWER_INIT }

void transfer_clear(struct transfer *transfer);

struct http;

/* Starts libcurl and its TLS library, which takes some milliseconds. options are borrowed. */
enum ssm_err http_open(struct http **http, const struct http_options *options,
    struct ssm_error *err) __attribute__((warn_unused_result));
void http_close(struct http *http);

/* Sends the request and waits for what comes of it. */
void http_perform(struct http *http, struct transfer *transfer);

/* A clock that never jumps, for differences. */
unsigned http_clock(void);

#endif
