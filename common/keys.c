#include "keys.h"

#include <errno.h>
#include <stdlib.h>

#include "io.h"
#include "provider.h"

#define KEYS_FILE_MAX (1024 * 1024)

/* Whether a source that needs the network would answer, or fail: this alone decides whose turn it is. */
typedef bool applies(const struct settings *settings);

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

/* Sources in the chain's order: one that is looked at here, or one that applies elsewhere. */
static const struct source {
	const char *method;
	provider_find *find;
	applies *applies;
} sources[] = {
	{ "env", provider_env, NULL },
	{ "assume-role", NULL, has_role },
	{ "assume-role-with-web-identity", NULL, has_web_identity },
	{ "sso", NULL, has_sso },
	{ "shared-credentials-file", provider_credentials_file, NULL },
	{ "login", NULL, has_login },
	{ "custom-process", provider_process, NULL },
	{ "config-file", provider_config_file, NULL },
	{ "container-role", NULL, has_container },
	{ "iam-role", NULL, has_metadata },
};

static enum ssm_err
look(const struct source *source, struct provider_search *search, struct credentials *who,
    bool *found, struct ssm_error *err)
{
	struct provision provision = { .found = false };
	enum ssm_err rc;

	*found = false;
	if (source->find == provider_env && settings_profile_is_explicit(search->settings))
		return SSM_OK;
	rc = source->find(search, settings_profile(search->settings), who, &provision, err);
	*found = provision.found;
	return rc;
}

enum ssm_err
keys_find(struct credentials *who, const struct settings *settings, struct keys_source *answer,
    struct ssm_error *err)
{
	struct provider_search search = { .settings = settings, .input_is_taken = true };

	credentials_clear(who);
	for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
		const struct source *source = &sources[i];
		bool found;
		enum ssm_err rc;

		*answer = (struct keys_source){ source->method, source->find == NULL };
		if (source->find == NULL) {
			if (source->applies(settings))
				return SSM_OK;
			continue;
		}
		if ((rc = look(source, &search, who, &found, err)) != SSM_OK || found)
			return rc;
	}
	return ssm_fail(err, SSM_E_CONFIG, "NoCredentialsError", "Unable to locate credentials. You "
	    "can configure credentials by running \"aws configure\".");
}

enum ssm_err
keys_from_file(struct credentials *who, const char *path, struct ssm_error *err)
{
	struct bytes text = BYTES_INIT(KEYS_FILE_MAX);
	enum ssm_err rc;

	if (io_read_file(&text, path) != 0)
		rc = ssm_fail(err, SSM_E_CONFIG, "CredentialRetrievalError", "cannot read '%s': %s",
		    path, strerror(errno));
	else
		rc = credentials_from_json(who, bytes_view(&text), path, err);
	bytes_clear(&text);
	return rc;
}
