/*
 * sandbox/fault/control: the path by which tests set the sandbox's faults while it runs, /sandbox/faults.
 *
 * Purpose: GET tells the rules and how often each has acted, POST adds those of its body, one a line, DELETE drops all;
 *          POST to /sandbox/faults/now does what its one rule says to all data channels that are open.
 * Source:  ours; ssm-sandbox(1) has it.
 * Errors:  in the answer. What a web page sends, which a browser marks, is refused.
 * Does not: need a signature.
 */
#ifndef SSM_SANDBOX_FAULT_CONTROL_H
#define SSM_SANDBOX_FAULT_CONTROL_H

#include "sandbox/answer.h"
#include "sandbox/fault/faults.h"
#include "sandbox/http.h"

bool fault_is_control(const struct sandbox_request *request);

void fault_control(struct faults *faults, const struct sandbox_request *request, uint64_t now,
    struct sandbox_answer *answer);

#endif
