/*
 * aws/operation: the calls of the Systems Manager API that the suite knows, one of STS and one of KMS.
 *
 * Purpose: a table of shapes: what goes in, under which options, and what must come out. A new
 *          operation is a row. Two are other services': who the keys belong to is STS's to tell, and the data
 *          key of a session that is encrypted is KMS's to make.
 * Source:  the service models ssm-2014-11-06, sts-2011-06-15 and kms-2014-11-01. Of GenerateDataKey without
 *          Recipient and DryRun: with them there is no Plaintext in the answer.
 */
#ifndef SSM_AWS_OPERATION_H
#define SSM_AWS_OPERATION_H

#include "aws/shape.h"

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
	OPERATION_REQUIRED_OR_ENDED,	/* a string; without it the session is over */
	OPERATION_TEXT,			/* a string that is not empty */
	OPERATION_ITEMS,		/* an array */
	OPERATION_CONNECTED,		/* connected; notconnected is a no */
};

struct operation_result {
	const char *name;
	enum operation_check check;
};

struct operation_service {
	const char *name;		/* of its settings, and as it is signed for: ssm */
	const char *target_prefix;	/* of x-amz-target, in AWS's JSON protocol */
	/*
	 * The version of its interface, in AWS's Query protocol. An answer is asked for as JSON, which wraps the
	 * members twice. NULL: it speaks JSON.
	 */
	const char *query_version;
};

struct operation {
	const char *command;		/* resume-session */
	const char *name;		/* ResumeSession */
	const char *purpose;		/* for --list */
	const struct shape *input, *output;
	const struct operation_option *options;	/* a row without name ends it */
	const struct operation_result *results;	/* what an answer must have; a row without name ends it */
	const struct operation_service *service;
};

#define OPERATION_OPTIONS_MAX 8		/* of one operation */

#define OPERATION_CONTENT_TYPE "application/x-amz-json-1.1"
#define OPERATION_QUERY_CONTENT_TYPE "application/x-www-form-urlencoded; charset=utf-8"

/* The table; the row without a command ends it. */
const struct operation *operation_table(void);

/* A row by command or by name, or NULL. */
const struct operation *operation_find(struct view name);

/* The request's body: the parameters as botocore writes them, `{"SessionId": "..."}`, or `Action=...`. */
void operation_body(struct bytes *out, const struct operation *operation,
    const struct json_doc *parameters);

#endif
