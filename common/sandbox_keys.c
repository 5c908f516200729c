#include "sandbox_keys.h"

enum { LONG_TERM, TEMPORARY, EXPIRED };

static const struct sandbox_key keys[] = {
	[LONG_TERM] = { "AKIASANDBOXEXAMPLE00", "SandboxSecretAccessKeyNotASecret+EXAMPLE", NULL,
	    false },
	[TEMPORARY] = { "ASIASANDBOXEXAMPLE00", "SandboxTemporaryKeyIsNoSecret+at/EXAMPLE",
	    "SandboxSessionToken+NotASecret/EXAMPLE==", false },
	[EXPIRED] = { "ASIASANDBOXEXPIRED00", "SandboxExpiredKeyIsNoSecret+at/aEXAMPLE0",
	    "SandboxSessionToken+Expired/EXAMPLE==", true },
};

const struct sandbox_key *
sandbox_key_long_term(void)
{
	return &keys[LONG_TERM];
}

const struct sandbox_key *
sandbox_key_temporary(void)
{
	return &keys[TEMPORARY];
}

const struct sandbox_key *
sandbox_key_find(struct view access_key_id)
{
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (view_is(access_key_id, keys[i].access_key_id))
			return &keys[i];
	return NULL;
}
