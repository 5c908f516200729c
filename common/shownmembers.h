/*
 * shownmembers: the members of a response that the AWS CLI shows.
 *
 * Purpose:   with an operation, those of its model that have a value, in the model's order; else all
 *            but ResponseMetadata.
 * Ownership: the result shares the document's parts and lives in the arena.
 * Errors:    NULL when memory ended.
 */
#ifndef SSM_SHOWNMEMBERS_H
#define SSM_SHOWNMEMBERS_H

#include "operation.h"
#include "value.h"

struct shownmembers {
	const struct operation *operation;	/* or NULL */
	bool metadata;				/* ResponseMetadata too, behind the others */
};

/* NULL for a document that is NULL. */
const struct value *shownmembers(struct arena *arena, const struct value *document,
    const struct shownmembers *which);

#endif
