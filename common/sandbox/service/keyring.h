/*
 * sandbox/service/keyring: the keys of the sandbox's key service, and what is sealed with them.
 *
 * Purpose:   the built-in keys, each of which behaves in its own way, as the built-in sessions do; and the blobs that
 *            data keys are handed out as: sealed with a secret that no one else has, good for one encryption context.
 * Ownership: keyring_new() and _free() bracket its life, which its blobs do not outlive; keys are constants.
 * Errors:    NULL, or false: libcrypto or memory fails; of keyring_open(), too, when the blob is none of this keyring's
 *            or the context is another one. What was appended is then nobody's.
 */
#ifndef SSM_SANDBOX_SERVICE_KEYRING_H
#define SSM_SANDBOX_SERVICE_KEYRING_H

#include "sign/digest.h"

#define KEYRING_CONTEXT_MAX (256 * 1024)

enum keyring_state { KEYRING_ENABLED, KEYRING_DISABLED, KEYRING_DENIED };

struct keyring_key {
	const char *id, *alias;		/* the alias with its "alias/" */
	enum keyring_state state;
};

struct keyring;

struct keyring *keyring_new(struct digest *digest);	/* the digest is borrowed */
void keyring_free(struct keyring *keyring);

/* By its id or alias; NULL: there is none. */
const struct keyring_key *keyring_find(struct view name);

/* A member of an encryption context. The order in which they come means nothing. */
struct keyring_pair {
	struct view name, value;
};

/* Both append. The pairs are sorted. */
bool keyring_seal(struct keyring *keyring, struct bytes *blob, const struct keyring_key *key, struct view text,
    struct keyring_pair *context, size_t count) __attribute__((warn_unused_result));
bool keyring_open(struct keyring *keyring, struct bytes *text, const struct keyring_key **key, struct view blob,
    struct keyring_pair *context, size_t count) __attribute__((warn_unused_result));

#endif
