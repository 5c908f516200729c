/* settings.h: values that are more than text. */
#include "config/settings.h"

#include <stdlib.h>

#include "aws/endpoint.h"
#include "aws/partition.h"
#include "core/pathexpand.h"

#define SHOWN_MAX 100		/* of a value in a message */

#define WORDS(...) (const char *const[]){ __VA_ARGS__, NULL }

/* What the words of a setting are, and what is said of any other. */
static const struct choice {
	const char *const *words;
	bool any_case;
	const char *code, *before, *after;
} choices[] = {
	[SETTING_OUTPUT] = { WORDS("json", "text", "table", "yaml", "yaml-stream", "off"), false,
	    "InvalidConfigError", "Unknown output type: ", "" },
	[SETTING_TIMESTAMP_FORMAT] = { WORDS("iso8601", "wire"), false, "ConfigurationError",
	    "Unknown cli_timestamp_format value: ", ", valid values are \"wire\" or \"iso8601\"" },
	[SETTING_RETRY_MODE] = { WORDS("legacy", "standard", "adaptive"), false, "InvalidRetryModeError",
	    "Invalid value provided to \"mode\": \"",
	    "\" must be one of: ('legacy', 'standard', 'adaptive')" },
	[SETTING_DEFAULTS_MODE] = { WORDS("legacy", "auto", "standard", "in-region", "cross-region", "mobile"),
	    true, "InvalidDefaultsMode", "Client configured with invalid defaults mode: ",
	    ". Valid defaults modes include: legacy, auto, standard, in-region, cross-region, mobile." },
	[SETTING_METADATA_ENDPOINT_MODE] = { WORDS("ipv4", "ipv6"), true, "InvalidIMDSEndpointModeError",
	    "Invalid EC2 Instance Metadata endpoint mode: ",
	    " Valid endpoint modes (case-insensitive): ('ipv4', 'ipv6')." },
};

enum ssm_err
settings_number(const struct settings *settings, enum setting setting, long default_value,
    long min, long max, long *value, struct ssm_error *err)
{
	struct setting_value found;
	bool attempts = setting == SETTING_MAX_ATTEMPTS, good, above;
	unsigned long long number;

	*value = default_value;
	if (!settings_get(settings, setting, NULL, &found))
		return SSM_OK;
	good = view_number(view_trim(found.text), &number);
	above = good && number > (unsigned long long)max;
	if (good && !above && (long)number >= min) {
		*value = (long)number;
		return SSM_OK;
	}
	return ssm_fail(err, SSM_E_CONFIG,
	    attempts ? "InvalidMaxRetryAttemptsError" : "InvalidConfigError",
	    "%s: Value provided to \"%s\": %.*s must be an integer %s than or equal to %ld.",
	    found.origin, settings_name(setting), VIEW_ARG_CUT(found.text, SHOWN_MAX),
	    above ? "less" : "greater", above ? max : min);
}

enum ssm_err
settings_choice(const struct settings *settings, enum setting setting, const char *option,
    const char **choice, struct ssm_error *err)
{
	const struct choice *row = &choices[setting];
	struct setting_value value;

	*choice = settings_default(setting);
	if (!settings_get(settings, setting, option, &value))
		return SSM_OK;
	for (size_t i = 0; row->words[i] != NULL; i++)
		if (row->any_case ? view_equal_nocase(value.text, view_of(row->words[i])) :
		    view_is(value.text, row->words[i])) {
			*choice = row->words[i];
			return SSM_OK;
		}
	return ssm_fail(err, SSM_E_CONFIG, row->code, "%s: %s%.*s%s", value.origin, row->before,
	    VIEW_ARG_CUT(value.text, SHOWN_MAX), row->after);
}

enum ssm_err
settings_ca_bundle(const struct settings *settings, const char *option, struct bytes *path,
    struct setting_value *value, struct ssm_error *err)
{
	bytes_reset(path);
	if (!settings_get(settings, SETTING_CA_BUNDLE, option, value))
		return SSM_OK;
	if (view_trim(value->text).len > 0) {
		if (pathexpand_given(path, value->text) == NULL)
			return ssm_fail_memory(err);
		value->text = bytes_view(path);
		return SSM_OK;
	}
	return ssm_fail(err, SSM_E_CONFIG, "InvalidConfigError", "%s: Invalid CA bundle: the configured "
	    "value (ca_bundle, AWS_CA_BUNDLE, REQUESTS_CA_BUNDLE, or verify) resolved to an empty or "
	    "whitespace-only string. Provide a valid path to a CA bundle file.", value->origin);
}

