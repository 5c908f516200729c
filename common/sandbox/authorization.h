/*
 * sandbox/authorization: the Authorization header of Signature Version 4, taken apart strictly.
 *
 * Ownership: the parts are views into the header.
 * Errors:    AWS's IncompleteSignatureException or MissingAuthenticationTokenException in *answer.
 */
#ifndef SSM_SANDBOX_AUTHORIZATION_H
#define SSM_SANDBOX_AUTHORIZATION_H

#include "sandbox/answer.h"
#include "sandbox/http.h"
#include "sandbox/keys.h"

struct sandbox_authorization {
	struct view algorithm, credential, signed_headers, signature;
	struct view access_key_id, date, region, service, terminator;	/* of the credential */
};

/* The header's parameters; the credential stays whole. */
bool sandbox_authorization_read(struct sandbox_authorization *authorization,
    const struct sandbox_request *request, struct sandbox_answer *answer);

/* Splits the credential and checks algorithm. */
bool sandbox_authorization_split(struct sandbox_authorization *authorization,
    struct sandbox_answer *answer);

/* Whether a header's name (lower case) is among those signed. */
bool sandbox_authorization_signs(const struct sandbox_authorization *authorization,
    struct view name);

/* Whether a request says that it is signed with this key. */
bool sandbox_is_signed_with(const struct sandbox_request *request, const struct sandbox_key *key);

#endif
