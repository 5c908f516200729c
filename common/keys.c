#include "keys.h"

#include <errno.h>
#include <stdlib.h>

#include "io.h"
#include "iso8601.h"

#define KEYS_FILE_MAX (1024 * 1024)

static void
set_from_variable(struct bytes *to, const char *name)
{
	bytes_set(to, view_of(getenv(name)));
}

static enum ssm_err
partial(struct ssm_error *err, const char *method, const char *missing)
{
	return ssm_fail(err, SSM_E_CONFIG, "PartialCredentialsError",
	    "Partial credentials found in %s, missing: %s", method, missing);
}

static enum ssm_err
find_in_environment(struct credentials *who, struct ssm_error *err)
{
	const char *expiration = getenv("AWS_CREDENTIAL_EXPIRATION");

	set_from_variable(&who->access_key_id, "AWS_ACCESS_KEY_ID");
	set_from_variable(&who->secret_access_key, "AWS_SECRET_ACCESS_KEY");
	set_from_variable(&who->session_token, "AWS_SECURITY_TOKEN");
	if (who->session_token.len == 0)
		set_from_variable(&who->session_token, "AWS_SESSION_TOKEN");
	set_from_variable(&who->account_id, "AWS_ACCOUNT_ID");
	if (who->secret_access_key.len == 0 && !bytes_failed(&who->secret_access_key))
		return partial(err, "env", "AWS_SECRET_ACCESS_KEY");
	who->expires = expiration != NULL && *expiration != '\0';
	if (who->expires && !iso8601_parse(view_of(expiration), &who->expiration))
		return ssm_fail(err, SSM_E_CONFIG, "CredentialRetrievalError",
		    "Error when retrieving credentials from env: AWS_CREDENTIAL_EXPIRATION is not a time");
	return credentials_check(who, "env", err);
}

static bool
property(const struct settings *settings, enum profiles_table table, const char *name,
    struct view *value)
{
	struct profiles_property found = PROFILES_PROPERTY_INIT;

	if (!profiles_get(settings_profiles(settings), table, settings_profile(settings),
	    view_of(name), &found))
		return false;
	*value = found.value;
	return true;
}

/* Keys of one file alone: *found when the profile has an access key id there. */
static enum ssm_err
find_in_file(struct credentials *who, const struct settings *settings, enum profiles_table table,
    const char *method, bool *found, struct ssm_error *err)
{
	struct view text;

	if (!(*found = property(settings, table, "aws_access_key_id", &text)))
		return SSM_OK;
	if (text.len == 0)
		return partial(err, method, "aws_access_key_id");
	bytes_set(&who->access_key_id, text);
	if (!property(settings, table, "aws_secret_access_key", &text) || text.len == 0)
		return partial(err, method, "aws_secret_access_key");
	bytes_set(&who->secret_access_key, text);
	if (property(settings, table, "aws_security_token", &text) ||
	    property(settings, table, "aws_session_token", &text))
		bytes_set(&who->session_token, text);
	if (property(settings, table, "aws_account_id", &text))
		bytes_set(&who->account_id, text);
	return credentials_check(who, method, err);
}

/* A property that sends the profile's keys to a source that this module cannot ask, or NULL. */
static const char *
elsewhere(const struct settings *settings, const char *const *names)
{
	struct view text;

	for (; *names != NULL; names++)
		if (property(settings, PROFILES_MERGED, *names, &text))
			return *names;
	return NULL;
}

static enum ssm_err
refuse_elsewhere(const struct settings *settings, const char *name, struct ssm_error *err)
{
	return ssm_fail(err, SSM_E_CONFIG, "NoCredentialsError",
	    "profile '%.*s' gets its keys through '%s', which ssm-sign does not do; give it a "
	    "credentials document with --credentials", VIEW_ARG(settings_profile(settings)), name);
}

enum ssm_err
keys_find(struct credentials *who, const struct settings *settings, const char **method,
    struct ssm_error *err)
{
	static const char *const before_files[] = { "role_arn", "sso_role_name", "sso_account_id",
	    NULL };
	static const char *const after_files[] = { "login_session", "credential_process", NULL };
	const char *id = getenv("AWS_ACCESS_KEY_ID"), *other;
	bool found = false;
	enum ssm_err rc;

	credentials_clear(who);
	*method = "env";
	if (!settings_profile_is_explicit(settings) && id != NULL && *id != '\0')
		return find_in_environment(who, err);
	if ((other = elsewhere(settings, before_files)) != NULL)
		return refuse_elsewhere(settings, other, err);
	*method = "shared-credentials-file";
	rc = find_in_file(who, settings, PROFILES_CREDENTIALS, *method, &found, err);
	if (rc != SSM_OK || found)
		return rc;
	if ((other = elsewhere(settings, after_files)) != NULL)
		return refuse_elsewhere(settings, other, err);
	*method = "config-file";
	rc = find_in_file(who, settings, PROFILES_CONFIG, *method, &found, err);
	if (rc != SSM_OK || found)
		return rc;
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
