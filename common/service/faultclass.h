/*
 * service/faultclass: what a script does next after an error of a service.
 *
 * Purpose: the class of the exit code, by HTTP status and code, of any service that tools or sources of keys
 *          call. What would pass by itself comes first; then what is to be mended where the keys are: they
 *          have expired, nobody knows them, the secret is not theirs, the clock is wrong. No permission would
 *          help there. All else the service refuses for reasons of its own.
 */
#ifndef SSM_SERVICE_FAULTCLASS_H
#define SSM_SERVICE_FAULTCLASS_H

#include "core/err.h"

/* SSM_E_AGAIN, SSM_E_CONFIG or SSM_E_SERVICE. */
enum ssm_err faultclass_of(int status, struct view code);

#endif
