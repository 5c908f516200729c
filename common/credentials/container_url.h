/*
 * credentials/container_url: where the agent of a container is asked for keys.
 *
 * Purpose:   the URL that AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or ..._FULL_URI means, and the rule
 *            that keeps an authorization token from being sent over the network in the clear: https
 *            to anywhere, http to this machine and to the agents' own addresses only.
 * Ownership: *text owns what *url points into.
 * Errors:    SSM_E_CONFIG, with botocore's text for a host that is not allowed.
 * Does not:  look up names, read the environment.
 */
#ifndef SSM_CREDENTIALS_CONTAINER_URL_H
#define SSM_CREDENTIALS_CONTAINER_URL_H

#include "core/url.h"

/* Either may be NULL, but not both; the relative one wins, an empty one too. */
enum ssm_err container_url_choose(struct bytes *text, struct url *url, const char *relative,
    const char *full, struct ssm_error *err);

#endif
