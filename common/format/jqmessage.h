/*
 * format/jqmessage: what libjq says of a failure, in one line and without the values it failed on.
 *
 * Ownership: jv arguments are consumed.
 * Errors:    all return the status they put into *err; SSM_OK for a halt that is no failure.
 */
#ifndef SSM_FORMAT_JQMESSAGE_H
#define SSM_FORMAT_JQMESSAGE_H

#include <jv.h>

#include "core/err.h"

/* A program that does not compile; text is libjq's first message. */
enum ssm_err jqmessage_compile(struct ssm_error *err, struct view text);

/* What a program raised. */
enum ssm_err jqmessage_runtime(struct ssm_error *err, jv raised);

/* halt, or halt_error with its message. */
enum ssm_err jqmessage_halt(struct ssm_error *err, jv exit_code, jv message);

#endif
