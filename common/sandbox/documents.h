/*
 * sandbox/documents: the Session documents that StartSession can name, and what their parameters ask for.
 *
 * Purpose: SSM-SessionManagerRunShell and no document: a shell; AWS-StartInteractiveCommand and
 *          AWS-StartNonInteractiveCommand with `command`, the latter with `separateOutputStream` too (false unless
 *          it is "true", as in AWS's document); AWS-StartSSHSession with `portNumber` (22); AWS-StartPortForwardingSession
 *          with `portNumber` (80) and `localPortNumber` (0), the same ToRemoteHost with `host`.
 * Errors:  in the answer, as AWS has them: InvalidDocument, and InvalidParameters for a parameter that a document has not, or
 *          a value that is none.
 */
#ifndef SSM_SANDBOX_DOCUMENTS_H
#define SSM_SANDBOX_DOCUMENTS_H

#include "sandbox/call.h"
#include "sandbox/channel/channels.h"

/* *command is appended to. False: the answer is the error. */
bool sandbox_document_read(struct sandbox_call *call, struct view document, struct sandbox_purpose *purpose,
    struct bytes *command);

#endif
