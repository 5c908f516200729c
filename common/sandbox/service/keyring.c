#include "sandbox/service/keyring.h"

#include <stdlib.h>

#include "stream/cipher.h"

/* What AWS's blobs begin with, and so "AQICAHh" in base64. */
static const struct view beginning = { "\x01\x02\x02\x00x", 5 };

static const struct keyring_key keys[] = {
	{ "0a1b2c3d-4e5f-4a6b-8c7d-000000000001", "alias/sandbox", KEYRING_ENABLED },
	{ "0a1b2c3d-4e5f-4a6b-8c7d-000000000002", "alias/sandbox-denied", KEYRING_DENIED },
	{ "0a1b2c3d-4e5f-4a6b-8c7d-000000000003", "alias/sandbox-disabled", KEYRING_DISABLED },
};

#define INSIDE_HEAD (1 + DIGEST_LEN)	/* of what is sealed: which key, the context's digest; then the text */

struct keyring {
	struct digest *digest;
	struct cipher *seal, *open;
};

struct keyring *
keyring_new(struct digest *digest)
{
	struct keyring *keyring = calloc(1, sizeof *keyring);
	unsigned char secret[CIPHER_KEY_LEN];

	if (keyring == NULL)
		return NULL;
	arc4random_buf(secret, sizeof secret);
	keyring->digest = digest;
	keyring->seal = cipher_new(secret, CIPHER_NODE);
	keyring->open = cipher_new(secret, CIPHER_CLIENT);
	explicit_bzero(secret, sizeof secret);
	if (keyring->seal != NULL && keyring->open != NULL)
		return keyring;
	keyring_free(keyring);
	return NULL;
}

void
keyring_free(struct keyring *keyring)
{
	if (keyring == NULL)
		return;
	cipher_free(keyring->seal);
	cipher_free(keyring->open);
	free(keyring);
}

const struct keyring_key *
keyring_find(struct view name)
{
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (view_is(name, keys[i].id) || view_is(name, keys[i].alias))
			return &keys[i];
	return NULL;
}

static int
compare(const void *a, const void *b)
{
	const struct keyring_pair *left = a, *right = b;

	return view_compare(left->name, right->name);
}

static void
add_text(struct bytes *out, struct view text)
{
	bytes_print(out, "%zu:", text.len);
	bytes_add(out, text);
}

/* Of all names and values with their lengths, so that no two contexts look alike. */
static bool
digest_of(unsigned char out[DIGEST_LEN], struct digest *digest, struct keyring_pair *context, size_t count)
{
	struct bytes text = BYTES_INIT(KEYRING_CONTEXT_MAX);
	struct ssm_error err = SSM_ERROR_INIT;
	bool made;

	qsort(context, count, sizeof *context, compare);
	for (size_t i = 0; i < count; i++) {
		add_text(&text, context[i].name);
		add_text(&text, context[i].value);
	}
	made = !bytes_failed(&text) && digest_sha256(digest, bytes_view(&text), out, &err) == SSM_OK;
	bytes_clear(&text);
	ssm_error_clear(&err);
	return made;
}

bool
keyring_seal(struct keyring *keyring, struct bytes *blob, const struct keyring_key *key, struct view text,
    struct keyring_pair *context, size_t count)
{
	struct bytes inside = BYTES_INIT(INSIDE_HEAD + text.len);
	unsigned char digest[DIGEST_LEN];
	bool sealed;

	bytes_add_char(&inside, (char)(key - keys));
	sealed = digest_of(digest, keyring->digest, context, count);
	bytes_add(&inside, (struct view){ (const char *)digest, sizeof digest });
	bytes_add(&inside, text);
	bytes_add(blob, beginning);
	sealed = sealed && !bytes_failed(&inside) && cipher_seal(keyring->seal, blob, bytes_view(&inside));
	bytes_clear(&inside);
	return sealed;
}

bool
keyring_open(struct keyring *keyring, struct bytes *text, const struct keyring_key **key, struct view blob,
    struct keyring_pair *context, size_t count)
{
	struct bytes inside = BYTES_INIT(blob.len);
	unsigned char digest[DIGEST_LEN];
	struct view all;
	bool opened;

	opened = view_starts(blob, beginning) && digest_of(digest, keyring->digest, context, count) &&
	    cipher_open(keyring->open, &inside, view_slice(blob, beginning.len, blob.len));
	all = bytes_view(&inside);
	opened = opened && all.len >= INSIDE_HEAD && memcmp(all.ptr + 1, digest, DIGEST_LEN) == 0;
	if (opened) {
		*key = &keys[(unsigned char)all.ptr[0]];
		bytes_add(text, view_slice(all, INSIDE_HEAD, all.len));
	}
	bytes_clear(&inside);
	return opened && !bytes_failed(text);
}
