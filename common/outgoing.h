/*
 * outgoing: the header fields of a request as they go over the wire.
 *
 * Purpose:   the document's own fields, but for those that belong to the next hop, and the few that
 *            every call of an AWS SDK has and no signature covers.
 * Ownership: fields are views into the request and into the struct outgoing.
 * Units:     milliseconds; now, and when an answer came, since 1970.
 * Errors:    SSM_E_INPUT.
 * Does not:  draw random numbers, read the clock.
 */
#ifndef SSM_OUTGOING_H
#define SSM_OUTGOING_H

#include "httphead.h"
#include "request.h"

#define OUTGOING_ID_BYTES 16

struct outgoing {
	struct request_header *headers;
	size_t count;
	const char *user_agent;			/* borrowed; for requests without one */
	char invocation_id[40];			/* the same for all attempts */
	char attempt[80];
	bool dated;				/* the last answer had a Date */
	long long ahead;			/* then: by how much it was ahead of this machine's clock */
};

#define OUTGOING_INIT { .headers = NULL, .count = 0 }

/* What would make of the message another one than was signed, or of the answer no document. */
enum ssm_err outgoing_check(const struct request *request, struct ssm_error *err);

/* The call's name, a version 4 UUID, from random bytes. */
void outgoing_name(struct outgoing *out, const unsigned char random[OUTGOING_ID_BYTES]);

/* An attempt has ended, with the head of its answer; one that is not whole is none. */
void outgoing_answered(struct outgoing *out, const struct httphead *head, long long now);

struct outgoing_attempt {
	unsigned number, max;			/* 1, 2 ... of max */
	long long now;
	unsigned read_timeout;			/* 0: none */
};

/*
 * The fields of an attempt; SSM_E_OTHER when memory ends. From the second on they say until when, by
 * the service's clock, an answer is waited for, if that is known.
 */
enum ssm_err outgoing_set(struct outgoing *out, const struct request *request,
    const struct outgoing_attempt *attempt, struct ssm_error *err);

void outgoing_clear(struct outgoing *out);

#endif
