/*
 * credentials/exportformat: keys in the forms that programs and shells take them in.
 *
 * Purpose:   the formats of `aws configure export-credentials` for a shell that Debian has, byte for byte,
 *            and two more: fish, and json, the whole credentials document in one line.
 * Errors:    SSM_E_CONFIG for keys that a shell would not take as plain text: export-credentials prints
 *            them as they are, and `eval` would run what they say. No key is in a message.
 */
#ifndef SSM_CREDENTIALS_EXPORTFORMAT_H
#define SSM_CREDENTIALS_EXPORTFORMAT_H

#include "aws/credentials.h"

struct exportformat;

/* By its name, or NULL. */
const struct exportformat *exportformat_find(const char *name);

/* The keys, ended by a line end; masked shows that there is a secret key or token, and not which. */
enum ssm_err exportformat_write(struct bytes *out, const struct exportformat *format,
    const struct credentials *who, bool masked, struct ssm_error *err);

/* The time as the formats have it: 2026-11-21T20:44:31+00:00. */
#define EXPORTFORMAT_TIME_LEN 25
void exportformat_time(char text[EXPORTFORMAT_TIME_LEN + 1], time_t when);

#endif
