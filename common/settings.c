#include "settings.h"

#include <stdio.h>
#include <stdlib.h>

#include "endpoint.h"
#include "partition.h"
#include "pathexpand.h"

struct row {
	const char *variables[2];
	const char *property;
	bool empty_counts;		/* an empty variable is a value, and hides the profile's */
};

static const struct row rows[] = {
	[SETTING_REGION] = { { "AWS_REGION", "AWS_DEFAULT_REGION" }, "region", false },
	[SETTING_USE_FIPS_ENDPOINT] = { { "AWS_USE_FIPS_ENDPOINT" }, "use_fips_endpoint", true },
	[SETTING_USE_DUALSTACK_ENDPOINT] = { { "AWS_USE_DUALSTACK_ENDPOINT" },
	    "use_dualstack_endpoint", true },
	[SETTING_IGNORE_ENDPOINT_URLS] = { { "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS" },
	    "ignore_configured_endpoint_urls", true },
	[SETTING_CA_BUNDLE] = { { "AWS_CA_BUNDLE" }, "ca_bundle", false },
	[SETTING_MAX_ATTEMPTS] = { { "AWS_MAX_ATTEMPTS" }, "max_attempts", false },
	[SETTING_RETRY_MODE] = { { "AWS_RETRY_MODE" }, "retry_mode", false },
};

struct settings {
	struct profiles *profiles;
	struct bytes profile, config_path, credentials_path;
	bool explicit;
};

static bool
from_environment(const char *name, bool empty_counts, struct setting_value *value)
{
	const char *text = name == NULL ? NULL : getenv(name);

	if (text == NULL || (*text == '\0' && !empty_counts))
		return false;
	value->text = view_of(text);
	snprintf(value->origin, sizeof value->origin, "%s", name);
	return true;
}

static bool
from_property(const struct profiles_property *property, struct setting_value *value)
{
	if (property->value.len == 0)
		return false;
	value->text = property->value;
	snprintf(value->origin, sizeof value->origin, "%s line %u [%.*s]", property->path,
	    property->line, VIEW_ARG(property->section));
	return true;
}

static bool
from_profile(const struct settings *settings, const char *name, struct setting_value *value)
{
	struct profiles_property property = PROFILES_PROPERTY_INIT;

	return profiles_get(settings->profiles, PROFILES_MERGED, settings_profile(settings),
	    view_of(name), &property) && from_property(&property, value);
}

static bool
from_option(const char *name, const char *option, struct setting_value *value)
{
	if (option == NULL || *option == '\0')
		return false;
	value->text = view_of(option);
	snprintf(value->origin, sizeof value->origin, "%s", name);
	return true;
}

/* The profile's name; true when somebody named it. */
static bool
choose_profile(struct settings *settings, struct view option)
{
	static const char *const variables[] = { "AWS_PROFILE", "AWS_DEFAULT_PROFILE" };
	struct setting_value value = { .text = VIEW_NONE };

	settings->explicit = option.len > 0;
	bytes_set(&settings->profile, option.len > 0 ? option : VIEW("default"));
	for (size_t i = 0; i < ARRAY_LEN(variables) && option.len == 0; i++)
		if (from_environment(variables[i], false, &value)) {
			bytes_set(&settings->profile, value.text);
			return true;
		}
	return settings->explicit;
}

static const char *
shared_path(struct bytes *path, const char *variable, const char *otherwise)
{
	const char *text = getenv(variable);

	pathexpand(path, view_of(text != NULL ? text : otherwise), getenv);
	return bytes_cstr(path);
}

enum ssm_err
settings_open(struct settings **settings, struct view profile_option, struct ssm_error *err)
{
	struct settings *new = malloc(sizeof *new);
	const char *config, *credentials;
	bool named;
	enum ssm_err rc;

	*settings = NULL;
	if (new == NULL)
		return ssm_fail_memory(err);
	*new = (struct settings){ .profile = BYTES_INIT(PATHEXPAND_MAX),
	    .config_path = BYTES_INIT(PATHEXPAND_MAX), .credentials_path = BYTES_INIT(PATHEXPAND_MAX) };
	named = choose_profile(new, profile_option);
	config = shared_path(&new->config_path, "AWS_CONFIG_FILE", "~/.aws/config");
	credentials = shared_path(&new->credentials_path, "AWS_SHARED_CREDENTIALS_FILE",
	    "~/.aws/credentials");
	if (config == NULL || credentials == NULL || bytes_failed(&new->profile))
		rc = ssm_fail_memory(err);
	else if ((rc = profiles_load(&new->profiles, config, credentials, err)) == SSM_OK && named)
		rc = profiles_require(new->profiles, bytes_view(&new->profile), err);
	if (rc != SSM_OK) {
		settings_close(new);
		return rc;
	}
	*settings = new;
	return SSM_OK;
}

