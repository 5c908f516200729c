/*
 * operation: the calls of the Systems Manager API that the suite knows.
 *
 * Purpose: a table of shapes: what goes in, under which options, and what must come out. A new
 *          operation is a row.
 * Source:  the service model ssm-2014-11-06.
 */
#ifndef SSM_OPERATION_H
#define SSM_OPERATION_H

#include "shape.h"

enum operation_use {
	OPERATION_VALUE,		/* the member's value */
	OPERATION_SUBJECT,		/* the same; '-' reads one value a line */
	OPERATION_PAGE_SIZE,		/* a member under the name that paging has for it */
	OPERATION_STARTING_TOKEN,
};

struct operation_option {
	const char *name;		/* session-id */
	const char *argument;		/* what help calls its value */
	const char *help;
	const char *member;		/* SessionId */
	enum operation_use use;
};

enum operation_check {
	OPERATION_ECHO,			/* the string that was sent */
	OPERATION_GRANT,		/* a string; without it the session is over */
	OPERATION_TEXT,			/* a string that is not empty */
	OPERATION_ITEMS,		/* an array */
	OPERATION_CONNECTED,		/* connected; notconnected is a no */
};

struct operation_result {
	const char *name;
	enum operation_check check;
};

struct operation {
	const char *command;		/* resume-session */
	const char *name;		/* ResumeSession */
	const char *purpose;		/* for --list */
	const struct shape *input, *output;
	const struct operation_option *options;	/* a row without name ends it */
	const struct operation_result *results;	/* what an answer must have; a row without name ends it */
};

#define OPERATION_OPTIONS_MAX 8		/* of one operation */

#define OPERATION_TARGET_PREFIX "AmazonSSM"
#define OPERATION_CONTENT_TYPE "application/x-amz-json-1.1"
#define OPERATION_SIGNING_NAME "ssm"

/* The table; the row without a command ends it. */
const struct operation *operation_table(void);

/* A row by command or by name, or NULL. */
const struct operation *operation_find(struct view name);

/*
 * Checks parameters as botocore does and says it with its sentences. A member `own` is the caller's
 * and left out (NULL: there is none).
 */
enum ssm_err operation_check(const struct operation *operation, const struct json_doc *parameters,
    const char *own, struct ssm_error *err);

/* The request's body: the parameters as botocore writes them, `{"SessionId": "..."}`. */
void operation_body(struct bytes *out, const struct operation *operation,
    const struct json_doc *parameters);

#endif
