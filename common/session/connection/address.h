/*
 * session/connection/address: whom a StreamUrl's WebSocket is dialled at.
 *
 * Purpose:   host and port of the URL, or of another endpoint that the user has put in its place; path and query byte
 *            for byte as they came; the Host field; the proxy, by botocore's reading of the environment.
 * Ownership: everything is copied; sessionaddress_clear() ends it. The struct stays where it is.
 * Errors:    SSM_E_INPUT, SSM_E_CONFIG.
 */
#ifndef SSM_SESSION_ADDRESS_H
#define SSM_SESSION_ADDRESS_H

#include "aws/streamurl.h"
#include "http/proxy.h"

struct sessionaddress {
	struct bytes text;		/* of the whole address, https or http, with the StreamUrl's path and query */
	struct url url;			/* of text */
	struct bytes host;		/* the Host field */
	struct bytes proxy;		/* its URL, or empty */
};

#define SESSIONADDRESS_INIT { .text = BYTES_INIT(2 * URL_LEN_MAX), .host = BYTES_INIT(URL_LEN_MAX), \
	.proxy = BYTES_INIT(PROXY_URL_MAX) }

/* `endpoint` is an http, https, ws or wss URL whose host stands for the StreamUrl's, or VIEW_NONE. */
enum ssm_err sessionaddress_choose(struct sessionaddress *address, const struct streamurl *stream,
    struct view endpoint, char *const *environment, struct ssm_error *err);

/* Whether a connection to the one may serve the other: scheme, host and port are the same. */
bool sessionaddress_shares_host(const struct sessionaddress *address, const struct sessionaddress *other);

/* Path and query. */
struct view sessionaddress_target(const struct sessionaddress *address);

void sessionaddress_clear(struct sessionaddress *address);

#endif
