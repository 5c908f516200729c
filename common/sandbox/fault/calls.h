/*
 * sandbox/fault/calls: requests that go wrong by a rule.
 *
 * Errors: in the answer. A status is told as the error of AWS that has it, or nearly: 404 is DoesNotExistException, 429
 *         ThrottlingException, another 4xx AccessDeniedException, a 5xx InternalServerError.
 */
#ifndef SSM_SANDBOX_FAULT_CALLS_H
#define SSM_SANDBOX_FAULT_CALLS_H

#include "sandbox/answer.h"
#include "sandbox/fault/faults.h"

/* What rules see of a request. */
struct fault_request {
	struct fault_session session;	/* that it names, if it does */
	bool issued_keys;		/* it is signed with the keys that the sandbox's environment has */
	uint64_t now;
};

/* Whether its keys are good no more, which the answer then says. */
bool fault_keys(struct faults *faults, const struct fault_request *request, struct sandbox_answer *answer);

/* Whether the answer to a call of this operation is made by a rule; false: it is to be made as ever. */
bool fault_call(struct faults *faults, const char *operation, const struct fault_request *request,
    struct sandbox_answer *answer);

/* The same of a request for a data channel. */
bool fault_upgrade(struct faults *faults, const struct fault_request *request, struct sandbox_answer *answer);

#endif
