#include "calls/outcome.h"

#include <stdlib.h>

static const struct outcome outcome_init = { .rc = SSM_OK, .result = BYTES_INIT(0),
	.id = BYTES_INIT(JSON_DOCUMENT_MAX) };

struct outcome *
outcome_new(size_t number)
{
	struct outcome *outcome = malloc(sizeof *outcome);

	if (outcome != NULL) {
		*outcome = outcome_init;
		outcome->number = number;
	}
	return outcome;
}

void
outcome_free(struct outcome *outcome)
{
	bytes_clear(&outcome->result);
	bytes_clear(&outcome->id);
	if (outcome->err != NULL)
		ssm_error_clear(outcome->err);
	free(outcome->err);
	free(outcome);
}

/* A failure is a big struct, and most calls have none. */
static void
take_error(struct outcome *outcome, struct call *call)
{
	if (outcome->rc == SSM_OK || (outcome->err = malloc(sizeof *outcome->err)) == NULL)
		return;
	*outcome->err = call->err;
	call->err = (struct ssm_error)SSM_ERROR_INIT;
	outcome->size += sizeof *outcome->err + outcome->err->metadata.cap;
}

void
outcome_take(struct outcome *outcome, struct call *call)
{
	outcome->done = true;
	outcome->sent = call->exchange.retry.attempts > 0;
	outcome->is_text = call->is_text;
	outcome->rc = call->rc;
	outcome->result = call->result;
	call->result = (struct bytes)BYTES_INIT(0);
	bytes_set(&outcome->id, call_id(call));
	outcome->size = sizeof *outcome + outcome->result.cap + outcome->id.cap;
	take_error(outcome, call);
}
