#include "credentials/local_chain.h"

enum ssm_err
local_chain_find(struct credentials *who, const struct settings *settings,
    const struct source **answer, struct ssm_error *err)
{
	struct provider_search search = { .settings = settings, .input_is_taken = true };
	struct view profile = settings_profile(settings);

	credentials_clear(who);
	for (const struct source *source = sources; source < sources + SOURCES; source++) {
		struct provider_result result = { .found = false };
		enum ssm_err rc;

		*answer = source;
		if (source->local == NULL && source->applies(settings))
			return SSM_OK;
		if (source->local != NULL &&
		    ((rc = source->local(&search, profile, who, &result, err)) != SSM_OK || result.found))
			return rc;
	}
	return ssm_fail(err, SSM_E_CONFIG, "NoCredentialsError", "Unable to locate credentials. You "
	    "can configure credentials by running \"aws configure\". ssm-credentials tells what was tried.");
}
