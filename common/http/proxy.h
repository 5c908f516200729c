/*
 * http/proxy: which proxy a request goes through, by botocore's reading of the environment.
 *
 * Purpose: libcurl has rules of its own (ALL_PROXY, SOCKS, port 1080), so the choice is made here and
 *          libcurl is told. https_proxy and http_proxy by the scheme of the URL, no_proxy for hosts
 *          that are reached directly; the lower-case name wins, and removes the proxy when empty.
 * Errors:  SSM_E_CONFIG; a proxy's URL may hold a password, so messages name its variable only.
 */
#ifndef SSM_HTTP_PROXY_H
#define SSM_HTTP_PROXY_H

#include "core/url.h"

#define PROXY_URL_MAX (3 * URL_LEN_MAX)	/* each byte of a password may be three */

/*
 * The proxy's URL, with scheme and port, and user and password percent-encoded where they were not (the last
 * @ in front of the path is where they end), into *proxy; left empty when the target is reached directly.
 * environment is a NULL-terminated list of NAME=VALUE.
 */
enum ssm_err proxy_choose(struct bytes *proxy, const struct url *target, char *const *environment,
    struct ssm_error *err);

/* A proxy's URL for messages: user and password as ***. */
void proxy_add_shown(struct bytes *out, struct view proxy);

#endif