void
settings_close(struct settings *settings)
{
	if (settings == NULL)
		return;
	profiles_free(settings->profiles);
	bytes_clear(&settings->profile);
	bytes_clear(&settings->config_path);
	bytes_clear(&settings->credentials_path);
	free(settings);
}

struct view
settings_profile(const struct settings *settings)
{
	return bytes_view(&settings->profile);
}

bool
settings_profile_is_explicit(const struct settings *settings)
{
	return settings->explicit;
}

const struct profiles *
settings_profiles(const struct settings *settings)
{
	return settings->profiles;
}

int
settings_unreadable(const struct settings *settings, const char **path)
{
	int number = profiles_unreadable(settings->profiles, PROFILES_CONFIG);

	*path = settings->config_path.ptr;
	if (number == 0) {
		number = profiles_unreadable(settings->profiles, PROFILES_CREDENTIALS);
		*path = settings->credentials_path.ptr;
	}
	return number;
}

bool
settings_get(const struct settings *settings, enum setting setting, const char *option,
    struct setting_value *value)
{
	const struct row *row = &rows[setting];

	*value = (struct setting_value){ .text = VIEW_NONE };
	return from_option("the command line", option, value) ||
	    from_environment(row->variables[0], row->empty_counts, value) ||
	    from_environment(row->variables[1], row->empty_counts, value) ||
	    from_profile(settings, row->property, value);
}

bool
settings_is_true(const struct settings *settings, enum setting setting)
{
	struct setting_value value;

	return settings_get(settings, setting, NULL, &value) &&
	    view_equal_nocase(value.text, VIEW("true"));
}

enum ssm_err
settings_region(const struct settings *settings, const char *option, struct bytes *region,
    bool *fips, struct ssm_error *err)
{
	struct setting_value value;
	enum ssm_err rc;

	if (!settings_get(settings, SETTING_REGION, option, &value))
		return ssm_fail(err, SSM_E_CONFIG, "NoRegionError", "You must specify a region. You can "
		    "also configure your region by running \"aws configure\".");
	if ((rc = region_check(value.text, err)) != SSM_OK) {
		if (option == NULL || *option == '\0')
			ssm_error_prefix(err, "%s: ", value.origin);
		return rc;
	}
	bytes_set(region, value.text);
	if (endpoint_pseudo_region(region))
		*fips = true;
	return region_check(bytes_view(region), err);
}

static void
service_variable(char *name, size_t size, const char *service)
{
	int len = snprintf(name, size, "AWS_ENDPOINT_URL_%s", service);

	for (int i = 0; i < len; i++)
		if (name[i] >= 'a' && name[i] <= 'z')
			name[i] = (char)(name[i] - 'a' + 'A');
}

static enum ssm_err
from_services(const struct settings *settings, const char *service, struct setting_value *value,
    struct ssm_error *err)
{
	struct profiles_property services = PROFILES_PROPERTY_INIT, url = PROFILES_PROPERTY_INIT;
	bool has = false;
	enum ssm_err rc;

	if (!profiles_get(settings->profiles, PROFILES_MERGED, settings_profile(settings),
	    VIEW("services"), &services))
		return SSM_OK;
	rc = profiles_get_service(settings->profiles, services.value, view_of(service),
	    VIEW("endpoint_url"), &url, &has, err);
	if (rc == SSM_OK && has)
		from_property(&url, value);
	return rc;
}

enum ssm_err
settings_endpoint(const struct settings *settings, const char *option, const char *service,
    struct setting_value *value, struct ssm_error *err)
{
	char variable[64];
	enum ssm_err rc;

	*value = (struct setting_value){ .text = VIEW_NONE };
	service_variable(variable, sizeof variable, service);
	if (from_option("--endpoint-url", option, value) ||
	    settings_is_true(settings, SETTING_IGNORE_ENDPOINT_URLS) ||
	    from_environment(variable, false, value) ||
	    from_environment("AWS_ENDPOINT_URL", false, value))
		return SSM_OK;
	if ((rc = from_services(settings, service, value, err)) == SSM_OK && value->text.ptr == NULL)
		from_profile(settings, "endpoint_url", value);
	return rc;
}
