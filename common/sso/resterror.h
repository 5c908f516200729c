/*
 * sso/resterror: what a service that answers in JSON under REST rules says went wrong.
 *
 * Purpose: the SSO portal, OIDC and the sign-in service: an answer outside 200 to 299 as botocore's
 *          `An error occurred (CODE) when calling the OPERATION operation: MESSAGE`.
 * Errors:  as faultclass has them.
 * Does not: show a secret that the service quotes: those given are replaced by ***.
 */
#ifndef SSM_SSO_RESTERROR_H
#define SSM_SSO_RESTERROR_H

#include "service/aws_client.h"

/* Whether the answer is one of success. */
bool resterror_is_none(const struct aws_client_response *response);

/* Records the failure, whose code is then err->code, and returns it. */
enum ssm_err resterror_fail(const struct aws_client_response *response, const char *operation,
    const struct view *secrets, size_t secret_count, struct ssm_error *err);

#endif
