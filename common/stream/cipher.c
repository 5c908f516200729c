#include "stream/cipher.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <sys/random.h>

#define HALF (CIPHER_KEY_LEN / 2)

struct cipher {
	EVP_CIPHER *algorithm;
	EVP_CIPHER_CTX *seal, *open;	/* each with its key */
};

/* libcrypto makes a copy of the key, and wipes it. */
static EVP_CIPHER_CTX *
keyed(const EVP_CIPHER *algorithm, const unsigned char *key, int sealing)
{
	EVP_CIPHER_CTX *context = algorithm == NULL ? NULL : EVP_CIPHER_CTX_new();

	if (context != NULL && EVP_CipherInit_ex2(context, algorithm, key, NULL, sealing, NULL) == 1)
		return context;
	EVP_CIPHER_CTX_free(context);
	return NULL;
}

struct cipher *
cipher_new(const unsigned char key[CIPHER_KEY_LEN], enum cipher_side side)
{
	const unsigned char *node = key, *client = key + HALF;
	struct cipher *cipher = calloc(1, sizeof *cipher);

	if (cipher == NULL)
		return NULL;
	cipher->algorithm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	cipher->seal = keyed(cipher->algorithm, side == CIPHER_CLIENT ? client : node, 1);
	cipher->open = keyed(cipher->algorithm, side == CIPHER_CLIENT ? node : client, 0);
	if (cipher->seal != NULL && cipher->open != NULL)
		return cipher;
	cipher_free(cipher);
	return NULL;
}

void
cipher_free(struct cipher *cipher)
{
	if (cipher == NULL)
		return;
	EVP_CIPHER_CTX_free(cipher->seal);
	EVP_CIPHER_CTX_free(cipher->open);
	EVP_CIPHER_free(cipher->algorithm);
	free(cipher);
}

static bool
seal(EVP_CIPHER_CTX *context, unsigned char *to, const unsigned char *nonce, struct view text)
{
	unsigned char *sealed = to + CIPHER_NONCE_LEN;
	int len, last;

	memcpy(to, nonce, CIPHER_NONCE_LEN);
	return EVP_CipherInit_ex2(context, NULL, NULL, nonce, 1, NULL) == 1 &&
	    EVP_CipherUpdate(context, sealed, &len, (const unsigned char *)text.ptr, (int)text.len) == 1 &&
	    EVP_CipherFinal_ex(context, sealed + len, &last) == 1 &&
	    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, CIPHER_TAG_LEN, sealed + text.len) == 1;
}

bool
cipher_seal_with(struct cipher *cipher, const unsigned char nonce[CIPHER_NONCE_LEN], struct bytes *out,
    struct view text)
{
	unsigned char *to = (unsigned char *)bytes_room(out, text.len + CIPHER_OVERHEAD);

	if (to == NULL || !seal(cipher->seal, to, nonce, text))
		return false;
	bytes_grew(out, text.len + CIPHER_OVERHEAD);
	return true;
}

bool
cipher_seal(struct cipher *cipher, struct bytes *out, struct view text)
{
	unsigned char nonce[CIPHER_NONCE_LEN];

	return getrandom(nonce, sizeof nonce, 0) == CIPHER_NONCE_LEN && cipher_seal_with(cipher, nonce, out, text);
}

static bool
open_sealed(EVP_CIPHER_CTX *context, unsigned char *to, struct view sealed)
{
	const unsigned char *from = (const unsigned char *)sealed.ptr;
	size_t text = sealed.len - CIPHER_OVERHEAD;
	unsigned char tag[CIPHER_TAG_LEN];
	int len, last;

	memcpy(tag, from + sealed.len - CIPHER_TAG_LEN, CIPHER_TAG_LEN);
	return EVP_CipherInit_ex2(context, NULL, NULL, from, 0, NULL) == 1 &&
	    EVP_CipherUpdate(context, to, &len, from + CIPHER_NONCE_LEN, (int)text) == 1 &&
	    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, CIPHER_TAG_LEN, tag) == 1 &&
	    EVP_CipherFinal_ex(context, to + len, &last) == 1;
}

/* What could be read of a text that is not genuine is nobody's. */
bool
cipher_open(struct cipher *cipher, struct bytes *out, struct view sealed)
{
	unsigned char *to = sealed.len < CIPHER_OVERHEAD ? NULL :
	    (unsigned char *)bytes_room(out, sealed.len - CIPHER_OVERHEAD);

	if (to == NULL)
		return false;
	if (!open_sealed(cipher->open, to, sealed)) {
		explicit_bzero(to, sealed.len - CIPHER_OVERHEAD);
		return false;
	}
	bytes_grew(out, sealed.len - CIPHER_OVERHEAD);
	return true;
}
