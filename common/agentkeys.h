/*
 * agentkeys: the document that a container agent and the metadata service give keys in.
 *
 * Purpose:   AccessKeyId, SecretAccessKey, Token and Expiration, all of them required, and AccountId.
 * Ownership: keys go to *who; the document stays the caller's, who wipes it.
 * Errors:    SSM_E_INPUT for what is no JSON object, SSM_E_CONFIG for one whose values cannot be right; a
 *            message names a member, never a value.
 */
#ifndef SSM_AGENTKEYS_H
#define SSM_AGENTKEYS_H

#include "credentials.h"

/* Whether it is one JSON object at all, as far as memory lets it be told. */
bool agentkeys_is_object(struct view document);

/*
 * SSM_OK with *missing set: that member is not there, or is no string, and *who is empty. method names
 * the source in messages.
 */
enum ssm_err agentkeys_read(struct credentials *who, struct view document, const char *method,
    const char **missing, struct ssm_error *err);

#endif
