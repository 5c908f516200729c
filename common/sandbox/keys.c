#include "sandbox/keys.h"

const struct sandbox_key sandbox_key_long_term = { "AKIASANDBOXEXAMPLE00",
	"SandboxSecretAccessKeyNotASecret+EXAMPLE", NULL, false };
const struct sandbox_key sandbox_key_temporary = { "ASIASANDBOXEXAMPLE00",
	"SandboxTemporaryKeyIsNoSecret+at/EXAMPLE", "SandboxSessionToken+NotASecret/EXAMPLE==", false };
static const struct sandbox_key expired = { "ASIASANDBOXEXPIRED00",
	"SandboxExpiredKeyIsNoSecret+at/aEXAMPLE0", "SandboxSessionToken+Expired/EXAMPLE==", true };

const struct sandbox_key *
sandbox_key_find(struct view access_key_id)
{
	static const struct sandbox_key *const keys[] = { &sandbox_key_long_term, &sandbox_key_temporary,
		&expired };

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (view_is(access_key_id, keys[i]->access_key_id))
			return keys[i];
	return NULL;
}
