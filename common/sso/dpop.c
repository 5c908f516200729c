#include "sso/dpop.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <sys/random.h>

#include "core/base64.h"
#include "json/text.h"

#define PEM_LEN_MAX 16384
#define COORDINATE_LEN 32		/* of P-256, and of each half of a signature */
#define PART_MAX 8192

struct dpop_key {
	EVP_PKEY *pkey;
	unsigned char x[COORDINATE_LEN], y[COORDINATE_LEN];
};

/* An encrypted key is refused: nobody is asked for its password. */
static int
no_password(char *to, int size, int writing, void *context)
{
	(void)to;
	(void)size;
	(void)writing;
	(void)context;
	return -1;
}

static EVP_PKEY *
read_pem(struct view pem)
{
	BIO *bio;
	EVP_PKEY *pkey;

	if (pem.len == 0 || pem.len > PEM_LEN_MAX ||
	    (bio = BIO_new_mem_buf(pem.ptr, (int)pem.len)) == NULL)
		return NULL;
	pkey = PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL);
	BIO_free(bio);
	return pkey;
}

static bool
is_p256(const EVP_PKEY *pkey)
{
	char name[32];

	return EVP_PKEY_is_a(pkey, "EC") &&
	    EVP_PKEY_get_group_name(pkey, name, sizeof name, NULL) == 1 &&
	    strcmp(name, "prime256v1") == 0;
}

static bool
coordinate(const EVP_PKEY *pkey, const char *name, unsigned char to[COORDINATE_LEN])
{
	BIGNUM *number = NULL;
	bool done = EVP_PKEY_get_bn_param(pkey, name, &number) == 1 &&
	    BN_bn2binpad(number, to, COORDINATE_LEN) == COORDINATE_LEN;

	BN_free(number);
	return done;
}

enum ssm_err
dpop_key_load(struct dpop_key **key, struct view pem, struct ssm_error *err)
{
	struct dpop_key *new = calloc(1, sizeof *new);
	enum ssm_err rc = SSM_OK;

	*key = NULL;
	if (new == NULL)
		return ssm_fail_memory(err);
	if ((new->pkey = read_pem(pem)) == NULL || !is_p256(new->pkey) ||
	    !coordinate(new->pkey, OSSL_PKEY_PARAM_EC_PUB_X, new->x) ||
	    !coordinate(new->pkey, OSSL_PKEY_PARAM_EC_PUB_Y, new->y)) {
		dpop_key_free(new);
		new = NULL;
		rc = ssm_fail(err, SSM_E_CONFIG, "LoginTokenLoadError", "Error loading login session "
		    "token: Unable to load private key from cached token.");
	}
	ERR_clear_error();
	*key = new;
	return rc;
}

void
dpop_key_free(struct dpop_key *key)
{
	if (key == NULL)
		return;
	EVP_PKEY_free(key->pkey);
	free(key);
}

enum ssm_err
dpop_id(char id[UUID_LEN + 1], struct ssm_error *err)
{
	unsigned char random[UUID_BYTES];

	if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
		return ssm_fail(err, SSM_E_OTHER, "CryptoError", "the system gives no random bytes");
	uuid_format(id, random);
	return SSM_OK;
}

static void
add_base64(struct bytes *out, const unsigned char *ptr, size_t len)
{
	base64_add_url(out, (struct view){ (const char *)ptr, len });
}

static void
add_coordinate(struct bytes *out, const char *name, const unsigned char *coordinate)
{
	jsontext_name(out, name);
	bytes_add_char(out, '"');
	add_base64(out, coordinate, COORDINATE_LEN);
	bytes_add_char(out, '"');
}

static void
add_header(struct bytes *out, const struct dpop_key *key)
{
	jsontext_begin(out);
	jsontext_member(out, "typ", VIEW("dpop+jwt"));
	jsontext_member(out, "alg", VIEW("ES256"));
	jsontext_name(out, "jwk");
	jsontext_begin(out);
	jsontext_member(out, "kty", VIEW("EC"));
	add_coordinate(out, "x", key->x);
	add_coordinate(out, "y", key->y);
	jsontext_member(out, "crv", VIEW("P-256"));
	jsontext_end(out);
	jsontext_end(out);
}

static void
add_payload(struct bytes *out, struct view url, time_t when, const char *id)
{
	jsontext_begin(out);
	jsontext_member(out, "htm", VIEW("POST"));
	jsontext_name(out, "htu");
	jsontext_string_ascii(out, url);
	jsontext_member_number(out, "iat", when);
	jsontext_member(out, "jti", view_of(id));
	jsontext_end(out);
}

/* r and s, 32 bytes each, out of libcrypto's DER. */
static bool
split_signature(unsigned char out[2 * COORDINATE_LEN], const unsigned char *der, size_t len)
{
	ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &der, (long)len);
	bool done = pair != NULL &&
	    BN_bn2binpad(ECDSA_SIG_get0_r(pair), out, COORDINATE_LEN) == COORDINATE_LEN &&
	    BN_bn2binpad(ECDSA_SIG_get0_s(pair), out + COORDINATE_LEN, COORDINATE_LEN) ==
	    COORDINATE_LEN;

	ECDSA_SIG_free(pair);
	return done;
}

static bool
sign(unsigned char out[2 * COORDINATE_LEN], const struct dpop_key *key, struct view text)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	unsigned char der[128];
	size_t len = sizeof der;
	bool done = context != NULL &&
	    EVP_DigestSignInit_ex(context, NULL, "SHA256", NULL, NULL, key->pkey, NULL) == 1 &&
	    EVP_DigestSign(context, der, &len, (const unsigned char *)text.ptr, text.len) == 1 &&
	    split_signature(out, der, len);

	EVP_MD_CTX_free(context);
	return done;
}

enum ssm_err
dpop_proof(struct bytes *proof, const struct dpop_key *key, struct view url, time_t when,
    const char *id, struct ssm_error *err)
{
	struct bytes header = BYTES_INIT(PART_MAX), payload = BYTES_INIT(PART_MAX);
	unsigned char signature[2 * COORDINATE_LEN];
	size_t begin = proof->len;
	enum ssm_err rc = SSM_OK;

	add_header(&header, key);
	add_payload(&payload, url, when, id);
	base64_add_url(proof, bytes_view(&header));
	bytes_add_char(proof, '.');
	base64_add_url(proof, bytes_view(&payload));
	if (bytes_failed(&header) || bytes_failed(&payload) || bytes_failed(proof))
		rc = ssm_fail_memory(err);
	else if (!sign(signature, key, view_slice(bytes_view(proof), begin, proof->len)))
		rc = ssm_fail(err, SSM_E_OTHER, "CryptoError", "libcrypto cannot sign with ES256");
	else {
		bytes_add_char(proof, '.');
		add_base64(proof, signature, sizeof signature);
		rc = bytes_failed(proof) ? ssm_fail_memory(err) : SSM_OK;
	}
	bytes_clear(&header);
	bytes_clear(&payload);
	return rc;
}
