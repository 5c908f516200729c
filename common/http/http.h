/*
 * http/http: requests over the network, many at once, each with one answer or the way it failed.
 *
 * Purpose:   the one place that calls libcurl, and keeps it from doing what nobody asked for: no
 *            redirect, no protocol but the URL's own, no proxy, file, cookie or credential that it
 *            finds by itself, TLS 1.2 at least, sizes and silences limited. Connections and TLS
 *            sessions are kept for the next request to the same host. One loop, no threads (but
 *            libcurl's own to look names up).
 * Units:     milliseconds; 0 is no limit.
 * Ownership: of transfers and their options as transfer.h says; they are borrowed until they end.
 * Errors:    in transfer->response.failure, with libcurl's words as the reason.
 * Does not:  retry (but for a kept connection that turns out to be dead), print, read the
 *            environment, follow, store.
 */
#ifndef SSM_HTTP_HTTP_H
#define SSM_HTTP_HTTP_H

#include "core/err.h"
#include "http/transfer.h"

struct http_options {
	bool no_verify;			/* any certificate will do */
	unsigned connections_max;	/* that are kept; 0: as libcurl has it */
};

struct http;

/* Starts libcurl and its TLS library, which takes some milliseconds. options are borrowed. */
enum ssm_err http_open(struct http **http, const struct http_options *options,
    struct ssm_error *err) __attribute__((warn_unused_result));

/* Transfers in flight must have been cancelled. */
void http_close(struct http *http);

/* Sends the request. What comes of it, a failure to begin too, is learned from http_next(). */
void http_start(struct http *http, struct transfer *transfer);

/*
 * Works until a transfer ends, the descriptor `beside` (or -1) can be read, a signal comes, or `longest`
 * has passed; returns at once when a transfer has ended already.
 */
void http_wait(struct http *http, int beside, unsigned longest);

/* A transfer that has ended, or NULL. */
struct transfer *http_next(struct http *http);

/* Ends a transfer that http_next() has not handed out; its response says nothing. */
void http_cancel(struct http *http, struct transfer *transfer);

/* `libcurl/7.88.1 OpenSSL/3.0.17`: what is in use, for --version. */
void http_library(struct bytes *out);

#endif
