/*
 * credentials/chain: all sources in order; the first that answers wins.
 *
 * Purpose:   the default chain of botocore, and what each source said on the way.
 * Ownership: keys go to the caller's struct credentials.
 * Errors:    a provider's error ends the search. When none answers: SSM_E_CONFIG, NoCredentialsError,
 *            `Unable to locate credentials.`; the attempts then say why not.
 */
#ifndef SSM_CREDENTIALS_CHAIN_H
#define SSM_CREDENTIALS_CHAIN_H

#include "credentials/sources.h"

struct chain_attempt {
	const char *method;		/* env, assume-role, ... */
	struct provider_result result;
};

struct chain {
	struct chain_attempt attempts[SOURCES];
	size_t count;			/* tried so far; the last one answered or failed */
};

/* The whole chain for the profile of search->settings. */
enum ssm_err chain_find(struct chain *chain, struct provider_search *search,
    struct credentials *who, struct ssm_error *err);

/*
 * Those sources alone that serve a source_profile, asked for `profile`. *method is the one that answered, NULL when none did.
 */
enum ssm_err chain_find_profile(struct provider_search *search, struct view profile,
    struct credentials *who, const char **method, struct ssm_error *err);

#endif
