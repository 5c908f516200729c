/*
 * sandbox_service: one request in, one answer out: Session Manager's part of the Systems Manager API.
 *
 * Purpose:   the order in which AWS looks at a request (is it a call at all, is its body JSON, which
 *            operation, who signed it, are its parameters right) and the operations themselves.
 * Ownership: the service owns its table and digest; sandbox_service_clear() ends it.
 * Errors:    all in the answer.
 * Does not:  touch sockets, read the clock.
 */
#ifndef SSM_SANDBOX_SERVICE_H
#define SSM_SANDBOX_SERVICE_H

#include "json.h"
#include "partition.h"
#include "sandbox_answer.h"
#include "sandbox_http.h"
#include "sandbox_sessions.h"

struct sandbox_service {
	struct view region;		/* borrowed */
	struct sandbox_sessions sessions;
	struct digest *digest;
	unsigned delay_ms;		/* before each answer */
	long clock_offset;		/* seconds that its clock is ahead of this machine's */
};

#define SANDBOX_SERVICE_INIT { .region = { NULL, 0 }, .sessions = SANDBOX_SESSIONS_INIT }

/* Answers a whole request that came at `now`. */
void sandbox_service_answer(struct sandbox_service *service, struct sandbox_request *request,
    time_t now, struct sandbox_answer *answer);

void sandbox_service_clear(struct sandbox_service *service);

#endif
