/*
 * sandbox/service/kms: the Key Management Service, as far as sessions need it: GenerateDataKey and Decrypt.
 *
 * Purpose: keys by id, alias or ARN; data keys with an encryption context that must be the same at both ends.
 * Errors:  in the answer, with AWS's names.
 */
#ifndef SSM_SANDBOX_SERVICE_KMS_H
#define SSM_SANDBOX_SERVICE_KMS_H

#include "sandbox/service/operation.h"

extern const struct sandbox_operation kms_operations[];

#endif
