/*
 * process/terminal: a question to the person at the terminal.
 *
 * Purpose:   asks on /dev/tty, whatever standard input and output are, and reads a line without
 *            showing it. The terminal is as it was afterwards, when a signal ends or stops the process
 *            as well.
 * Errors:    SSM_E_CONFIG when there is no terminal, or the person gives no answer.
 */
#ifndef SSM_PROCESS_TERMINAL_H
#define SSM_PROCESS_TERMINAL_H

#include "core/err.h"

/* A provider_prompt; context is not used. *answer is the line, blanks at its ends dropped. */
enum ssm_err terminal_ask(void *context, const char *text, struct bytes *answer,
    struct ssm_error *err);

#endif
