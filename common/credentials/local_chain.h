/*
 * credentials/local_chain: the credentials that ssm-sign finds by itself.
 *
 * Purpose: the chain, in botocore's order, for a process that opens no socket: the environment, the
 *          shared files and credential_process are looked at here. A source that needs the network
 *          ends the search where its turn comes: ssm-credentials has to be asked, keys that the user
 *          did not mean are never used.
 * Errors:  SSM_E_CONFIG with botocore's texts; no value is in a message.
 */
#ifndef SSM_CREDENTIALS_LOCAL_CHAIN_H
#define SSM_CREDENTIALS_LOCAL_CHAIN_H

#include "credentials/sources.h"

/*
 * *answer is the source that has the keys, or had an error; when it is not a local one the keys are not
 * here, and ssm-credentials has to be asked. Standard input is left alone.
 */
enum ssm_err local_chain_find(struct credentials *who, const struct settings *settings,
    const struct source **answer, struct ssm_error *err);

#endif
