/* Keys that stand in the shared files. Each file is looked at alone: halves of a pair do not add up. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/pathexpand.h"
#include "credentials/provider.h"

struct keys_file {
	enum profiles_table table;
	const char *method;
	const char *variable, *path;	/* where the file is */
};

static const struct keys_file credentials_file = { PROFILES_CREDENTIALS, "shared-credentials-file",
    "AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials" };
static const struct keys_file config_file = { PROFILES_CONFIG, "config-file", "AWS_CONFIG_FILE",
    "~/.aws/config" };

/* One profile in one file. */
struct place {
	const struct keys_file *file;
	const struct profiles *profiles;
	struct view profile;
};

/* The property into *to, its line into *line; false when there is none. An empty one counts. */
static bool
take(const struct place *place, const char *name, struct bytes *to, struct profiles_property *found)
{
	if (!profiles_get(place->profiles, place->file->table, place->profile, view_of(name), found))
		return false;
	bytes_set(to, found->value);
	return true;
}

static enum ssm_err
partial(const struct place *place, const char *missing, struct ssm_error *err)
{
	return ssm_fail(err, SSM_E_CONFIG, "PartialCredentialsError",
	    "Partial credentials found in %s, missing: %s", place->file->method, missing);
}

static enum ssm_err
say_why_not(const struct place *place, struct provider_result *result)
{
	struct bytes path = BYTES_INIT(PATHEXPAND_MAX);
	const char *text = getenv(place->file->variable);

	pathexpand(&path, view_of(text != NULL ? text : place->file->path), getenv);
	if (path.len == 0 || bytes_cstr(&path) == NULL)
		provider_absent(result, "%s is empty", place->file->variable);
	else if (profiles_has(place->profiles, place->file->table, place->profile))
		provider_absent(result, "profile '%.*s' has no aws_access_key_id in '%s'",
		    VIEW_ARG(place->profile), path.ptr);
	else if (access(path.ptr, F_OK) != 0)
		provider_absent(result, "'%s' is not there", path.ptr);
	else
		provider_absent(result, "'%s' has no profile '%.*s'", path.ptr,
		    VIEW_ARG(place->profile));
	bytes_clear(&path);
	return SSM_OK;
}

/* "PATH line 2 [default] aws_access_key_id, line 3 aws_secret_access_key": of the properties found. */
static void
say_origin(struct provider_result *result, const struct profiles_property *found, size_t count)
{
	char *text = result->origin;
	size_t room = sizeof result->origin, at;

	at = (size_t)snprintf(text, room, "%s line %u [%.*s] %.*s", found->path, found->line,
	    VIEW_ARG(found->section), VIEW_ARG(found->name));
	for (size_t i = 1; i < count && at < room; i++)
		if (found[i].path != NULL)
			at += (size_t)snprintf(text + at, room - at, ", line %u %.*s", found[i].line,
			    VIEW_ARG(found[i].name));
	result->found = true;
}

static enum ssm_err
take_keys(const struct place *place, struct credentials *who, struct profiles_property found[4],
    struct ssm_error *err)
{
	if (found[0].value.len == 0)
		return partial(place, "aws_access_key_id", err);
	if (!take(place, "aws_secret_access_key", &who->secret_access_key, &found[1]) ||
	    found[1].value.len == 0)
		return partial(place, "aws_secret_access_key", err);
	if (!take(place, "aws_security_token", &who->session_token, &found[2]))
		take(place, "aws_session_token", &who->session_token, &found[2]);
	take(place, "aws_account_id", &who->account_id, &found[3]);
	return credentials_check(who, place->file->method, err);
}

static enum ssm_err
find(const struct provider_search *search, const struct keys_file *file, struct view profile,
    struct credentials *who, struct provider_result *result, struct ssm_error *err)
{
	struct place place = { file, settings_profiles(search->settings), profile };
	struct profiles_property found[4] = { PROFILES_PROPERTY_INIT };
	enum ssm_err rc;

	credentials_clear(who);
	if (!take(&place, "aws_access_key_id", &who->access_key_id, &found[0]))
		return say_why_not(&place, result);
	if ((rc = take_keys(&place, who, found, err)) == SSM_OK)
		say_origin(result, found, ARRAY_LEN(found));
	else
		credentials_clear(who);
	return rc;
}

enum ssm_err
provider_credentials_file(struct provider_search *search, struct view profile,
    struct credentials *who, struct provider_result *result, struct ssm_error *err)
{
	return find(search, &credentials_file, profile, who, result, err);
}

enum ssm_err
provider_config_file(struct provider_search *search, struct view profile, struct credentials *who,
    struct provider_result *result, struct ssm_error *err)
{
	return find(search, &config_file, profile, who, result, err);
}
