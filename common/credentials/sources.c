#include "credentials/sources.h"

#include <stdlib.h>

static bool
has(const struct settings *settings, const char *name)
{
	return profiles_get(settings_profiles(settings), PROFILES_MERGED, settings_profile(settings),
	    view_of(name), NULL);
}

static bool
has_role(const struct settings *settings)
{
	return has(settings, "role_arn") && !has(settings, "web_identity_token_file");
}

/* An empty variable hides the profile's property. */
static bool
has_web_identity(const struct settings *settings)
{
	const char *path = getenv("AWS_WEB_IDENTITY_TOKEN_FILE");
	struct profiles_property property = PROFILES_PROPERTY_INIT;

	if (path != NULL && !settings_profile_is_explicit(settings))
		return *path != '\0';
	return profiles_get(settings_profiles(settings), PROFILES_MERGED, settings_profile(settings),
	    VIEW("web_identity_token_file"), &property) && property.value.len > 0;
}

static bool
has_sso(const struct settings *settings)
{
	return has(settings, "sso_role_name") || has(settings, "sso_account_id");
}

static bool
has_login(const struct settings *settings)
{
	return has(settings, "login_session");
}

static bool
has_container(const struct settings *settings)
{
	(void)settings;
	return getenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") != NULL ||
	    getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI") != NULL;
}

static bool
has_metadata(const struct settings *settings)
{
	return !settings_is_true(settings, SETTING_METADATA_DISABLED);
}

/* The credential_source of a role is the environment whatever profile was asked for; the chain's is not. */
static enum ssm_err
find_env(struct provider_search *search, struct view profile, struct credentials *who,
    struct provider_result *result, struct ssm_error *err)
{
	if (settings_profile_is_explicit(search->settings))
		return provider_absent(result, "a profile was asked for, which puts the environment "
		    "aside");
	return provider_env(search, profile, who, result, err);
}

/* Whatever is not local is chain.c's to name: what links this table need not link the network. */
const struct source sources[SOURCES] = {
	[SOURCE_ENV] = { "env", find_env, NULL, false },
	[SOURCE_ASSUME_ROLE] = { "assume-role", NULL, has_role, false },
	[SOURCE_WEB_IDENTITY] = { "assume-role-with-web-identity", NULL, has_web_identity, true },
	[SOURCE_SSO] = { "sso", NULL, has_sso, true },
	[SOURCE_CREDENTIALS_FILE] = { "shared-credentials-file", provider_credentials_file, NULL, true },
	[SOURCE_LOGIN] = { "login", NULL, has_login, true },
	[SOURCE_PROCESS] = { "custom-process", provider_process, NULL, true },
	[SOURCE_CONFIG_FILE] = { "config-file", provider_config_file, NULL, true },
	[SOURCE_CONTAINER] = { "container-role", NULL, has_container, false },
	[SOURCE_IMDS] = { "iam-role", NULL, has_metadata, false },
};
