/*
 * credentials/container_credentials: the document that a container agent gives keys in, as does the
 *          metadata service.
 *
 * Purpose:   AccessKeyId, SecretAccessKey, Token (it may be empty) and Expiration, all of them required,
 *            and AccountId.
 * Ownership: keys go to *who; the document stays the caller's, who wipes it.
 * Errors:    SSM_E_INPUT for what is no JSON object, SSM_E_CONFIG for one whose values cannot be right; a
 *            message names a member, never a value.
 */
#ifndef SSM_CREDENTIALS_CONTAINER_CREDENTIALS_H
#define SSM_CREDENTIALS_CONTAINER_CREDENTIALS_H

#include "aws/credentials.h"
#include "service/redact.h"

/* Whether it is one JSON object at all, as far as memory lets it be told. */
bool container_credentials_is_object(struct view document);

/*
 * SSM_OK with *missing set: that member is not there, or is no string, and *who is empty. method names
 * the source in messages.
 */
enum ssm_err container_credentials_read(struct credentials *who, struct view document, const char *method,
    const char **missing, struct ssm_error *err);

/*
 * What a document without keys says of itself: ": CODE: MESSAGE", or nothing. The secrets, and what looks
 * like one, are left out.
 */
void container_credentials_reason(struct bytes *out, struct view document, const struct redact *redact);

#endif
