/*
 * operation: the calls of the Systems Manager API that the suite knows.
 *
 * Purpose: a table of shapes: what goes in, what must come out. A new operation is a row.
 * Source:  the service model ssm-2014-11-06.
 */
#ifndef SSM_OPERATION_H
#define SSM_OPERATION_H

#include "json.h"

enum operation_type { OPERATION_STRING };

struct operation_member {
	const char *name;		/* SessionId */
	const char *option;		/* session-id */
	enum operation_type type;
	bool required;
	size_t length_min;		/* characters; maxima are the service's affair */
};

struct operation {
	const char *command;		/* resume-session */
	const char *name;		/* ResumeSession */
	const char *purpose;		/* for --list */
	const struct operation_member *input;	/* a row without name ends it */
	const char *const *output;	/* members an answer must have, none empty; NULL ends it */
};

#define OPERATION_TARGET_PREFIX "AmazonSSM"
#define OPERATION_CONTENT_TYPE "application/x-amz-json-1.1"
#define OPERATION_SIGNING_NAME "ssm"

/* The table; the row without a command ends it. */
const struct operation *operation_table(void);

/* A row by command or by name, or NULL. */
const struct operation *operation_find(struct view name);

/* The member of the input that is the operation's subject: the first one. */
const struct operation_member *operation_member(const struct operation *operation,
    struct view name);

/*
 * Checks parameters (the member `id` is the caller's own and left out) as botocore does and says it
 * with its sentences, "; " between several.
 */
enum ssm_err operation_check(const struct operation *operation, const struct json_doc *parameters,
    struct ssm_error *err);

/* The request's body: the parameters as botocore writes them, `{"SessionId": "..."}`. */
void operation_body(struct bytes *out, const struct operation *operation,
    const struct json_doc *parameters);

#endif
