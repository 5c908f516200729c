/*
 * start/newest: which session of a list began last.
 *
 * Purpose: among the pages that ssm-describe-sessions prints, one document a line; the service promises no order.
 *          AWS's own documents for ports, SSH and commands without a terminal are left out: what another process has
 *          begun there nobody can go on with (stream/adoption).
 * Errors:  SSM_E_NO when there is none, SSM_E_INPUT for what is no page.
 */
#ifndef SSM_START_NEWEST_H
#define SSM_START_NEWEST_H

#include "aws/id.h"

/* What the names of these documents begin with, as a regular expression for jq; newest.c has them, too. */
#define NEWEST_OTHERS "^AWS-Start(PortForwarding|SSH|NonInteractive)"

/* Of several that began at the same time it is the last one listed, as with jq's max_by. */
enum ssm_err newest_find(char id[ID_SESSION_MAX + 1], struct view pages, struct ssm_error *err)
    __attribute__((warn_unused_result));

#endif
