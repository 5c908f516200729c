/*
 * sso/advice: what a person does next when SSO gave no keys.
 *
 * Purpose: botocore's texts say what was wrong; only one of them says what to do. Behind the others stands:
 *          log in, mend the profile, see that the role is yours, or try again later.
 */
#ifndef SSM_SSO_ADVICE_H
#define SSM_SSO_ADVICE_H

#include "core/err.h"

/* Adds to a failure of SSO for that profile. */
void ssoadvice_add(struct ssm_error *err, struct view profile);

#endif
