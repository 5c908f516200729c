/*
 * sandbox/service: one request in, one answer out: Session Manager's part of the Systems Manager API.
 *
 * Purpose:   the order in which AWS looks at a request (is it a call at all, is its body JSON, which
 *            operation, who signed it, are its parameters right) and the operations themselves.
 * Errors:    all in the answer.
 * Does not:  touch sockets, read the clock, but for the faults' times.
 */
#ifndef SSM_SANDBOX_SERVICE_H
#define SSM_SANDBOX_SERVICE_H

#include "sandbox/answer.h"
#include "sandbox/http.h"
#include "sandbox/state.h"

/* Answers a whole request that came at `now`. */
void sandbox_service_answer(struct sandbox_service *service, struct sandbox_request *request,
    time_t now, struct sandbox_answer *answer);

/* Ends what it owns. */
void sandbox_service_clear(struct sandbox_service *service);

#endif