enum ssm_err
settings_retry_mode(const struct settings *settings, const char *option, enum retry_mode *mode,
    struct ssm_error *err)
{
	const char *word;
	enum ssm_err rc = settings_choice(settings, SETTING_RETRY_MODE, option, &word, err);

	if (rc == SSM_OK)
		*mode = retry_mode_of(word);
	return rc;
}

enum ssm_err
settings_attempts(const struct settings *settings, enum retry_mode mode, unsigned *attempts,
    struct ssm_error *err)
{
	long number;
	enum ssm_err rc = settings_number(settings, SETTING_MAX_ATTEMPTS,
	    (long)retry_attempts_default(mode), 1, SETTINGS_ATTEMPTS_MAX, &number, err);

	*attempts = (unsigned)number;
	return rc;
}

/* What auto stands for: the mode by where this runs, as far as the environment tells. */
static const char *
mode_of_place(struct view region)
{
	const char *execution = getenv("AWS_EXECUTION_ENV"), *here = getenv("AWS_REGION");

	if (here == NULL)
		here = getenv("AWS_DEFAULT_REGION");
	if (execution == NULL || *execution == '\0' || here == NULL || *here == '\0')
		return "standard";
	return view_is(region, here) ? "in-region" : "cross-region";
}

enum ssm_err
settings_connect_timeout(const struct settings *settings, struct view region, unsigned *timeout,
    struct ssm_error *err)
{
	static const struct {
		const char *mode;
		unsigned timeout;
	} modes[] = {
		{ "standard", 3100 }, { "cross-region", 3100 }, { "in-region", 1100 },
		{ "mobile", 30000 },
	};
	const char *mode;
	enum ssm_err rc = settings_choice(settings, SETTING_DEFAULTS_MODE, NULL, &mode, err);

	if (rc != SSM_OK)
		return rc;
	if (strcmp(mode, "auto") == 0)
		mode = mode_of_place(region);
	for (size_t i = 0; i < ARRAY_LEN(modes); i++)
		if (strcmp(mode, modes[i].mode) == 0)
			*timeout = modes[i].timeout;
	return SSM_OK;
}

enum ssm_err
settings_app_id(const struct settings *settings, struct setting_value *value,
    struct ssm_error *err)
{
	if (!settings_get(settings, SETTING_APP_ID, NULL, value) ||
	    value->text.len <= SETTINGS_APP_ID_MAX)
		return SSM_OK;
	return ssm_fail(err, SSM_E_CONFIG, "InvalidConfigError",
	    "%s: an application id of more than %d bytes", value->origin, SETTINGS_APP_ID_MAX);
}

/* region is set to the plain one; a pseudo-region means FIPS. */
static enum ssm_err
read_region(struct bytes *region, struct view text, bool *fips, struct ssm_error *err)
{
	enum ssm_err rc = region_check(text, err);

	bytes_reset(region);
	if (rc != SSM_OK)
		return rc;
	bytes_set(region, text);
	if (!endpoint_pseudo_region(region))
		return bytes_failed(region) ? ssm_fail_memory(err) : SSM_OK;
	*fips = true;
	return region_check(bytes_view(region), err);
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
	rc = read_region(region, value.text, fips, err);
	if (rc != SSM_OK && (option == NULL || *option == '\0'))
		ssm_error_prefix(err, "%s: ", value.origin);
	return rc;
}

enum ssm_err
settings_service_url(const struct settings *settings, const char *service, struct view region,
    struct bytes *url, struct ssm_error *err)
{
	struct setting_value custom;
	struct bytes plain = BYTES_INIT(REGION_LEN_MAX + 1);
	bool fips = settings_is_true(settings, SETTING_USE_FIPS_ENDPOINT);
	bool dual_stack = settings_is_true(settings, SETTING_USE_DUALSTACK_ENDPOINT);
	enum ssm_err rc;

	bytes_reset(url);
	if ((rc = settings_endpoint(settings, NULL, service, &custom, err)) == SSM_OK &&
	    (rc = read_region(&plain, region, &fips, err)) == SSM_OK) {
		if (custom.text.ptr != NULL)
			rc = endpoint_custom(url, custom.text, custom.origin, err);
		else
			endpoint_service_url(url, service, bytes_view(&plain), fips, dual_stack);
	}
	if (rc == SSM_OK && bytes_failed(url))
		rc = ssm_fail_memory(err);
	bytes_clear(&plain);
	return rc;
}
