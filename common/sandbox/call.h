/*
 * sandbox/call: one call of an operation, and its parameters with AWS's checks of them.
 */
#ifndef SSM_SANDBOX_CALL_H
#define SSM_SANDBOX_CALL_H

#include "json/json.h"
#include "sandbox/answer.h"
#include "sandbox/state.h"

/* The parameters in, the answer out. */
struct sandbox_call {
	struct sandbox_service *service;
	const struct json_doc *in;
	struct sandbox_answer *answer;
	time_t now;
};

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

/* `arn:aws:iam::123456789012:user/sandbox`, in the region's partition: who calls, whatever the key. */
void sandbox_caller(struct bytes *out, const struct sandbox_call *call);

#define SANDBOX_ACCOUNT "123456789012"
#define SANDBOX_USER_ID "AIDASANDBOXEXAMPLE000"

#endif
