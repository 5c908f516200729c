/*
 * keys: the credentials that need no network: environment, shared files.
 *
 * Purpose: the local part of the chain, in botocore's order. A profile that gets its keys from
 *          elsewhere (a role, SSO, a process) is told apart from one that has none: keys that the user
 *          did not mean are never used.
 * Errors:  SSM_E_CONFIG with botocore's texts; no value is in a message.
 */
#ifndef SSM_KEYS_H
#define SSM_KEYS_H

#include "credentials.h"
#include "settings.h"

/* *method is set to botocore's name of the source that answered ("env"), a static text. */
enum ssm_err keys_find(struct credentials *who, const struct settings *settings,
    const char **method, struct ssm_error *err);

/* From a file that holds a credentials document; "-" is not standard input here. */
enum ssm_err keys_from_file(struct credentials *who, const char *path, struct ssm_error *err);

#endif
