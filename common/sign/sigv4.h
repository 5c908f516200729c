/*
 * sign/sigv4: AWS Signature Version 4, header form, HMAC-SHA256.
 *
 * Purpose:   the stages of a signature, each on its own, so that a test or a person can see which one
 *            differs. Implements "Signature Version 4 signing process" for every service but S3
 *            (whose paths are not normalised).
 * Units:     amz_date is YYYYMMDDTHHMMSSZ, UTC; keys are raw bytes; signatures lower-case hexadecimal.
 * Ownership: arguments are borrowed; out-buffers are the caller's and are appended to.
 * Errors:    SSM_E_OTHER (libcrypto), SSM_E_OTHER (memory); no secret in *err.
 * Does not:  read the clock or the environment, print, keep state.
 */
#ifndef SSM_SIGN_SIGV4_H
#define SSM_SIGN_SIGV4_H

#include "aws/credentials.h"
#include "core/header_field.h"
#include "core/iso8601.h"
#include "sign/digest.h"

struct sigv4_request {
	struct view method;		/* upper case */
	struct view path;		/* as on the wire, percent-encoded; empty means "/" */
	struct view query;		/* as on the wire, without '?'; may be empty */
	struct header_field *headers;	/* those to sign; sorted by name in place, order of equals kept */
	size_t header_count;
	struct view payload_hash;	/* hexadecimal SHA-256 of the body */
};

struct scope {
	struct view date;		/* YYYYMMDD: the first 8 characters of amz_date */
	struct view region, service;
};

/* Whether a header takes part in signing: all do but those that hops and clients change. */
bool sigv4_signs_header(struct view name);

/* Path of step 1: dot segments resolved, slashes merged, each byte encoded (again). */
void sigv4_canonical_uri(struct bytes *out, struct view path);

/* Query of step 1: pairs sorted by name, then value. */
enum ssm_err sigv4_canonical_query(struct bytes *out, struct view query, struct ssm_error *err);

/* content-type;host;x-amz-date */
void sigv4_signed_headers(struct bytes *out, const struct sigv4_request *request);

/* Step 1. Sorts request->headers. */
enum ssm_err sigv4_canonical_request(struct bytes *out, struct sigv4_request *request,
    struct ssm_error *err);

/* date/region/service/aws4_request */
void sigv4_credential_scope(struct bytes *out, const struct scope *scope);

/* Step 2. */
enum ssm_err sigv4_string_to_sign(struct bytes *out, struct digest *digest, struct view amz_date,
    const struct scope *scope, struct view canonical_request, struct ssm_error *err);

/* Step 3: each link of the chain keys the next. */
enum ssm_err sigv4_signing_key(unsigned char key[DIGEST_LEN], struct digest *digest,
    struct view secret_access_key, const struct scope *scope, struct ssm_error *err);

/* Step 4: 64 hexadecimal digits. */
enum ssm_err sigv4_signature(char out[DIGEST_HEX_LEN + 1], struct digest *digest,
    const unsigned char key[DIGEST_LEN], struct view string_to_sign, struct ssm_error *err);

/* The value of the Authorization header. */
void sigv4_authorization(struct bytes *out, struct view access_key_id, const struct scope *scope,
    struct view signed_headers, struct view signature);

#endif
