/*
 * start/askedport: the port of this machine that a request for a session names.
 *
 * Purpose:   who writes a document of forwarded ports and its localPortNumber out, as the AWS CLI wants them, finds a port
 *            in use told as early as with -L. What is read is ssm-request's own document, whatever form was typed.
 * Errors:    none: what is not understood here is for others to refuse, and a document whose parameters are in a file is
 *            left to ssm-stream: there are files that can be read only once.
 */
#ifndef SSM_START_ASKEDPORT_H
#define SSM_START_ASKEDPORT_H

#include "start/options.h"

/*
 * Runs ssm-request. False when there is none, or any will do: *address is as it was then. A signal that comes meanwhile
 * ends the process.
 */
bool askedport_find(const struct startoptions *given, const struct cli *cli, struct portsaddress *address);

#endif
