#include "sandbox/service/tasks.h"

#include "aws/partition.h"
#include "json/text.h"
#include "sandbox/sessions.h"

#define ARN_MAX 512
#define ID_LEN 32
#define ID_LEN_OLD 36

static const struct task tasks[] = {
	{ "0a1b2c3d4e5f4a6b8c7d000000000001", true,
	    { { "app", "0a1b2c3d-4e5f-4a6b-8c7d-0000000000a1", "1000000001" } } },
	{ "0a1b2c3d4e5f4a6b8c7d000000000002", true,
	    { { "app", "0a1b2c3d-4e5f-4a6b-8c7d-0000000000a2", "1000000002" },
	    { "sidecar", "0a1b2c3d-4e5f-4a6b-8c7d-0000000000b2", "1000000003" } } },
	{ "0a1b2c3d4e5f4a6b8c7d000000000003", false,
	    { { "app", "0a1b2c3d-4e5f-4a6b-8c7d-0000000000a3", "1000000004" } } },
};

void
tasks_add_target(struct bytes *out, const struct task *task, const struct task_container *container)
{
	bytes_print(out, "ecs:" TASKS_CLUSTER "_%s_%s-%s", task->id, task->id, container->runtime);
}

bool
tasks_have_target(struct view target)
{
	bool found = false;

	for (size_t i = 0; i < ARRAY_LEN(tasks); i++)
		for (size_t k = 0; k < TASKS_CONTAINERS_MAX && tasks[i].containers[k].name != NULL; k++) {
			struct bytes text = BYTES_INIT(TARGET_MAX);

			tasks_add_target(&text, &tasks[i], &tasks[i].containers[k]);
			found = found || (tasks[i].enabled && view_equal(target, bytes_view(&text)));
			bytes_clear(&text);
		}
	return found;
}

void
tasks_add_arn(struct bytes *out, const struct sandbox_call *call, const char *what)
{
	struct view region = call->service->region;

	bytes_print(out, "arn:%s:ecs:%.*s:" SANDBOX_ACCOUNT ":%s", partition_of_region(region)->id, VIEW_ARG(region),
	    what);
}

static void
member_arn(struct bytes *out, const char *name, const struct sandbox_call *call, const char *what, const char *id,
    const char *inner)
{
	struct bytes arn = BYTES_INIT(ARN_MAX);

	tasks_add_arn(&arn, call, what);
	bytes_add_text(&arn, id);
	bytes_add(&arn, *inner != '\0' ? VIEW("/") : VIEW_NONE);
	bytes_add_text(&arn, inner);
	jsontext_member(out, name, bytes_view(&arn));
	bytes_clear(&arn);
}

void
tasks_member_container(struct bytes *out, const struct sandbox_call *call, const struct task *task,
    const struct task_container *container)
{
	member_arn(out, "containerArn", call, "container/" TASKS_CLUSTER "/", task->id, container->id);
}

struct view
tasks_name_in(const struct sandbox_call *call, struct view given, const char *kind)
{
	struct bytes prefix = BYTES_INIT(ARN_MAX);
	struct view name = given;

	tasks_add_arn(&prefix, call, kind);
	if (view_starts(given, bytes_view(&prefix)))
		name = view_slice(given, prefix.len, given.len);
	bytes_clear(&prefix);
	return name;
}

bool
tasks_is_name(struct view given)
{
	return given.len == ID_LEN || given.len == ID_LEN_OLD ||
	    (view_starts(given, VIEW("arn:")) && given.len <= ARN_MAX);
}

const struct task *
tasks_find(const struct sandbox_call *call, struct view given)
{
	struct view id = tasks_name_in(call, given, "task/" TASKS_CLUSTER "/");

	for (size_t i = 0; i < ARRAY_LEN(tasks); i++)
		if (view_is(id, tasks[i].id))
			return &tasks[i];
	return NULL;
}

void
tasks_member_cluster(struct bytes *out, const struct sandbox_call *call)
{
	member_arn(out, "clusterArn", call, "cluster/" TASKS_CLUSTER, "", "");
}

void
tasks_member_task(struct bytes *out, const struct sandbox_call *call, const struct task *task)
{
	member_arn(out, "taskArn", call, "task/" TASKS_CLUSTER "/", task->id, "");
}
