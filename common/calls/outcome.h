/*
 * calls/outcome: what became of a document, kept until its turn on standard output comes.
 *
 * Purpose:   little beside the answer itself, so that many can wait for one that stands before them.
 * Ownership: an outcome owns its texts; outcome_free() ends it, and wipes them.
 * Errors:    memory that ends makes the outcome that failure.
 */
#ifndef SSM_CALLS_OUTCOME_H
#define SSM_CALLS_OUTCOME_H

#include "calls/call.h"

struct outcome {
	size_t number;			/* of the document, from 1 */
	bool done;			/* what follows is there */
	bool sent;			/* the request went out */
	bool is_text;			/* result is what the AWS CLI prints of the answer */
	enum ssm_err rc;
	struct bytes result;		/* the response document */
	struct bytes id;		/* raw JSON, or empty */
	struct ssm_error *err;		/* NULL of a success, and where there was no memory for it */
	size_t size;			/* of all that in memory */
	TAILQ_ENTRY(outcome) window;	/* the owner's */
};

/* Of document `number`; NULL when memory ended. */
struct outcome *outcome_new(size_t number);
void outcome_free(struct outcome *outcome);

/* The call is done: what it came to is taken over. */
void outcome_take(struct outcome *outcome, struct call *call);

#endif
