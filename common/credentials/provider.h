/*
 * credentials/provider: one source of keys in the chain.
 *
 * Purpose:   what every provider_*.c implements and the chain calls: a look for keys that ends in
 *            keys, in a reason why this source has none, or in an error that ends the search.
 * Ownership: keys go to *who, which the caller clears; a provider leaves it empty unless it answers.
 * Errors:    SSM_E_CONFIG with botocore's texts (SSM_E_AGAIN when a network source did not answer and
 *            might later); no message, reason or origin holds a secret.
 */
#ifndef SSM_CREDENTIALS_PROVIDER_H
#define SSM_CREDENTIALS_PROVIDER_H

#include "aws/credentials.h"
#include "config/settings.h"

#define PROVIDER_TEXT_MAX 512
#define PROVIDER_VISITED_MAX 32
#define PROVIDER_REGION_MAX 63

struct aws_client;

/* Asks the person at the terminal, without echo. SSM_E_CONFIG when there is no terminal. */
typedef enum ssm_err provider_prompt(void *context, const char *text, struct bytes *answer,
    struct ssm_error *err);

/* One search: what the providers of a chain share. */
struct provider_search {
	const struct settings *settings;	/* of the profile that was asked for */
	const char *region_option;		/* --region, or NULL: as the settings say */
	struct aws_client *client;			/* NULL: providers that need the network do not answer */
	bool use_cache;				/* ~/.aws/cli/cache and ~/.aws/sso/cache */
	time_t now;
	provider_prompt *prompt;		/* NULL: nobody can be asked */
	void *prompt_context;
	bool asked;				/* somebody was, in an earlier look: nobody is again */
	struct view visited[PROVIDER_VISITED_MAX];	/* profiles of the role chain so far */
	size_t visited_count;
	char region[PROVIDER_REGION_MAX + 1];	/* the metadata service's, once it was asked; imds_region.h */
	bool region_asked;
	bool input_is_taken;			/* standard input is the tool's own: no child reads from it */
};

/* What came of one provider, for --explain, --verbose and the message that nothing was found. */
struct provider_result {
	bool found;
	char why_not[PROVIDER_TEXT_MAX];	/* "AWS_ACCESS_KEY_ID is not set" */
	char origin[PROVIDER_TEXT_MAX];		/* "PATH line 3 [default]", "http://169.254.169.254/, role R" */
};

/*
 * Looks for the keys of `profile` (a name in the merged profiles; of the search or of a
 * source_profile). found is false when this source has none; then why_not says so.
 */
typedef enum ssm_err provider_find(struct provider_search *search, struct view profile,
    struct credentials *who, struct provider_result *result, struct ssm_error *err);

/* With botocore's method names; their order is that of sources.c. */
provider_find provider_env;			/* env */
provider_find provider_assume_role;		/* assume-role */
provider_find provider_web_identity;		/* assume-role-with-web-identity */
provider_find provider_sso;			/* sso */
provider_find provider_credentials_file;	/* shared-credentials-file */
provider_find provider_login;			/* login */
provider_find provider_process;			/* custom-process */
provider_find provider_config_file;		/* config-file */
provider_find provider_container;		/* container-role */
provider_find provider_imds;			/* iam-role */

/* Sets why_not (printf-formatted) and returns SSM_OK: this source has no keys. */
enum ssm_err provider_absent(struct provider_result *result, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
