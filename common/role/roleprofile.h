/*
 * role/roleprofile: what a profile says about the role it stands for.
 *
 * Purpose:   role_arn, source_profile, credential_source and what goes with them, checked as botocore
 *            checks them before it asks anybody.
 * Ownership: views live as long as the profiles.
 * Errors:    SSM_E_CONFIG with botocore's texts.
 */
#ifndef SSM_ROLE_ROLEPROFILE_H
#define SSM_ROLE_ROLEPROFILE_H

#include "credentials/provider.h"

#define ROLEPROFILE_METHOD "assume-role"
#define ROLEPROFILE_DURATION_MAX 20	/* digits */

/* VIEW_NONE: the profile has no such property. */
struct roleprofile {
	struct view profile;
	struct view role_arn, session_name, external_id, mfa_serial;
	struct view source_profile, credential_source;	/* just one of the two is there */
	char duration[ROLEPROFILE_DURATION_MAX + 2];	/* a number in decimal, or empty */
	const char *path;				/* where role_arn stands */
	unsigned line;
	struct view section;
};

/* Whether its keys are those of a role, asked for with other keys. */
bool roleprofile_is_role(const struct profiles *profiles, struct view profile);

bool roleprofile_has_token_file(const struct profiles *profiles, struct view profile);

/* Either half of a pair counts. */
bool roleprofile_has_static_keys(const struct profiles *profiles, struct view profile);

/* Of a profile that is a role's. Does not look at the source profile. */
enum ssm_err roleprofile_read(struct roleprofile *role, const struct profiles *profiles,
    struct view profile, struct ssm_error *err);

/* The provider that a credential_source means, or NULL. */
provider_find *roleprofile_source(struct view credential_source);

#endif
