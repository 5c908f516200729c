/*
 * sandbox/service/api: the services that are spoken to in JSON, and all their operations.
 */
#ifndef SSM_SANDBOX_SERVICE_API_H
#define SSM_SANDBOX_SERVICE_API_H

#include "sandbox/service/operation.h"

struct sandbox_api {
	struct view prefix;		/* of X-Amz-Target, with its dot */
	struct view signing_name;
	const struct sandbox_operation *operations;
};

/* The operation that a target names ("AmazonSSM.ResumeSession"), and whose it is; or NULL. */
const struct sandbox_operation *sandbox_operation_find(const struct sandbox_api **api, struct view target);

#endif
