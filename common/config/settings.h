/*
 * config/settings: what the user configured, and where.
 *
 * Purpose:   one table of settings and one precedence rule for all of them: command line,
 *            environment, profile, default; each value with its origin, so that messages and
 *            --verbose can name it. The environment and the shared files are read here (and by the
 *            providers of keys) and nowhere else.
 * Ownership: heap object; values live until settings_close(). Options are borrowed.
 * Errors:    SSM_E_CONFIG with botocore's texts, behind the variable's name or the property's place.
 */
#ifndef SSM_CONFIG_SETTINGS_H
#define SSM_CONFIG_SETTINGS_H

#include "config/profiles.h"
#include "retry/retry.h"

/* The rows of the table in settings.c. */
enum setting {
	SETTING_REGION,
	SETTING_OUTPUT,
	SETTING_TIMESTAMP_FORMAT,
	SETTING_USE_FIPS_ENDPOINT,
	SETTING_USE_DUALSTACK_ENDPOINT,
	SETTING_IGNORE_ENDPOINT_URLS,
	SETTING_CA_BUNDLE,
	SETTING_RETRY_MODE,
	SETTING_MAX_ATTEMPTS,
	SETTING_DEFAULTS_MODE,
	SETTING_APP_ID,
	SETTING_METADATA_TIMEOUT,	/* seconds */
	SETTING_METADATA_ATTEMPTS,
	SETTING_METADATA_ENDPOINT,
	SETTING_METADATA_ENDPOINT_MODE,
	SETTING_METADATA_USE_IPV6,
	SETTING_METADATA_V1_DISABLED,
	SETTING_METADATA_DISABLED,
};

#define SETTING_ORIGIN_MAX 512
#define SETTINGS_ATTEMPTS_MAX 1000
#define SETTINGS_APP_ID_MAX 1000
#define SETTINGS_APP_ID_ADVISED 50

struct setting_value {
	struct view text;		/* VIEW_NONE when nothing is set */
	char origin[SETTING_ORIGIN_MAX];	/* "--region", "AWS_REGION", "PATH line 3 [default] region" */
};

struct settings;

/*
 * Chooses the profile (the option or document's, then AWS_PROFILE, AWS_DEFAULT_PROFILE, else
 * `default`) and reads the shared files. A profile that somebody named must exist. An empty name is
 * none.
 */
enum ssm_err settings_open(struct settings **settings, struct view profile_option,
    struct ssm_error *err) __attribute__((warn_unused_result));

/* The shared files alone, from where the environment says they are, whatever profile it names. */
enum ssm_err settings_load_profiles(struct profiles **profiles, struct ssm_error *err)
    __attribute__((warn_unused_result));

void settings_close(struct settings *settings);

/* The profile in use, and whether the command line (or a document) named it. */
struct view settings_profile(const struct settings *settings);
bool settings_profile_is_explicit(const struct settings *settings);

/* Who named it: "AWS_PROFILE", "default" ... */
const char *settings_profile_origin(const struct settings *settings);

/* The files as read, for the providers of keys. */
const struct profiles *settings_profiles(const struct settings *settings);

/* A shared file that is there and could not be read: its errno and path, or 0. */
int settings_unreadable(const struct settings *settings, const char **path);

/* How a setting is called in the shared files, and what it is when nobody set it (NULL: nothing). */
const char *settings_name(enum setting setting);
const char *settings_default(enum setting setting);

/*
 * The value: option (NULL or empty: not given), environment, profile. False when nothing is set. An
 * empty value is as none, but for the rows where it hides what comes behind it: the booleans and
 * SETTING_CA_BUNDLE, which is read by settings_ca_bundle().
 */
bool settings_get(const struct settings *settings, enum setting setting, const char *option,
    struct setting_value *value);

/* Only the word true, in any case, is true. */
bool settings_is_true(const struct settings *settings, enum setting setting);

/*
 * A whole number from min to max: environment, profile, default_value. Blanks around the digits do
 * not count; a sign is no digit.
 */
enum ssm_err settings_number(const struct settings *settings, enum setting setting,
    long default_value, long min, long max, long *value, struct ssm_error *err);

/*
 * One of the words that the table lists for output, retry_mode, defaults_mode or the metadata
 * service's endpoint mode: option, environment, profile, default. *choice is a constant, as the table
 * spells it; where case does not count it is lower case.
 */
enum ssm_err settings_choice(const struct settings *settings, enum setting setting,
    const char *option, const char **choice, struct ssm_error *err);

/*
 * The file of trusted authorities: option, AWS_CA_BUNDLE, the profile's ca_bundle, REQUESTS_CA_BUNDLE.
 * *path is replaced by where it is, which value->text then is, too: VIEW_NONE and empty when nothing is
 * set. A value of nothing but blanks is an error.
 */
enum ssm_err settings_ca_bundle(const struct settings *settings, const char *option, struct bytes *path,
    struct setting_value *value, struct ssm_error *err);

/* How failures are retried: retry_mode, checked. */
enum ssm_err settings_retry_mode(const struct settings *settings, const char *option,
    enum retry_mode *mode, struct ssm_error *err);

/* Attempts in all, from max_attempts, or what the mode stands for: 3, legacy 5. */
enum ssm_err settings_attempts(const struct settings *settings, enum retry_mode mode,
    unsigned *attempts, struct ssm_error *err);

/*
 * The time to connect that the (checked) defaults_mode stands for, in milliseconds; untouched in mode
 * legacy. region is the one that is called: auto compares it with the region that AWS_REGION or
 * AWS_DEFAULT_REGION names where AWS_EXECUTION_ENV is set, and asks no metadata service.
 */
enum ssm_err settings_connect_timeout(const struct settings *settings, struct view region,
    unsigned *timeout, struct ssm_error *err);

/* The application's id, as configured; VIEW_NONE when there is none. useragent.h cleans it. */
enum ssm_err settings_app_id(const struct settings *settings, struct setting_value *value,
    struct ssm_error *err);

/* The region, checked; *fips is set when it was a FIPS pseudo-region and untouched otherwise. */
enum ssm_err settings_region(const struct settings *settings, const char *option,
    struct bytes *region, bool *fips, struct ssm_error *err);

/*
 * A configured endpoint URL for a service, not checked: option, AWS_ENDPOINT_URL_<SERVICE>,
 * AWS_ENDPOINT_URL, the profile's services section, the profile's endpoint_url. service is the
 * services section's key: "ssm", "sts", "sso", "sso_oidc", "signin".
 */
enum ssm_err settings_endpoint(const struct settings *settings, const char *option,
    const char *service, struct setting_value *value, struct ssm_error *err);

/*
 * Where a service that keys come from is called: "sts", "sso" (the portal), "sso_oidc" or "signin".
 * The configured endpoint for it (settings_endpoint(), no option), else the regional host with the
 * FIPS and dual-stack settings; it ends in '/' unless configured otherwise. STS is always regional,
 * as in version 2 of the AWS CLI: sts_regional_endpoints is not read.
 * region is checked; it may be a FIPS pseudo-region: that means FIPS here, and the caller signs for
 * what endpoint_pseudo_region() makes of it. url is replaced.
 */
enum ssm_err settings_service_url(const struct settings *settings, const char *service,
    struct view region, struct bytes *url, struct ssm_error *err);

#endif
