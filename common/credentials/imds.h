/*
 * credentials/imds: the metadata service of an EC2 instance, and what speaks its tongue.
 *
 * Purpose:   where it is and how long it is waited for, by the settings; its token; one document after
 *            the other. No proxy, no redirect. A service that is not there is no failure: it has nothing.
 * Ownership: an imds borrows its search and result; imds_clear() ends it and wipes what it holds.
 * Errors:    IMDS_FAILED with botocore's texts: a setting that cannot be right, a token that cannot be had
 *            where it must. IMDS_ABSENT: result->why_not says why.
 */
#ifndef SSM_CREDENTIALS_IMDS_H
#define SSM_CREDENTIALS_IMDS_H

#include "core/url.h"
#include "credentials/provider.h"
#include "service/aws_client.h"

#define IMDS_TEXT_MAX 65536		/* of a token */

/* The service as configured, and what it said so far. */
struct imds {
	struct provider_search *search;
	struct provider_result *result;
	struct view base;
	unsigned timeout, attempts;	/* milliseconds; of each request */
	struct bytes url, token;
	bool has_token;
	struct aws_client_response response;
};

#define IMDS_INIT { .url = BYTES_INIT(URL_LEN_MAX), .token = BYTES_INIT(IMDS_TEXT_MAX), \
	.response = AWS_CLIENT_RESPONSE_INIT }

/* How a step ended. */
enum imds_step {
	IMDS_DONE,
	IMDS_ABSENT,			/* why_not is said */
	IMDS_FAILED,			/* *err is set */
};

/* Looks for the service and fetches a token, without which its first version is asked. */
enum imds_step imds_start(struct imds *imds, struct provider_search *search, struct provider_result *result,
    struct ssm_error *err);

/* The document at path and rest into imds->response, whose status is then 200. what names it. */
enum imds_step imds_get(struct imds *imds, const char *path, struct view rest,
    aws_client_retryable *retryable, const char *what, struct ssm_error *err);

/* Says why it has nothing, behind its URL. */
enum imds_step imds_absent(struct imds *imds, const char *why);

/* Its URL as messages have it, cut: for %.*s. */
#define IMDS_BASE(imds) VIEW_ARG_CUT((imds)->base, 200)

void imds_clear(struct imds *imds);

#endif
