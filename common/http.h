/*
 * http: requests over the network, many at once, each with one answer or the way it failed.
 *
 * Purpose:   the one place that calls libcurl, and keeps it from doing what nobody asked for: no
 *            redirect, no protocol but the URL's own, no proxy, file, cookie or credential that it
 *            finds by itself, TLS 1.2 at least, sizes and silences limited. Connections and TLS
 *            sessions are kept for the next request to the same host. One loop, no threads (but
 *            libcurl's own to look names up).
 * Units:     milliseconds; 0 is no limit.
 * Ownership: a transfer borrows what it sends; its answer is its own, ended by transfer_clear().
 * Errors:    in transfer->answer.failure, with libcurl's words as the reason.
 * Does not:  retry (but for a kept connection that turns out to be dead), print, read the
 *            environment, follow, store.
 */
#ifndef SSM_HTTP_H
#define SSM_HTTP_H

#include <poll.h>
#include <stdint.h>
#include <sys/queue.h>

#include "answer.h"

struct http_options {
	bool no_verify;			/* any certificate will do */
	unsigned connections_max;	/* that are kept; 0: as libcurl has it */
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
	unsigned connect_timeout;	/* name, connection and handshake together */
	unsigned read_timeout;		/* the longest silence after that */
	unsigned time_left;		/* for this transfer */
	void *owner;			/* whoever started it; not looked at here */
	struct answer answer;
	unsigned took;
	bool kept;			/* went over a connection that was there already */
	/* When the connection was there, when bytes came and went last; 0 for not yet. */
	uint64_t connected, heard, sent_last;
	int64_t sent;			/* bytes of the request's body */
	struct flight *flight;		/* while it is on its way */
	TAILQ_ENTRY(transfer) link;	/* when it has ended */
};

#define TRANSFER_INIT { .method = HTTP_POST, .url = NULL, .answer = ANSWER_INIT }

void transfer_clear(struct transfer *transfer);

struct http;

/* Starts libcurl and its TLS library, which takes some milliseconds. options are borrowed. */
enum ssm_err http_open(struct http **http, const struct http_options *options,
    struct ssm_error *err) __attribute__((warn_unused_result));

/* Transfers on their way must have been cancelled. */
void http_close(struct http *http);

/* Sends the request. What comes of it, a failure to begin too, is learned from http_next(). */
void http_start(struct http *http, struct transfer *transfer);

/*
 * Works until a transfer ends, one of others is ready (its revents are set), a signal comes, or
 * `longest` has passed; returns at once when a transfer has ended already.
 */
void http_wait(struct http *http, struct pollfd *others, size_t count, unsigned longest);

/* A transfer that has ended, or NULL. */
struct transfer *http_next(struct http *http);

/* Ends a transfer that http_next() has not handed out; its answer says nothing. */
void http_cancel(struct http *http, struct transfer *transfer);

/* One transfer from start to end; no other may be on its way. */
void http_perform(struct http *http, struct transfer *transfer);

/* `libcurl/7.88.1 OpenSSL/3.0.17`: what is in use, for --version. */
void http_library(struct bytes *out);

#endif
