/*
 * sandbox/service/tasks: the cluster, its tasks and their containers, and what they are called.
 *
 * Purpose:   three tasks that are always there: with one container, with two, and one in which no command can be run.
 * Ownership: tasks are constants.
 */
#ifndef SSM_SANDBOX_SERVICE_TASKS_H
#define SSM_SANDBOX_SERVICE_TASKS_H

#include "sandbox/call.h"

#define TASKS_CLUSTER "default"
#define TASKS_CONTAINERS_MAX 2

struct task_container {
	const char *name, *id;		/* NULL: there is none, nor one behind it */
	const char *runtime;		/* the end of its runtime id, whose beginning is its task's id */
};

struct task {
	const char *id;
	bool enabled;			/* commands can be run */
	struct task_container containers[TASKS_CONTAINERS_MAX];
};

/* Whether it could be a task's id or ARN. */
bool tasks_is_name(struct view given);

/* By its id or ARN; NULL: there is none. */
const struct task *tasks_find(const struct sandbox_call *call, struct view given);

/* What is behind the beginning that an ARN of this kind ("task/default/") has; anything else as it is. */
struct view tasks_name_in(const struct sandbox_call *call, struct view given, const char *kind);

/* The target of sessions: `ecs:CLUSTER_TASK_RUNTIME-ID`, and whether it is one in which commands can be run. */
void tasks_add_target(struct bytes *out, const struct task *task, const struct task_container *container);
bool tasks_have_target(struct view target);

/* `arn:aws:ecs:REGION:ACCOUNT:` and this. */
void tasks_add_arn(struct bytes *out, const struct sandbox_call *call, const char *what);

/* Members of an answer, whose values are ARNs. */
void tasks_member_cluster(struct bytes *out, const struct sandbox_call *call);
void tasks_member_task(struct bytes *out, const struct sandbox_call *call, const struct task *task);
void tasks_member_container(struct bytes *out, const struct sandbox_call *call, const struct task *task,
    const struct task_container *container);

#endif
