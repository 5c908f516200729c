/*
 * format/members: the members of a response that the AWS CLI shows.
 *
 * Purpose:   with an operation, at each level those of its model that have a value, in the model's order,
 *            and times as text (cli_timestamp_format); else all but ResponseMetadata. What is of another
 *            type than the model has it stays as it is.
 * Ownership: the result shares the document's parts and lives in the arena.
 * Errors:    SSM_E_INPUT for a time that cannot be one, with the member's name; out of memory.
 */
#ifndef SSM_FORMAT_MEMBERS_H
#define SSM_FORMAT_MEMBERS_H

#include "aws/operation.h"
#include "json/value.h"

struct members_shown {
	const struct operation *operation;	/* or NULL */
	bool metadata;				/* ResponseMetadata too, behind the others */
	bool wire_times;			/* times as they came */
};

/* A document that is NULL could not be made: memory ended. */
enum ssm_err members_select(const struct value **shown, struct arena *arena,
    const struct value *document, const struct members_shown *which, struct ssm_error *err);

#endif
