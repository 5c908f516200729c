/*
 * session/settings: what a session takes from options, environment and shared files.
 *
 * Purpose:   the region, when nothing names it but the StreamUrl; another endpoint for the WebSocket; the hosts that a
 *            StreamUrl may name beside AWS's: this machine, when the endpoint in use is on it; trusted authorities,
 *            and how the tool names itself.
 * Ownership: sessionsettings_close() ends it; options are borrowed.
 * Errors:    as config/settings has them.
 */
#ifndef SSM_SESSION_SETTINGS_H
#define SSM_SESSION_SETTINGS_H

#include "cli/calloptions.h"
#include "config/streamhosts.h"
#include "http/useragent.h"

struct sessionsettings {
	struct settings *settings;
	struct bytes region;		/* that is configured; empty: none */
	struct streamhosts hosts;	/* for the WebSocket */
	struct bytes ca_bundle;		/* empty: the system's */
	char user_agent[USERAGENT_MAX];
};

#define SESSIONSETTINGS_INIT { .region = BYTES_INIT(URL_LEN_MAX), .hosts = STREAMHOSTS_INIT, \
	.ca_bundle = BYTES_INIT(1024 * 1024) }

enum ssm_err sessionsettings_open(struct sessionsettings *chosen, const struct calloptions *given,
    const char *stream_endpoint, struct ssm_error *err);

void sessionsettings_close(struct sessionsettings *chosen);

#endif
