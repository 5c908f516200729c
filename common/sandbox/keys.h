/*
 * sandbox/keys: the key pairs that the sandbox knows.
 *
 * Purpose: keys that say themselves that they are none: a long-term pair, a temporary pair with its
 *          session token, and a temporary pair that has expired. They are in the man page.
 */
#ifndef SSM_SANDBOX_KEYS_H
#define SSM_SANDBOX_KEYS_H

#include "core/bytes.h"

struct sandbox_key {
	const char *access_key_id, *secret_access_key;
	const char *session_token;	/* NULL: a long-term pair */
	bool expired;
};

extern const struct sandbox_key sandbox_key_long_term, sandbox_key_temporary;

/* The pair with this access key id, or NULL. */
const struct sandbox_key *sandbox_key_find(struct view access_key_id);

#endif
