/*
 * sso/config: what a profile says of SSO.
 *
 * Purpose:   the legacy form, where the profile says everything, and the one where it names an
 *            [sso-session NAME] that says where to log in.
 * Ownership: views into the shared files as read, which live as long as the settings.
 * Errors:    SSM_E_CONFIG with botocore's texts, "InvalidConfigError".
 */
#ifndef SSM_SSO_CONFIG_H
#define SSM_SSO_CONFIG_H

#include "config/profiles.h"

struct ssoconfig {
	struct view session;		/* VIEW_NONE: the legacy form */
	struct view start_url, region, role_name, account_id;
};

/* *found is false, and all is well, when the profile names neither a role nor an account. */
enum ssm_err ssoconfig_read(struct ssoconfig *config, const struct profiles *profiles,
    struct view profile, bool *found, struct ssm_error *err);

/*
 * What botocore asks of the profile in use before any call, keys or not: an sso_session that it names
 * must be there.
 */
enum ssm_err ssoconfig_check_session(const struct profiles *profiles, struct view profile,
    struct ssm_error *err);

/* The cache key that version 2 of the AWS CLI keeps the keys of this role under, before its hash. */
void ssoconfig_add_key_text(struct bytes *out, const struct ssoconfig *config);

#endif
