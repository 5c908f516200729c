/*
 * sandbox/service/ecs: the Elastic Container Service, as far as `aws ecs execute-command` needs it: ExecuteCommand and
 * DescribeTasks.
 *
 * Purpose: a cluster whose tasks are always there; a command in a container of theirs is a session of Session
 *          Manager's, which its operations know, too. What runs, runs on this machine as all sessions do.
 * Errors:  in the answer, with AWS's names; its words where they are known.
 */
#ifndef SSM_SANDBOX_SERVICE_ECS_H
#define SSM_SANDBOX_SERVICE_ECS_H

#include "sandbox/service/operation.h"

extern const struct sandbox_operation ecs_operations[];

/* describe_tasks.c */
void ecs_describe_tasks(struct sandbox_call *call);

/* InvalidParameterException; returns false. */
bool ecs_refuse(struct sandbox_call *call, const char *why);

/* Whether `cluster` is the one there is, which is meant when none is named, too. False: the answer is the error. */
bool ecs_check_cluster(struct sandbox_call *call);

#endif
