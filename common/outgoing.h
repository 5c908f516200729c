/*
 * outgoing: the header fields of a request as they go over the wire.
 *
 * Purpose:   the document's own fields, but for those that belong to the next hop, and the few that
 *            every call of an AWS SDK has and no signature covers.
 * Ownership: fields are views into the request and into the struct outgoing.
 * Errors:    SSM_E_INPUT.
 * Does not:  draw random numbers.
 */
#ifndef SSM_OUTGOING_H
#define SSM_OUTGOING_H

#include "request.h"

#define OUTGOING_ID_BYTES 16

struct outgoing {
	struct request_header *headers;
	size_t count;
	const char *user_agent;			/* borrowed; for requests without one */
	char invocation_id[40];			/* the same for all attempts */
	char attempt[48];
};

#define OUTGOING_INIT { .headers = NULL, .count = 0 }

/* What would make of the message another one than was signed, or of the answer no document. */
enum ssm_err outgoing_check(const struct request *request, struct ssm_error *err);

/* The call's name, a version 4 UUID, from random bytes. */
void outgoing_name(struct outgoing *out, const unsigned char random[OUTGOING_ID_BYTES]);

/* The fields of attempt 1, 2 ... of attempts_max; SSM_E_OTHER when memory ends. */
enum ssm_err outgoing_set(struct outgoing *out, const struct request *request, unsigned attempt,
    unsigned attempts_max, struct ssm_error *err);

void outgoing_clear(struct outgoing *out);

#endif
