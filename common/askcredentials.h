/*
 * askcredentials: keys from ssm-credentials, for a process that opens no socket.
 *
 * Purpose:   runs the ssm-credentials beside this program (toolpath.h) and reads the document that it
 *            prints from a pipe. It may use the terminal; standard input is not its own.
 * Errors:    that of ssm-credentials: its class by the exit code, its text and code from the error
 *            document it writes; what else it said is passed on to standard error.
 */
#ifndef SSM_ASKCREDENTIALS_H
#define SSM_ASKCREDENTIALS_H

#include "cli.h"
#include "credentials.h"

#define ASKCREDENTIALS_TOOL "ssm-credentials"

/*
 * For a profile that somebody named, or VIEW_NONE: the environment then says which. `again`: there were
 * keys before, and nobody is asked for a code in the middle of the work.
 */
enum ssm_err askcredentials(struct credentials *who, const struct cli *cli, struct view profile,
    bool again, struct ssm_error *err);

#endif
