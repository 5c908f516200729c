#include "config/settings.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/ascii.h"
#include "core/pathexpand.h"

struct row {
	const char *variables[2];
	const char *property;		/* NULL: the shared files cannot set it */
	const char *fallback_variable;	/* behind the profile */
	const char *option;
	const char *default_value;
	bool empty_is_value;		/* and hides what comes behind it */
};

static const struct row rows[] = {
	[SETTING_REGION] = { .variables = { "AWS_REGION", "AWS_DEFAULT_REGION" },
	    .property = "region", .option = "--region" },
	[SETTING_OUTPUT] = { .variables = { "AWS_DEFAULT_OUTPUT" }, .property = "output",
	    .option = "--output", .default_value = "json" },
	[SETTING_TIMESTAMP_FORMAT] = { .property = "cli_timestamp_format", .default_value = "iso8601",
	    .empty_is_value = true },
	[SETTING_USE_FIPS_ENDPOINT] = { .variables = { "AWS_USE_FIPS_ENDPOINT" },
	    .property = "use_fips_endpoint", .default_value = "false", .empty_is_value = true },
	[SETTING_USE_DUALSTACK_ENDPOINT] = { .variables = { "AWS_USE_DUALSTACK_ENDPOINT" },
	    .property = "use_dualstack_endpoint", .default_value = "false", .empty_is_value = true },
	[SETTING_IGNORE_ENDPOINT_URLS] = { .variables = { "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS" },
	    .property = "ignore_configured_endpoint_urls", .default_value = "false",
	    .empty_is_value = true },
	[SETTING_CA_BUNDLE] = { .variables = { "AWS_CA_BUNDLE" }, .property = "ca_bundle",
	    .fallback_variable = "REQUESTS_CA_BUNDLE", .option = "--ca-bundle",
	    .empty_is_value = true },
	[SETTING_RETRY_MODE] = { .variables = { "AWS_RETRY_MODE" }, .property = "retry_mode",
	    .option = "--retry-mode", .default_value = "standard" },
	[SETTING_MAX_ATTEMPTS] = { .variables = { "AWS_MAX_ATTEMPTS" }, .property = "max_attempts",
	    .option = "--max-attempts" },
	[SETTING_DEFAULTS_MODE] = { .variables = { "AWS_DEFAULTS_MODE" },
	    .property = "defaults_mode", .default_value = "legacy" },
	[SETTING_APP_ID] = { .variables = { "AWS_SDK_UA_APP_ID" }, .property = "sdk_ua_app_id" },
	[SETTING_METADATA_TIMEOUT] = { .variables = { "AWS_METADATA_SERVICE_TIMEOUT" },
	    .property = "metadata_service_timeout", .default_value = "1" },
	[SETTING_METADATA_ATTEMPTS] = { .variables = { "AWS_METADATA_SERVICE_NUM_ATTEMPTS" },
	    .property = "metadata_service_num_attempts", .default_value = "1" },
	[SETTING_METADATA_ENDPOINT] = { .variables = { "AWS_EC2_METADATA_SERVICE_ENDPOINT" },
	    .property = "ec2_metadata_service_endpoint" },
	[SETTING_METADATA_ENDPOINT_MODE] = {
	    .variables = { "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE" },
	    .property = "ec2_metadata_service_endpoint_mode", .default_value = "ipv4" },
	[SETTING_METADATA_USE_IPV6] = { .variables = { "AWS_IMDS_USE_IPV6" },
	    .property = "imds_use_ipv6", .default_value = "false", .empty_is_value = true },
	[SETTING_METADATA_V1_DISABLED] = { .variables = { "AWS_EC2_METADATA_V1_DISABLED" },
	    .property = "ec2_metadata_v1_disabled", .default_value = "false", .empty_is_value = true },
	[SETTING_METADATA_DISABLED] = { .variables = { "AWS_EC2_METADATA_DISABLED" },
	    .default_value = "false", .empty_is_value = true },
};

struct settings {
	struct profiles *profiles;
	struct bytes profile, config_path, credentials_path;
	const char *profile_origin;
	bool explicit;
};

static bool
from_environment(const char *name, bool empty_is_value, struct setting_value *value)
{
	const char *text = name == NULL ? NULL : getenv(name);

	if (text == NULL || (*text == '\0' && !empty_is_value))
		return false;
	value->text = view_of(text);
	snprintf(value->origin, sizeof value->origin, "%s", name);
	return true;
}

/* An empty value has no NULL in it: that would be no value. */
static void
take_property(const struct profiles_property *property, struct setting_value *value)
{
	value->text = property->value.len == 0 ? VIEW("") : property->value;
	snprintf(value->origin, sizeof value->origin, "%s line %u [%.*s] %.*s", property->path,
	    property->line, VIEW_ARG(property->section), VIEW_ARG(property->name));
}

static bool
from_profile(const struct settings *settings, const char *name, bool empty_is_value,
    struct setting_value *value)
{
	struct profiles_property property = PROFILES_PROPERTY_INIT;

	if (name == NULL || !profiles_get(settings->profiles, PROFILES_MERGED,
	    settings_profile(settings), view_of(name), &property) ||
	    (property.value.len == 0 && !empty_is_value))
		return false;
	take_property(&property, value);
	return true;
}

