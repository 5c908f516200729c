/*
 * keys: the credentials that ssm-sign finds by itself, and where the others are to be asked for.
 *
 * Purpose: the chain, in botocore's order, for a process that opens no socket: the environment, the
 *          shared files and credential_process are looked at here. A source that needs the network
 *          ends the search where its turn comes: ssm-credentials has to be asked, keys that the user
 *          did not mean are never used.
 * Errors:  SSM_E_CONFIG with botocore's texts; no value is in a message.
 */
#ifndef SSM_KEYS_H
#define SSM_KEYS_H

#include "credentials.h"
#include "settings.h"

struct keys_source {
	const char *method;		/* botocore's name, a static text */
	bool elsewhere;			/* ssm-credentials has to be asked; there are no keys yet */
};

/* On success the keys, or *source says that they are elsewhere. Standard input is left alone. */
enum ssm_err keys_find(struct credentials *who, const struct settings *settings,
    struct keys_source *source, struct ssm_error *err);

/* From a file that holds a credentials document; "-" is not standard input here. */
enum ssm_err keys_from_file(struct credentials *who, const char *path, struct ssm_error *err);

#endif
