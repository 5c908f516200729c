/*
 * proxy: which proxy a request goes through, by botocore's reading of the environment.
 *
 * Purpose: libcurl has rules of its own (ALL_PROXY, SOCKS, port 1080), so the choice is made here and
 *          libcurl is told. https_proxy and http_proxy by the scheme of the URL, no_proxy for hosts
 *          that are reached directly; the lower-case name wins, and removes the proxy when empty.
 * Errors:  SSM_E_CONFIG; a proxy's URL may hold a password, so messages name its variable only.
 */
#ifndef SSM_PROXY_H
#define SSM_PROXY_H

#include "url.h"

#define PROXY_URL_MAX (URL_LEN_MAX + 16)

/*
 * The proxy's URL, with scheme and port, into *proxy; left empty when the target is reached directly.
 * environment is a NULL-terminated list of NAME=VALUE.
 */
enum ssm_err proxy_choose(struct bytes *proxy, const struct url *target, char *const *environment,
    struct ssm_error *err);

/* A proxy's URL for messages: user and password as ***. */
void proxy_add_shown(struct bytes *out, struct view proxy);

#endif