static bool
from_option(const char *name, const char *option, struct setting_value *value)
{
	if (option == NULL || *option == '\0')
		return false;
	value->text = view_of(option);
	snprintf(value->origin, sizeof value->origin, "%s", name == NULL ? "the command line" : name);
	return true;
}

/* The profile's name; true when somebody named it. */
static bool
choose_profile(struct settings *settings, struct view option)
{
	static const char *const variables[] = { "AWS_PROFILE", "AWS_DEFAULT_PROFILE" };
	struct setting_value value = { .text = VIEW_NONE };

	settings->explicit = option.len > 0;
	settings->profile_origin = option.len > 0 ? "--profile" : "default";
	bytes_set(&settings->profile, option.len > 0 ? option : VIEW("default"));
	for (size_t i = 0; i < ARRAY_LEN(variables) && option.len == 0; i++)
		if (from_environment(variables[i], false, &value)) {
			bytes_set(&settings->profile, value.text);
			settings->profile_origin = variables[i];
			return true;
		}
	return settings->explicit;
}

static const char *
shared_path(struct bytes *path, const char *variable, const char *default_path)
{
	const char *text = getenv(variable);

	pathexpand(path, view_of(text != NULL ? text : default_path), getenv);
	return bytes_cstr(path);
}

/* Where the shared files are, in the two buffers. */
static enum ssm_err
load_profiles(struct profiles **profiles, struct bytes *config_path, struct bytes *credentials_path,
    struct ssm_error *err)
{
	const char *config = shared_path(config_path, "AWS_CONFIG_FILE", "~/.aws/config");
	const char *credentials = shared_path(credentials_path, "AWS_SHARED_CREDENTIALS_FILE",
	    "~/.aws/credentials");

	if (config == NULL || credentials == NULL)
		return ssm_fail_memory(err);
	return profiles_load(profiles, config, credentials, err);
}

enum ssm_err
settings_load_profiles(struct profiles **profiles, struct ssm_error *err)
{
	struct bytes config = BYTES_INIT(PATHEXPAND_MAX), credentials = BYTES_INIT(PATHEXPAND_MAX);
	enum ssm_err rc = load_profiles(profiles, &config, &credentials, err);

	bytes_clear(&config);
	bytes_clear(&credentials);
	return rc;
}

enum ssm_err
settings_open(struct settings **settings, struct view profile_option, struct ssm_error *err)
{
	struct settings *new = malloc(sizeof *new);
	bool named;
	enum ssm_err rc;

	*settings = NULL;
	if (new == NULL)
		return ssm_fail_memory(err);
	*new = (struct settings){ .profile = BYTES_INIT(PATHEXPAND_MAX),
	    .config_path = BYTES_INIT(PATHEXPAND_MAX), .credentials_path = BYTES_INIT(PATHEXPAND_MAX) };
	named = choose_profile(new, profile_option);
	if (bytes_failed(&new->profile))
		rc = ssm_fail_memory(err);
	else if ((rc = load_profiles(&new->profiles, &new->config_path, &new->credentials_path,
	    err)) == SSM_OK && named)
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

const char *
settings_profile_origin(const struct settings *settings)
{
	return settings->profile_origin;
}

const struct profiles *
settings_profiles(const struct settings *settings)
{
	return settings->profiles;
}

int
settings_unreadable(const struct settings *settings, const char **path)
{
	int errnum = profiles_unreadable(settings->profiles, PROFILES_CONFIG);

	*path = settings->config_path.ptr;
	if (errnum == 0) {
		errnum = profiles_unreadable(settings->profiles, PROFILES_CREDENTIALS);
		*path = settings->credentials_path.ptr;
	}
	return errnum;
}

const char *
settings_name(enum setting setting)
{
	return rows[setting].property != NULL ? rows[setting].property : rows[setting].variables[0];
}

const char *
settings_default(enum setting setting)
{
	return rows[setting].default_value;
}

bool
settings_get(const struct settings *settings, enum setting setting, const char *option,
    struct setting_value *value)
{
	const struct row *row = &rows[setting];
	bool empty = row->empty_is_value;

	*value = (struct setting_value){ .text = VIEW_NONE };
	return from_option(row->option, option, value) ||
	    from_environment(row->variables[0], empty, value) ||
	    from_environment(row->variables[1], empty, value) ||
	    from_profile(settings, row->property, empty, value) ||
	    from_environment(row->fallback_variable, empty, value);
}

bool
settings_is_true(const struct settings *settings, enum setting setting)
{
	struct setting_value value;

	return settings_get(settings, setting, NULL, &value) &&
	    view_equal_nocase(value.text, VIEW("true"));
}

static void
service_variable(char *name, size_t size, const char *service)
{
	int len = snprintf(name, size, "AWS_ENDPOINT_URL_%s", service);

	for (int i = 0; i < len; i++)
		name[i] = ascii_upper(name[i]);
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
	if (rc == SSM_OK && has && url.value.len > 0)
		take_property(&url, value);
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
		from_profile(settings, "endpoint_url", false, value);
	return rc;
}
