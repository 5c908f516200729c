/*
 * profilechain: the guard against a credential_process that leads back to itself.
 *
 * Purpose:   a profile's credential_process may be `ssm-credentials --profile OTHER`, or the AWS CLI's
 *            export-credentials, whose profile has a credential_process again. Each of them notes its
 *            profile in _AWS_CLI_PROFILE_CHAIN, a row of CSV, for those it starts.
 * Errors:    SSM_E_CONFIG with the AWS CLI's texts.
 */
#ifndef SSM_PROFILECHAIN_H
#define SSM_PROFILECHAIN_H

#include "err.h"

#define PROFILECHAIN_VARIABLE "_AWS_CLI_PROFILE_CHAIN"
#define PROFILECHAIN_LENGTH_MAX 4
#define PROFILECHAIN_TEXT_MAX (64 * 1024)

/*
 * The chain's text (VIEW_NONE: nothing yet) with profile behind it, into *longer; or that profile is
 * in it already, or that there are too many.
 */
enum ssm_err profilechain_extend(struct bytes *longer, struct view chain, struct view profile,
    struct ssm_error *err);

#endif
