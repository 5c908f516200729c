/*
 * config/streamhosts: where a session's WebSocket may go beside AWS's own hosts.
 *
 * Purpose:   the endpoint in place of a StreamUrl's host, from an option, AWS_ENDPOINT_URL_SSMMESSAGES or the profile's
 *            services; and the host that a StreamUrl may name: this machine, when the service's endpoint is on it. Who
 *            opens a session asks this first, who is in one asks the same.
 * Ownership: the texts are copied; streamhosts_clear() ends them. The struct stays where it is.
 * Errors:    SSM_E_INPUT for an endpoint that can't be right, and as config/settings has them.
 */
#ifndef SSM_CONFIG_STREAMHOSTS_H
#define SSM_CONFIG_STREAMHOSTS_H

#include "aws/streamurl.h"
#include "config/settings.h"

struct streamhosts {
	struct bytes endpoint;		/* empty: the StreamUrl's own host */
	struct bytes local;		/* of the service's endpoint, when that is this machine; else empty */
	struct host_pattern allowed;	/* the same, for a StreamUrl's rules */
};

#define STREAMHOSTS_INIT { .endpoint = BYTES_INIT(URL_LEN_MAX), .local = BYTES_INIT(URL_LEN_MAX) }

/* The options are --stream-endpoint-url and --endpoint-url, NULL when they were not given. */
enum ssm_err streamhosts_choose(struct streamhosts *hosts, const struct settings *settings, const char *stream_option,
    const char *service_option, struct ssm_error *err);

/* What a StreamUrl is held to; they borrow the hosts. */
static inline struct streamurl_rules
streamhosts_rules(const struct streamhosts *hosts)
{
	return (struct streamurl_rules){ .allowed = &hosts->allowed, .allowed_count = hosts->local.len > 0 ? 1 : 0 };
}

void streamhosts_clear(struct streamhosts *hosts);

#endif
