#include "sign/digest.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>

struct digest {
	EVP_MD *sha256;
	EVP_MD_CTX *hash;
	EVP_MAC *hmac;
	EVP_MAC_CTX *mac;
	unsigned char key[DIGEST_LEN];	/* of the last HMAC, when it was as long */
	bool keyed;
};

void
digest_alone(void)
{
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS | OPENSSL_INIT_NO_ADD_ALL_CIPHERS |
	    OPENSSL_INIT_NO_ADD_ALL_DIGESTS, NULL);
}

/* Names the algorithm once; initialising with a key alone keeps it. */
static bool
use_sha256(EVP_MAC_CTX *mac)
{
	char name[] = "SHA256";
	OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
	    OSSL_PARAM_construct_end() };

	return EVP_MAC_CTX_set_params(mac, params) == 1;
}

struct digest *
digest_new(void)
{
	struct digest *digest = calloc(1, sizeof *digest);

	if (digest == NULL)
		return NULL;
	if ((digest->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL)) == NULL ||
	    (digest->hash = EVP_MD_CTX_new()) == NULL ||
	    (digest->hmac = EVP_MAC_fetch(NULL, "HMAC", NULL)) == NULL ||
	    (digest->mac = EVP_MAC_CTX_new(digest->hmac)) == NULL || !use_sha256(digest->mac)) {
		digest_free(digest);
		return NULL;
	}
	return digest;
}

void
digest_free(struct digest *digest)
{
	if (digest == NULL)
		return;
	EVP_MAC_CTX_free(digest->mac);
	EVP_MAC_free(digest->hmac);
	EVP_MD_CTX_free(digest->hash);
	EVP_MD_free(digest->sha256);
	explicit_bzero(digest->key, sizeof digest->key);
	free(digest);
}

static enum ssm_err
fail(struct ssm_error *err)
{
	return ssm_fail(err, SSM_E_OTHER, "CryptoError", "libcrypto cannot compute SHA-256");
}

enum ssm_err
digest_sha256(struct digest *digest, struct view text, unsigned char out[DIGEST_LEN],
    struct ssm_error *err)
{
	if (EVP_DigestInit_ex(digest->hash, digest->sha256, NULL) != 1 ||
	    EVP_DigestUpdate(digest->hash, text.ptr, text.len) != 1 ||
	    EVP_DigestFinal_ex(digest->hash, out, NULL) != 1)
		return fail(err);
	return SSM_OK;
}

/* A key that is the last one's is not hashed again: signatures of a day have one. */
static bool
use_key(struct digest *digest, struct view key)
{
	struct view last = { (const char *)digest->key, DIGEST_LEN };

	if (digest->keyed && digest_equal(key, last))
		return EVP_MAC_init(digest->mac, NULL, 0, NULL) == 1;
	digest->keyed = false;
	if (EVP_MAC_init(digest->mac, (const unsigned char *)key.ptr, key.len, NULL) != 1)
		return false;
	if ((digest->keyed = key.len == DIGEST_LEN))
		memcpy(digest->key, key.ptr, DIGEST_LEN);
	return true;
}

enum ssm_err
digest_hmac_sha256(struct digest *digest, struct view key, struct view text,
    unsigned char out[DIGEST_LEN], struct ssm_error *err)
{
	size_t len;

	if (!use_key(digest, key) ||
	    EVP_MAC_update(digest->mac, (const unsigned char *)text.ptr, text.len) != 1 ||
	    EVP_MAC_final(digest->mac, out, &len, DIGEST_LEN) != 1)
		return fail(err);
	return SSM_OK;
}

static void
add_hex(char *out, const unsigned char *raw, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		out[2 * i] = digits[raw[i] >> 4];
		out[2 * i + 1] = digits[raw[i] & 15];
	}
	out[2 * len] = '\0';
}

void
digest_hex(char out[DIGEST_HEX_LEN + 1], const unsigned char digest[DIGEST_LEN])
{
	add_hex(out, digest, DIGEST_LEN);
}

enum ssm_err
digest_sha1(unsigned char out[DIGEST_SHA1_LEN], struct view text, struct ssm_error *err)
{
	size_t len;

	if (EVP_Q_digest(NULL, "SHA1", NULL, text.ptr, text.len, out, &len) != 1 || len != DIGEST_SHA1_LEN)
		return ssm_fail(err, SSM_E_OTHER, "CryptoError", "libcrypto cannot compute SHA-1");
	return SSM_OK;
}

enum ssm_err
digest_sha1_hex(char out[DIGEST_SHA1_HEX_LEN + 1], struct view text, struct ssm_error *err)
{
	unsigned char raw[DIGEST_SHA1_LEN];
	enum ssm_err rc = digest_sha1(raw, text, err);

	if (rc == SSM_OK)
		add_hex(out, raw, sizeof raw);
	return rc;
}

bool
digest_equal(struct view a, struct view b)
{
	return a.len == b.len && CRYPTO_memcmp(a.ptr, b.ptr, a.len) == 0;
}

void
digest_library(struct bytes *out)
{
	bytes_add(out, VIEW("OpenSSL/"));
	bytes_add_text(out, OpenSSL_version(OPENSSL_VERSION_STRING));
}
