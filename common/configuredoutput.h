/*
 * configuredoutput: the output format that is configured, as ssm-request tells it.
 *
 * Purpose: for tools that read no shared file themselves.
 * Errors:  ssm-request's own, with its code; SSM_E_OTHER when it could not be asked.
 */
#ifndef SSM_CONFIGUREDOUTPUT_H
#define SSM_CONFIGUREDOUTPUT_H

#include "err.h"

#define CONFIGUREDOUTPUT_MAX 32

/* The word for a profile (NULL or empty: the current one). */
enum ssm_err configuredoutput(char word[CONFIGUREDOUTPUT_MAX], const char *profile,
    struct ssm_error *err);

#endif
