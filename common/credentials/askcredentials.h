/*
 * credentials/askcredentials: keys from ssm-credentials, for a process that opens no socket.
 *
 * Purpose:   asks ssm-credentials (cli/asktool.h) for the document of keys.
 * Errors:    those of ssm-credentials.
 */
#ifndef SSM_CREDENTIALS_ASKCREDENTIALS_H
#define SSM_CREDENTIALS_ASKCREDENTIALS_H

#include "aws/credentials.h"
#include "cli/cli.h"

#define ASKCREDENTIALS_TOOL "ssm-credentials"

/*
 * For a profile that somebody named, or VIEW_NONE: the environment then says which. `again`: there were
 * keys before, and nobody is asked for a code in the middle of the work.
 */
enum ssm_err askcredentials(struct credentials *who, const struct cli *cli, struct view profile,
    bool again, struct ssm_error *err);

#endif
