/*
 * start/command: a command line as the parameters of a document that runs it.
 *
 * Purpose: the agent parts the text of `command` into words as a shell would, and then starts the first of them
 *          (AWS-StartNonInteractiveCommand), or hands the text to sh -c (AWS-StartInteractiveCommand). Each
 *          argument is quoted, so that it arrives as it was typed in both.
 * Errors:  SSM_E_INPUT for an argument that is not UTF-8, which the API cannot carry, and for parameters that are longer
 *          than one argument of a program can be (Linux: 128 KiB).
 */
#ifndef SSM_START_COMMAND_H
#define SSM_START_COMMAND_H

#include "core/err.h"

/* The document that runs a command without a terminal, its outputs apart, and tells its exit code. */
#define COMMAND_DOCUMENT "AWS-StartNonInteractiveCommand"

#define COMMAND_PARAMETERS_MAX (128 * 1024 - 64)	/* room for the option's name */

/*
 * Appends the parameters as JSON: {"command":["..."]}, and with `separate` what makes that document keep the
 * outputs apart and tell the exit code. argv has an end, and one word at least.
 */
enum ssm_err command_parameters(struct bytes *out, char *const *argv, bool separate, struct ssm_error *err)
    __attribute__((warn_unused_result));

#endif
