/*
 * sandbox_operations: what the sandbox's operations do, once a request has been found good.
 *
 * Purpose: ResumeSession, StartSession, TerminateSession, DescribeSessions and GetConnectionStatus
 *          over one table of sessions, with AWS's checks of their parameters.
 */
#ifndef SSM_SANDBOX_OPERATIONS_H
#define SSM_SANDBOX_OPERATIONS_H

#include "sandbox_service.h"

/* One call: the parameters in, the answer out. */
struct sandbox_call {
	struct sandbox_service *service;
	const struct json_doc *in;
	struct sandbox_answer *answer;
	time_t now;
};

/* A row of the table of operations; the last has no name. */
struct sandbox_operation {
	const char *name;
	void (*run)(struct sandbox_call *call);
};

/* The operation that a target names ("AmazonSSM.ResumeSession"), or NULL. */
const struct sandbox_operation *sandbox_operation_find(struct view target);

/* What a parameter must be. max 0: no limit. */
struct sandbox_rule {
	const char *name;		/* as in the request */
	const char *path;		/* as AWS's messages name it */
	bool required;
	size_t min, max;		/* characters */
	const char *values;		/* "[A, B]" when it is one of a set */
};

/* A parameter into *value (VIEW_NONE: absent). False: the answer is the error. */
bool sandbox_parameter(struct sandbox_call *call, const struct sandbox_rule *rule,
    struct view *value);

/* DescribeSessions has a file of its own. */
void sandbox_describe_sessions(struct sandbox_call *call);

#endif
