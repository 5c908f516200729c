/*
 * sso/dpop: proof that the holder of a key makes a call (RFC 9449).
 *
 * Purpose:   the DPoP header of a call that refreshes a login session: a JSON Web Token signed with
 *            ES256, by libcrypto.
 * Ownership: a dpop_key is a heap object; arguments are borrowed; proof is the caller's.
 * Errors:    SSM_E_CONFIG when the key is no EC P-256 private key, SSM_E_OTHER when libcrypto refuses.
 * Does not:  read the clock; hold the key's text longer than the call that loads it.
 */
#ifndef SSM_SSO_DPOP_H
#define SSM_SSO_DPOP_H

#include <time.h>

#include "core/err.h"
#include "core/uuid.h"

#define DPOP_PROOF_MAX 16384

struct dpop_key;

/* The key from its PEM text, SEC 1 or PKCS #8, not encrypted. */
enum ssm_err dpop_key_load(struct dpop_key **key, struct view pem, struct ssm_error *err)
    __attribute__((warn_unused_result));
void dpop_key_free(struct dpop_key *key);

/* A random UUID (version 4): what makes a proof good for one call only. */
enum ssm_err dpop_id(char id[UUID_LEN + 1], struct ssm_error *err);

/* Adds the proof for a POST to url, made at `when` under the name id. */
enum ssm_err dpop_proof(struct bytes *proof, const struct dpop_key *key, struct view url, time_t when,
    const char *id, struct ssm_error *err);

#endif
