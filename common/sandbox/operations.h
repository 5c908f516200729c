/*
 * sandbox/operations: what the sandbox's operations do, once a request has been found good.
 *
 * Purpose: ResumeSession, StartSession, TerminateSession and GetConnectionStatus over one table of
 *          sessions; the table of Systems Manager's.
 */
#ifndef SSM_SANDBOX_OPERATIONS_H
#define SSM_SANDBOX_OPERATIONS_H

#include "sandbox/http.h"
#include "sandbox/service/operation.h"

extern const struct sandbox_operation ssm_operations[];

/* describe.c */
void sandbox_describe_sessions(struct sandbox_call *call);

/* identity.c: STS's GetCallerIdentity, as JSON for whoever accepts that alone, else as XML. */
bool sandbox_is_identity(const struct sandbox_request *request);
void sandbox_identity(struct sandbox_service *service, struct sandbox_request *request, time_t now,
    struct sandbox_answer *answer);

#endif
