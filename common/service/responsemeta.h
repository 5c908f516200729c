/*
 * service/responsemeta: boto3's ResponseMetadata, and texts of the service that are fit to be shown.
 *
 * Purpose:   RequestId, HTTPStatusCode, HTTPHeaders, RetryAttempts (and MaxAttemptsReached) as JSON.
 *            A service may quote a request's credentials, as AWS does when a signature is wrong;
 *            they are replaced by *** in whatever is shown.
 * Errors:    those of struct bytes (sticky).
 */
#ifndef SSM_SERVICE_RESPONSEMETA_H
#define SSM_SERVICE_RESPONSEMETA_H

#include "aws/request.h"
#include "http/head.h"

#define RESPONSEMETA_ID_MAX 96		/* as in struct ssm_error */

/* The object; members that a head without a status would have are left out. */
void responsemeta_add(struct bytes *out, const struct httphead *head, const struct request *request,
    unsigned retries, bool used_up);

/* One member more, at the end of an object that was just written: how long the call took. */
void responsemeta_add_elapsed(struct bytes *object, unsigned elapsed_ms);

/* The same as err->metadata, and err->request_id. */
void responsemeta_attach(struct ssm_error *err, const struct httphead *head,
    const struct request *request, unsigned retries, bool used_up);

/* The service's name for the call, or an empty text when it has no fit one. */
void responsemeta_request_id(char id[RESPONSEMETA_ID_MAX], const struct httphead *head,
    const struct request *request);

#endif
