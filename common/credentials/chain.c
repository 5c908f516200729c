#include "credentials/chain.h"

/* Those that are not local. */
static provider_find *const remote[SOURCES] = {
	[SOURCE_ASSUME_ROLE] = provider_assume_role,
	[SOURCE_WEB_IDENTITY] = provider_web_identity,
	[SOURCE_SSO] = provider_sso,
	[SOURCE_LOGIN] = provider_login,
	[SOURCE_CONTAINER] = provider_container,
	[SOURCE_IMDS] = provider_imds,
};

/* Keys that are no longer good are the chain's answer all the same, and an error. */
static enum ssm_err
check_expiration(const struct credentials *who, time_t now, struct ssm_error *err)
{
	if (!who->expires || who->expiration > now)
		return SSM_OK;
	return ssm_fail(err, SSM_E_CONFIG, "CredentialRetrievalError",
	    "Credentials were refreshed, but the refreshed credentials are still expired.");
}

static enum ssm_err
ask(size_t source, struct provider_search *search, struct view profile, struct credentials *who,
    struct provider_result *result, struct ssm_error *err)
{
	provider_find *find = sources[source].local != NULL ? sources[source].local : remote[source];
	enum ssm_err rc;

	*result = (struct provider_result){ .found = false };
	if ((rc = find(search, profile, who, result, err)) == SSM_OK && result->found)
		rc = check_expiration(who, search->now, err);
	if (rc != SSM_OK)
		credentials_clear(who);
	return rc;
}

enum ssm_err
chain_find(struct chain *chain, struct provider_search *search, struct credentials *who,
    struct ssm_error *err)
{
	struct view profile = settings_profile(search->settings);

	credentials_clear(who);
	for (chain->count = 0; chain->count < SOURCES;) {
		size_t source = chain->count++;
		struct chain_attempt *attempt = &chain->attempts[source];
		enum ssm_err rc;

		attempt->method = sources[source].method;
		rc = ask(source, search, profile, who, &attempt->result, err);
		if (rc != SSM_OK || attempt->result.found)
			return rc;
	}
	return ssm_fail(err, SSM_E_CONFIG, "NoCredentialsError", "Unable to locate credentials");
}

enum ssm_err
chain_find_profile(struct provider_search *search, struct view profile, struct credentials *who,
    const char **method, struct ssm_error *err)
{
	struct provider_result result;

	*method = NULL;
	credentials_clear(who);
	for (size_t i = 0; i < SOURCES; i++) {
		enum ssm_err rc;

		if (!sources[i].serves_source_profile)
			continue;
		rc = ask(i, search, profile, who, &result, err);
		if (rc == SSM_OK && !result.found)
			continue;
		*method = rc == SSM_OK ? sources[i].method : NULL;
		return rc;
	}
	return SSM_OK;
}
