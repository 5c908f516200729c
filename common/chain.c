#include "chain.h"

struct link {
	const char *method;
	provider_find *find;
};

static const struct link links[] = {
	{ "env", provider_env },
	{ "assume-role", provider_assume_role },
	{ "assume-role-with-web-identity", provider_web_identity },
	{ "sso", provider_sso },
	{ "shared-credentials-file", provider_credentials_file },
	{ "login", provider_login },
	{ "custom-process", provider_process },
	{ "config-file", provider_config_file },
	{ "container-role", provider_container },
	{ "iam-role", provider_imds },
};

enum { FIRST_OF_PROFILE = 2, AFTER_PROFILE = 8 };	/* the part for a source_profile */

_Static_assert(ARRAY_LEN(links) <= CHAIN_PROVIDERS_MAX, "room for every attempt");

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
ask(const struct link *link, struct provider_search *search, struct view profile,
    struct credentials *who, struct provision *provision, struct ssm_error *err)
{
	enum ssm_err rc;

	*provision = (struct provision){ .found = false };
	if (link->find == provider_env && settings_profile_is_explicit(search->settings))
		return provider_absent(provision, "a profile was asked for, which puts the environment "
		    "aside");
	if ((rc = link->find(search, profile, who, provision, err)) == SSM_OK && provision->found)
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
	for (chain->count = 0; chain->count < ARRAY_LEN(links);) {
		const struct link *link = &links[chain->count];
		struct chain_attempt *attempt = &chain->attempts[chain->count++];
		enum ssm_err rc;

		attempt->method = link->method;
		rc = ask(link, search, profile, who, &attempt->provision, err);
		if (rc != SSM_OK || attempt->provision.found)
			return rc;
	}
	return ssm_fail(err, SSM_E_CONFIG, "NoCredentialsError", "Unable to locate credentials");
}

enum ssm_err
chain_find_profile(struct provider_search *search, struct view profile, struct credentials *who,
    const char **method, struct ssm_error *err)
{
	struct provision provision;

	*method = NULL;
	credentials_clear(who);
	for (size_t i = FIRST_OF_PROFILE; i < AFTER_PROFILE; i++) {
		enum ssm_err rc = ask(&links[i], search, profile, who, &provision, err);

		if (rc == SSM_OK && !provision.found)
			continue;
		*method = rc == SSM_OK ? links[i].method : NULL;
		return rc;
	}
	return SSM_OK;
}
