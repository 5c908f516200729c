/*
 * sign/digest: SHA-256, HMAC-SHA256 and SHA-1 by libcrypto.
 *
 * Purpose:   the one place that calls libcrypto. The algorithms are looked up once, not per call.
 * Units:     digests are 32 raw bytes; hexadecimal is lower case.
 * Errors:    SSM_E_OTHER when libcrypto refuses.
 */
#ifndef SSM_SIGN_DIGEST_H
#define SSM_SIGN_DIGEST_H

#include "core/err.h"

#define DIGEST_LEN 32
#define DIGEST_HEX_LEN 64
#define DIGEST_SHA1_LEN 20
#define DIGEST_SHA1_HEX_LEN 40

struct digest;				/* the algorithms, ready for use */

/*
 * For a program that uses libcrypto for nothing but this, before anything else: what libcrypto would set up for
 * others is left out (texts of its errors, names of ciphers). Its configuration is read as ever.
 */
void digest_alone(void);

struct digest *digest_new(void);	/* NULL when libcrypto or memory fails */
void digest_free(struct digest *digest);

enum ssm_err digest_sha256(struct digest *digest, struct view text, unsigned char out[DIGEST_LEN],
    struct ssm_error *err);

enum ssm_err digest_hmac_sha256(struct digest *digest, struct view key, struct view text,
    unsigned char out[DIGEST_LEN], struct ssm_error *err);

void digest_hex(char out[DIGEST_HEX_LEN + 1], const unsigned char digest[DIGEST_LEN]);

/*
 * The SHA-1 of text: for what others have defined by it, as the names of cache files and the answer to a
 * WebSocket's key, and for nothing that must be safe. Looks the algorithm up at each call.
 */
enum ssm_err digest_sha1(unsigned char out[DIGEST_SHA1_LEN], struct view text, struct ssm_error *err);
enum ssm_err digest_sha1_hex(char out[DIGEST_SHA1_HEX_LEN + 1], struct view text,
    struct ssm_error *err);

/* Whether two texts are equal, in a time that does not depend on where they differ. */
bool digest_equal(struct view a, struct view b);

/* `OpenSSL/3.0.17`: what is in use, for --version. */
void digest_library(struct bytes *out);

#endif
