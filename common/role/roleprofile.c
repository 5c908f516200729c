#include "role/roleprofile.h"

static bool
has(const struct profiles *profiles, struct view profile, const char *name)
{
	return profiles_get(profiles, PROFILES_MERGED, profile, view_of(name), NULL);
}

bool
roleprofile_has_token_file(const struct profiles *profiles, struct view profile)
{
	return has(profiles, profile, "web_identity_token_file");
}

bool
roleprofile_is_role(const struct profiles *profiles, struct view profile)
{
	return has(profiles, profile, "role_arn") && !roleprofile_has_token_file(profiles, profile);
}

bool
roleprofile_has_static_keys(const struct profiles *profiles, struct view profile)
{
	return has(profiles, profile, "aws_access_key_id") ||
	    has(profiles, profile, "aws_secret_access_key");
}

provider_find *
roleprofile_source(struct view credential_source)
{
	static const struct {
		const char *name;
		provider_find *find;
	} sources[] = { { "Environment", provider_env }, { "Ec2InstanceMetadata", provider_imds },
	    { "EcsContainer", provider_container } };

	for (size_t i = 0; i < ARRAY_LEN(sources); i++)
		if (view_is(credential_source, sources[i].name))
			return sources[i].find;
	return NULL;
}

/* A number as Python reads one (a sign, digits, '_' between them); anything else is as none. */
static enum ssm_err
set_duration(struct roleprofile *role, struct view text, struct ssm_error *err)
{
	size_t len = 0;
	bool minus = text.len > 0 && text.ptr[0] == '-', digit = false;

	if (minus || (text.len > 0 && text.ptr[0] == '+'))
		text = view_slice(text, 1, text.len);
	if (minus)
		role->duration[len++] = '-';
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if ((c < '0' || c > '9') && (c != '_' || !digit || i + 1 == text.len)) {
			role->duration[0] = '\0';
			return SSM_OK;
		}
		digit = c != '_';
		if (!digit || (c == '0' && len == minus && i + 1 < text.len))
			continue;
		if (len == ROLEPROFILE_DURATION_MAX)
			return ssm_fail(err, SSM_E_CONFIG, "InvalidConfigError", "duration_seconds of the "
			    "profile \"%.*s\" is out of range", VIEW_ARG(role->profile));
		role->duration[len++] = c;
	}
	role->duration[text.len == 0 ? 0 : len] = '\0';
	return SSM_OK;
}

/* An empty property is there, and is not VIEW_NONE. */
static struct view
get(const struct profiles *profiles, struct view profile, const char *name)
{
	struct profiles_property found = PROFILES_PROPERTY_INIT;

	if (!profiles_get(profiles, PROFILES_MERGED, profile, view_of(name), &found))
		return VIEW_NONE;
	return found.value.ptr == NULL ? VIEW("") : found.value;
}

static enum ssm_err
check(const struct roleprofile *role, struct ssm_error *err)
{
	bool named = role->credential_source.ptr != NULL, profile = role->source_profile.ptr != NULL;

	if (named && profile)
		return ssm_fail(err, SSM_E_CONFIG, "InvalidConfigError", "The profile \"%.*s\" contains "
		    "both source_profile and credential_source.", VIEW_ARG(role->profile));
	if (!named && !profile)
		return ssm_fail(err, SSM_E_CONFIG, "PartialCredentialsError", "Partial credentials found in "
		    ROLEPROFILE_METHOD ", missing: source_profile or credential_source");
	if (named && roleprofile_source(role->credential_source) == NULL)
		return ssm_fail(err, SSM_E_CONFIG, "InvalidConfigError", "The credential source \"%.*s\" "
		    "referenced in profile \"%.*s\" is not valid.", VIEW_ARG(role->credential_source),
		    VIEW_ARG(role->profile));
	return SSM_OK;
}

enum ssm_err
roleprofile_read(struct roleprofile *role, const struct profiles *profiles, struct view profile,
    struct ssm_error *err)
{
	struct profiles_property arn = PROFILES_PROPERTY_INIT;
	enum ssm_err rc;

	profiles_get(profiles, PROFILES_MERGED, profile, VIEW("role_arn"), &arn);
	*role = (struct roleprofile){ .profile = profile, .path = arn.path, .line = arn.line,
	    .section = arn.section,
	    .role_arn = get(profiles, profile, "role_arn"),
	    .session_name = get(profiles, profile, "role_session_name"),
	    .external_id = get(profiles, profile, "external_id"),
	    .mfa_serial = get(profiles, profile, "mfa_serial"),
	    .source_profile = get(profiles, profile, "source_profile"),
	    .credential_source = get(profiles, profile, "credential_source") };
	rc = set_duration(role, get(profiles, profile, "duration_seconds"), err);
	return rc != SSM_OK ? rc : check(role, err);
}
