/*
 * credentials/sources: the sources of credentials, in the order of botocore's chain.
 *
 * Purpose: one row a source: its name, who looks there, what it may serve. chain goes through all of
 *          them, local_chain as far as it gets without a network.
 */
#ifndef SSM_CREDENTIALS_SOURCES_H
#define SSM_CREDENTIALS_SOURCES_H

#include "credentials/provider.h"

enum {
	SOURCE_ENV,
	SOURCE_ASSUME_ROLE,
	SOURCE_WEB_IDENTITY,
	SOURCE_SSO,
	SOURCE_CREDENTIALS_FILE,
	SOURCE_LOGIN,
	SOURCE_PROCESS,
	SOURCE_CONFIG_FILE,
	SOURCE_CONTAINER,
	SOURCE_IMDS,
	SOURCES,
};

/* Whether a source that needs the network would answer, or fail: this alone decides whose turn it is. */
typedef bool source_applies(const struct settings *settings);

/* One of local and applies is NULL. */
struct source {
	const char *method;			/* botocore's name */
	provider_find *local;			/* ssm-sign looks here itself; else ssm-credentials does */
	source_applies *applies;
	bool serves_source_profile;		/* the keys of a role's source_profile may be found here */
};

extern const struct source sources[SOURCES];

#endif
