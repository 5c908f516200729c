/*
 * sandbox/service/operation: what an operation is to whoever calls it.
 */
#ifndef SSM_SANDBOX_SERVICE_OPERATION_H
#define SSM_SANDBOX_SERVICE_OPERATION_H

#include "sandbox/call.h"

struct sandbox_operation {
	const char *name;		/* NULL: the last one of a table is before this */
	void (*run)(struct sandbox_call *call);
};

#endif
