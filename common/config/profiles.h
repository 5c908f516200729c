/*
 * config/profiles: the shared config and credentials files as profiles.
 *
 * Purpose:   both files read once and looked up as botocore does: in the config file [default],
 *            [profile NAME], [sso-session NAME] and [services NAME], in the credentials file every
 *            section a profile by its very name; a property of the credentials file beats the same
 *            one of the config file.
 * Ownership: heap object; all views and paths given out live until profiles_free(), which wipes.
 * Errors:    SSM_E_CONFIG with botocore's texts: "ConfigParseError", "ProfileNotFound",
 *            "InvalidConfigError"; "out of memory". No value is in a message.
 * Does not:  read the environment, choose a profile, expand paths (pathexpand), say what a property
 *            means.
 */
#ifndef SSM_CONFIG_PROFILES_H
#define SSM_CONFIG_PROFILES_H

#include "core/err.h"

struct profiles;

/* Where to look. */
enum profiles_table {
	PROFILES_MERGED,		/* profiles of both files */
	PROFILES_CONFIG,		/* profiles, what the config file alone says */
	PROFILES_CREDENTIALS,		/* profiles, what the credentials file alone says */
	PROFILES_SSO_SESSIONS,
	PROFILES_SERVICES,
};

/* A property and where it stands. */
struct profiles_property {
	struct view name;
	struct view value;		/* nested_is() tells a nested block, in botocore no string */
	const char *path;
	unsigned line;
	struct view section;		/* the header it stands under, DEFAULT perhaps */
};

#define PROFILES_PROPERTY_INIT { .path = NULL }

/* Reads both files. An empty path, or one that leads to no regular file, is an empty file. */
enum ssm_err profiles_load(struct profiles **profiles, const char *config_path,
    const char *credentials_path, struct ssm_error *err) __attribute__((warn_unused_result));

void profiles_free(struct profiles *profiles);

/*
 * Why a file that is there was left out (errno; botocore says nothing, a tool should warn), or 0.
 * The table is PROFILES_CONFIG or PROFILES_CREDENTIALS.
 */
int profiles_unreadable(const struct profiles *profiles, enum profiles_table table);

/* Whether there is such a profile, session or services definition, be it with no property in it. */
bool profiles_has(const struct profiles *profiles, enum profiles_table table, struct view section);

/*
 * The same for a profile of both files that somebody named: SSM_E_CONFIG
 * `The config profile (NAME) could not be found`.
 */
enum ssm_err profiles_require(const struct profiles *profiles, struct view profile,
    struct ssm_error *err);

/*
 * The property (name in lower case), or false. An empty value is a value. found may be NULL, and
 * is untouched when there is none.
 */
bool profiles_get(const struct profiles *profiles, enum profiles_table table, struct view section,
    struct view name, struct profiles_property *found);

/*
 * A property of a service in a services definition:
 *
 *	[services SECTION]
 *	SERVICE =
 *	    NAME = value
 *
 * *has says whether there is one; *found is untouched when not. service is in lower case, name is
 * looked up as it is. SSM_E_CONFIG when the definition is missing or empty, or when what stands
 * behind SERVICE is no block. found->line is that of SERVICE.
 */
enum ssm_err profiles_get_service(const struct profiles *profiles, struct view section,
    struct view service, struct view name, struct profiles_property *found, bool *has,
    struct ssm_error *err) __attribute__((warn_unused_result));

/*
 * Walks: *at starts as 0, false is the end. Every name comes once, in the order of the files; every
 * property that profiles_get() would find comes once. For listings: slow on very many sections.
 */
bool profiles_next_section(const struct profiles *profiles, enum profiles_table table, size_t *at,
    struct view *section);
bool profiles_next_property(const struct profiles *profiles, enum profiles_table table,
    struct view section, size_t *at, struct profiles_property *found);

#endif
