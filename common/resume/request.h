/*
 * resume/request: the request document of a single call, made without a process for it.
 *
 * Purpose: what `ssm-request resume-session --session-id ID` would write, where nothing can be said about it.
 *          It takes no key and no network.
 * Errors:  none: where anything is unusual the stage is asked, which says what there is to say.
 */
#ifndef SSM_RESUME_REQUEST_H
#define SSM_RESUME_REQUEST_H

#include "resume/options.h"

/* Writes it to fd as a line, or writes nothing and returns false. */
bool resumerequest_write(const struct resumeoptions *given, const struct cli *cli, int fd);

#endif
