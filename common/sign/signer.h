/*
 * sign/signer: signs request documents, one after another.
 *
 * Purpose:   from a request and keys to the headers that make it a signed request, through the stages
 *            of sigv4. The signing key is kept for the next request with the same day, region,
 *            service and secret.
 * Ownership: a signer is a heap object that wipes its key; a signature's buffers are the caller's.
 * Errors:    SSM_E_INPUT for a request that cannot be signed; no secret in *err.
 */
#ifndef SSM_SIGN_SIGNER_H
#define SSM_SIGN_SIGNER_H

#include "aws/request.h"
#include "sign/sigv4.h"

struct signature {
	char amz_date[AMZ_DATE_LEN + 1];
	char content_sha256[DIGEST_HEX_LEN + 1];	/* of a header that has to be sent too; empty: none */
	char hex[DIGEST_HEX_LEN + 1];
	struct bytes canonical_request, string_to_sign, signed_headers, authorization;
};

#define SIGNATURE_TEXT_MAX (4 * JSON_DOCUMENT_MAX)
#define SIGNATURE_INIT { .amz_date = "", .content_sha256 = "", .hex = "", \
	.canonical_request = BYTES_INIT(SIGNATURE_TEXT_MAX), \
	.string_to_sign = BYTES_INIT(SIGNATURE_TEXT_MAX), \
	.signed_headers = BYTES_INIT(SIGNATURE_TEXT_MAX), \
	.authorization = BYTES_INIT(SIGNATURE_TEXT_MAX) }

struct signer;

struct signer *signer_new(void);	/* NULL when memory or libcrypto fails */
void signer_free(struct signer *signer);

/*
 * Signs request as of `when` (seconds since 1970). Headers that an earlier signature left
 * (authorization, x-amz-date, x-amz-security-token) are replaced. region and service must be there.
 * For a service that wants x-amz-content-sha256 it is signed, and left in the signature, unless the
 * request has it.
 */
enum ssm_err signer_sign(struct signer *signer, const struct request *request,
    const struct credentials *who, struct view region, struct view service, time_t when,
    struct signature *signature, struct ssm_error *err);

/* Whether a header, its name in whatever letters, belongs to an earlier signature. */
bool signer_replaces_header(struct view name);

void signature_clear(struct signature *signature);

#endif
