/*
 * process/child: runs one program and takes what it says.
 *
 * Purpose:   credential_process, and ssm-credentials for ssm-sign: no shell, the environment as it is,
 *            standard output and standard error read to their ends, then the program's status.
 * Ownership: the texts are the caller's, ended by child_clear(), which wipes them.
 * Errors:    errno's numbers.
 * Does not:  limit the time: a program may be asking somebody. A signal that ends this process
 *            (SIGHUP, SIGINT, SIGTERM) goes to the program first, then takes its usual course.
 */
#ifndef SSM_PROCESS_CHILD_H
#define SSM_PROCESS_CHILD_H

#include "core/bytes.h"

struct child {
	const char *path;		/* with a slash in it: this file; else looked for in PATH */
	char *const *argv;
	bool no_input;			/* standard input is empty, else this process's */
	bool pass_messages;		/* what it says on standard error comes through as well */
	struct bytes out;		/* standard output, up to its max */
	struct bytes messages;		/* standard error, up to its max; what is more is dropped */
	bool too_long;			/* out was full: the rest is lost, and the program was told to end */
	int status;			/* of waitpid() */
};

#define CHILD_INIT(out_max, messages_max) { .path = NULL, .out = BYTES_INIT(out_max), \
	.messages = BYTES_INIT(messages_max) }

/* Runs it to its end. 0, or why it could not be started or read. */
int child_run(struct child *child) __attribute__((warn_unused_result));

void child_clear(struct child *child);

#endif
