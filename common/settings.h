/*
 * settings: what the user configured, and where.
 *
 * Purpose:   one precedence rule for every setting: command line, environment, profile; each value
 *            with its origin, so that messages and --verbose can name it. The environment and the
 *            shared files are read here (and by the providers of keys) and nowhere else.
 * Ownership: heap object; values live until settings_close(). Options are borrowed.
 * Errors:    SSM_E_CONFIG with botocore's texts.
 */
#ifndef SSM_SETTINGS_H
#define SSM_SETTINGS_H

#include "profiles.h"

enum setting {
	SETTING_REGION,
	SETTING_USE_FIPS_ENDPOINT,
	SETTING_USE_DUALSTACK_ENDPOINT,
	SETTING_IGNORE_ENDPOINT_URLS,
	SETTING_CA_BUNDLE,
	SETTING_MAX_ATTEMPTS,
	SETTING_RETRY_MODE,
};

#define SETTING_ORIGIN_MAX 512

struct setting_value {
	struct view text;		/* VIEW_NONE when nothing is set */
	char origin[SETTING_ORIGIN_MAX];	/* "--region", "AWS_REGION", "PATH line 3 [default]" */
};

struct settings;

/*
 * Chooses the profile (the option or document's, then AWS_PROFILE, AWS_DEFAULT_PROFILE, else
 * `default`) and reads the shared files. A profile that somebody named must exist. An empty name is
 * none.
 */
enum ssm_err settings_open(struct settings **settings, struct view profile_option,
    struct ssm_error *err) __attribute__((warn_unused_result));

void settings_close(struct settings *settings);

/* The profile in use, and whether the command line (or a document) named it. */
struct view settings_profile(const struct settings *settings);
bool settings_profile_is_explicit(const struct settings *settings);

/* The files as read, for the providers of keys. */
const struct profiles *settings_profiles(const struct settings *settings);

/* A shared file that is there and could not be read: its errno and path, or 0. */
int settings_unreadable(const struct settings *settings, const char **path);

/* The value: option (NULL or empty: not given), environment, profile. False when nothing is set. */
bool settings_get(const struct settings *settings, enum setting setting, const char *option,
    struct setting_value *value);

/* Only the word true, in any case, is true. */
bool settings_is_true(const struct settings *settings, enum setting setting);

/* The region, checked; *fips is set when it was a FIPS pseudo-region and untouched otherwise. */
enum ssm_err settings_region(const struct settings *settings, const char *option,
    struct bytes *region, bool *fips, struct ssm_error *err);

/*
 * A configured endpoint URL for a service, not checked: option, AWS_ENDPOINT_URL_<SERVICE>,
 * AWS_ENDPOINT_URL, the profile's services section, the profile's endpoint_url. service is the
 * services section's key ("ssm").
 */
enum ssm_err settings_endpoint(const struct settings *settings, const char *option,
    const char *service, struct setting_value *value, struct ssm_error *err);

#endif
