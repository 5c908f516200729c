#include "sso/config.h"

#include "json/text.h"

#define NAMES_MAX 128			/* of properties, in a message */

/* A profile and the session that it may name. */
struct place {
	const struct profiles *profiles;
	struct view profile, session;
};

static bool
in_profile(const struct place *place, const char *name, struct view *value)
{
	struct profiles_property found = PROFILES_PROPERTY_INIT;

	if (!profiles_get(place->profiles, PROFILES_MERGED, place->profile, view_of(name), &found))
		return false;
	*value = found.value;
	return true;
}

static bool
in_session(const struct place *place, const char *name, struct view *value)
{
	struct profiles_property found = PROFILES_PROPERTY_INIT;

	if (place->session.ptr == NULL || !profiles_get(place->profiles, PROFILES_SSO_SESSIONS,
	    place->session, view_of(name), &found))
		return false;
	*value = found.value;
	return true;
}

static bool
anywhere(const struct place *place, const char *name, struct view *value)
{
	return in_profile(place, name, value) || in_session(place, name, value);
}

/* What both say must be the same. */
static enum ssm_err
check_agreement(const struct place *place, struct ssm_error *err)
{
	struct profiles_property own = PROFILES_PROPERTY_INIT, shared = PROFILES_PROPERTY_INIT;
	size_t at = 0;

	while (profiles_next_property(place->profiles, PROFILES_SSO_SESSIONS, place->session, &at,
	    &shared))
		if (profiles_get(place->profiles, PROFILES_MERGED, place->profile, shared.name, &own) &&
		    !view_equal(own.value, shared.value))
			return ssm_fail(err, SSM_E_CONFIG, "InvalidConfigError", "The value for %.*s is "
			    "inconsistent between profile (%.*s) and sso-session (%.*s).",
			    VIEW_ARG(shared.name), VIEW_ARG(own.value), VIEW_ARG(shared.value));
	return SSM_OK;
}

static enum ssm_err
take_all(struct ssoconfig *config, const struct place *place, struct ssm_error *err)
{
	struct {
		const char *name;
		struct view *value;
	} wanted[] = {
		{ "sso_role_name", &config->role_name }, { "sso_account_id", &config->account_id },
		{ "sso_start_url", &config->start_url }, { "sso_region", &config->region },
	};
	char missing[NAMES_MAX] = "";

	for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
		if (!anywhere(place, wanted[i].name, wanted[i].value)) {
			strcat(missing, *missing == '\0' ? "" : ", ");
			strcat(missing, wanted[i].name);
		}
	if (*missing == '\0')
		return SSM_OK;
	return ssm_fail(err, SSM_E_CONFIG, "InvalidConfigError", "The profile \"%.*s\" is configured to "
	    "use SSO but is missing required configuration: %s", VIEW_ARG(place->profile), missing);
}

static enum ssm_err
fail_no_session(const struct place *place, struct view name, struct ssm_error *err)
{
	return ssm_fail(err, SSM_E_CONFIG, "InvalidConfigError", "The profile \"%.*s\" is configured to "
	    "use the SSO token provider but the \"%.*s\" sso_session configuration does not exist.",
	    VIEW_ARG(place->profile), VIEW_ARG(name));
}

/* The token is got by what the session itself says; what the profile adds is of no use there. */
static enum ssm_err
check_session(const struct place *place, struct ssm_error *err)
{
	struct profiles_property any = PROFILES_PROPERTY_INIT;
	struct view unused;
	size_t at = 0;
	bool url = in_session(place, "sso_start_url", &unused);
	bool region = in_session(place, "sso_region", &unused);

	if (url && region)
		return SSM_OK;
	if (!profiles_next_property(place->profiles, PROFILES_SSO_SESSIONS, place->session, &at, &any))
		return fail_no_session(place, place->session, err);
	return ssm_fail(err, SSM_E_CONFIG, "InvalidConfigError", "The profile \"%.*s\" is configured to "
	    "use the SSO token provider but is missing the following configuration: [%s%s%s].",
	    VIEW_ARG(place->profile), url ? "" : "'sso_start_url'", url || region ? "" : ", ",
	    region ? "" : "'sso_region'");
}

static enum ssm_err
read_session(struct place *place, struct view name, struct ssm_error *err)
{
	if (!profiles_has(place->profiles, PROFILES_SSO_SESSIONS, name))
		return ssm_fail(err, SSM_E_CONFIG, "InvalidConfigError",
		    "The specified sso-session does not exist: \"%.*s\"", VIEW_ARG(name));
	place->session = name;
	return check_agreement(place, err);
}

enum ssm_err
ssoconfig_read(struct ssoconfig *config, const struct profiles *profiles, struct view profile,
    bool *found, struct ssm_error *err)
{
	struct place place = { profiles, profile, VIEW_NONE };
	struct view unused, session = VIEW_NONE;
	bool has_session = in_profile(&place, "sso_session", &session);
	enum ssm_err rc = SSM_OK;

	*config = (struct ssoconfig){ .session = VIEW_NONE };
	*found = in_profile(&place, "sso_role_name", &unused) ||
	    in_profile(&place, "sso_account_id", &unused);
	if (!*found)
		return SSM_OK;
	if (has_session && (rc = read_session(&place, session, err)) != SSM_OK)
		return rc;
	if ((rc = take_all(config, &place, err)) == SSM_OK && has_session)
		rc = check_session(&place, err);
	config->session = place.session;
	return rc;
}

enum ssm_err
ssoconfig_check_session(const struct profiles *profiles, struct view profile, struct ssm_error *err)
{
	struct place place = { profiles, profile, VIEW_NONE };
	struct view session;

	if (!in_profile(&place, "sso_session", &session) ||
	    profiles_has(profiles, PROFILES_SSO_SESSIONS, session))
		return SSM_OK;
	return fail_no_session(&place, session, err);
}

static void
add_member(struct bytes *out, const char *name, struct view text)
{
	jsontext_name(out, name);
	jsontext_string_ascii(out, text);
}

void
ssoconfig_add_key_text(struct bytes *out, const struct ssoconfig *config)
{
	jsontext_begin(out);
	add_member(out, "accountId", config->account_id);
	add_member(out, "roleName", config->role_name);
	if (config->session.ptr != NULL)
		add_member(out, "sessionName", config->session);
	else
		add_member(out, "startUrl", config->start_url);
	jsontext_end(out);
}
