/*
 * sandbox/operations: what the sandbox's operations do, once a request has been found good.
 *
 * Purpose: ResumeSession, StartSession, TerminateSession and GetConnectionStatus over one table of
 *          sessions; the table of all operations.
 */
#ifndef SSM_SANDBOX_OPERATIONS_H
#define SSM_SANDBOX_OPERATIONS_H

#include "sandbox/call.h"
#include "sandbox/http.h"

struct sandbox_operation {
	const char *name;
	void (*run)(struct sandbox_call *call);
};

/* A service that is spoken to in JSON: how its operations are called, and requests to it signed. */
struct sandbox_api {
	struct view prefix, signing_name;
	const struct sandbox_operation *operations;	/* up to one without a name */
};

/* describe.c */
void sandbox_describe_sessions(struct sandbox_call *call);

/* identity.c: STS's GetCallerIdentity, as JSON for whoever accepts that alone, else as XML. */
bool sandbox_is_identity(const struct sandbox_request *request);
void sandbox_identity(struct sandbox_service *service, struct sandbox_request *request, time_t now,
    struct sandbox_answer *answer);

/* The operation that a target names ("AmazonSSM.ResumeSession"), or NULL; and whose it is. */
const struct sandbox_operation *sandbox_operation_find(const struct sandbox_api **api, struct view target);

#endif
