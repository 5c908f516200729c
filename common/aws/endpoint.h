/*
 * aws/endpoint: where a request goes.
 *
 * Purpose: the host of a service in a region, and what may be given in its place.
 * Source:  the partitions data and endpoint rules of the SDKs.
 */
#ifndef SSM_AWS_ENDPOINT_H
#define SSM_AWS_ENDPOINT_H

#include "core/err.h"

/* `https://ssm.us-east-1.amazonaws.com/`; prefix is the service's ("ssm"), region a valid one. */
void endpoint_url(struct bytes *out, const char *prefix, struct view region, bool fips,
    bool dual_stack);

/*
 * The same for the services that keys come from, by the names of their endpoint settings: "sts", "sso"
 * (the portal), "sso_oidc", "signin"; and "ssm".
 */
void endpoint_service_url(struct bytes *out, const char *service, struct view region, bool fips,
    bool dual_stack);

/*
 * A custom endpoint, checked and in its normal form (see url_add_normal), which is what is signed and
 * sent. origin says where the text came from. SSM_E_INPUT for the command line's, SSM_E_CONFIG for any other.
 */
enum ssm_err endpoint_custom(struct bytes *out, struct view text, const char *origin,
    struct ssm_error *err);

/*
 * FIPS pseudo-regions: takes every `fips-`, then every `-fips` out of region. True when that changed
 * it; the caller then uses FIPS endpoints.
 */
bool endpoint_pseudo_region(struct bytes *region);

#endif
