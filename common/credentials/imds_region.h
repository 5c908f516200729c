/*
 * credentials/imds_region: the region that an EC2 instance is in, for who has configured none.
 *
 * Purpose:   what version 2 of the AWS CLI looks for last: the metadata service's availability zone, and of
 *            it the region. It is asked once a search.
 * Errors:    those of imds. No region is no error: result->why_not says why.
 */
#ifndef SSM_CREDENTIALS_IMDS_REGION_H
#define SSM_CREDENTIALS_IMDS_REGION_H

#include "credentials/provider.h"

/* *region is a text of the search, or VIEW_NONE; result->origin says where it comes from. */
enum ssm_err imds_region_find(struct provider_search *search, struct view *region,
    struct provider_result *result, struct ssm_error *err);

#endif
