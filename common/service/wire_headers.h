/*
 * service/wire_headers: the header fields of a request, as they go over the wire.
 *
 * Purpose:   the document's own fields, but for those that belong to the next hop, and the few that
 *            every call of an AWS SDK has and no signature covers.
 * Ownership: fields are views into the request and into the struct wire_headers.
 * Units:     milliseconds; now, and when an answer came, since 1970.
 * Errors:    SSM_E_INPUT.
 * Does not:  draw random numbers, read the clock.
 */
#ifndef SSM_SERVICE_WIRE_HEADERS_H
#define SSM_SERVICE_WIRE_HEADERS_H

#include "aws/request.h"
#include "core/uuid.h"
#include "http/head.h"

#define WIRE_HEADERS_ID_BYTES UUID_BYTES

struct wire_headers {
	struct header_field *fields;
	size_t count;
	bool plain;				/* none of an SDK's own */
	const char *user_agent;			/* borrowed; for requests without one */
	char invocation_id[UUID_LEN + 1];	/* the same for all attempts */
	char attempt[80];
	bool dated;				/* the last answer had a Date */
	long long ahead;			/* then: by how much it was ahead of this machine's clock */
};

#define WIRE_HEADERS_INIT { .fields = NULL, .count = 0 }

/* What would make of the message another one than was signed, or of the answer no document. */
enum ssm_err wire_headers_check(const struct request *request, struct ssm_error *err);

/* The call's name, a version 4 UUID, from random bytes. */
void wire_headers_name(struct wire_headers *out, const unsigned char random[WIRE_HEADERS_ID_BYTES]);

/* An attempt has ended, with the head of its answer; one that is not whole is none. */
void wire_headers_answered(struct wire_headers *out, const struct httphead *head, long long now);

struct wire_headers_attempt {
	unsigned number, max;			/* 1, 2 ... of max */
	long long now;
	unsigned read_timeout;			/* 0: none */
};

/*
 * The fields of an attempt; false when memory ends. From the second on they say until when, by the
 * service's clock, an answer is waited for, if that is known.
 */
bool wire_headers_set(struct wire_headers *out, const struct request *request,
    const struct wire_headers_attempt *attempt);

void wire_headers_clear(struct wire_headers *out);

#endif
