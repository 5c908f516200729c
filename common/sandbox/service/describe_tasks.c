#include "json/text.h"
#include "json/value.h"
#include "sandbox/service/ecs.h"
#include "sandbox/service/tasks.h"

#define ARN_MAX 512
#define ASKED_MAX 100
#define LIST_MEMORY (8 * 1024 * 1024)

static void
add_container(struct bytes *out, const struct sandbox_call *call, const struct task *task,
    const struct task_container *container)
{
	struct bytes runtime = BYTES_INIT(TARGET_MAX);

	bytes_print(&runtime, "%s-%s", task->id, container->runtime);
	bytes_add(out, container == task->containers ? VIEW_NONE : VIEW(","));
	jsontext_begin(out);
	tasks_member_container(out, call, task, container);
	tasks_member_task(out, call, task);
	jsontext_member(out, "name", view_of(container->name));
	jsontext_member(out, "lastStatus", VIEW("RUNNING"));
	jsontext_member(out, "runtimeId", bytes_view(&runtime));
	if (task->enabled)
		jsontext_member_raw(out, "managedAgents",
		    VIEW("[{\"name\":\"ExecuteCommandAgent\",\"lastStatus\":\"RUNNING\"}]"));
	jsontext_end(out);
	bytes_clear(&runtime);
}

static void
add_task(struct bytes *out, const struct sandbox_call *call, const struct task *task)
{
	jsontext_begin(out);
	tasks_member_task(out, call, task);
	tasks_member_cluster(out, call);
	jsontext_member(out, "desiredStatus", VIEW("RUNNING"));
	jsontext_member(out, "lastStatus", VIEW("RUNNING"));
	jsontext_member(out, "launchType", VIEW("FARGATE"));
	jsontext_member_bool(out, "enableExecuteCommand", task->enabled);
	jsontext_name(out, "containers");
	bytes_add_char(out, '[');
	for (size_t i = 0; i < TASKS_CONTAINERS_MAX && task->containers[i].name != NULL; i++)
		add_container(out, call, task, &task->containers[i]);
	bytes_add_char(out, ']');
	jsontext_end(out);
}

static void
add_failure(struct bytes *out, const struct sandbox_call *call, struct view given)
{
	struct bytes arn = BYTES_INIT(2 * ARN_MAX);

	if (!view_starts(given, VIEW("arn:")))
		tasks_add_arn(&arn, call, "task/" TASKS_CLUSTER "/");
	bytes_add(&arn, given);
	jsontext_begin(out);
	jsontext_member(out, "arn", bytes_view(&arn));
	jsontext_member(out, "reason", VIEW("MISSING"));
	jsontext_end(out);
	bytes_clear(&arn);
}

/* The ones that there are, or the ones that there are not. */
static void
add_list(struct bytes *out, const struct sandbox_call *call, const struct value *given, bool found)
{
	size_t count = 0;

	jsontext_name(out, found ? "tasks" : "failures");
	bytes_add_char(out, '[');
	for (uint32_t i = 0; i < given->count; i++) {
		struct view name = value_text(given->of.items[i]);
		const struct task *task = tasks_find(call, name);

		if ((task != NULL) != found)
			continue;
		bytes_add(out, count++ > 0 ? VIEW(",") : VIEW_NONE);
		if (found)
			add_task(out, call, task);
		else
			add_failure(out, call, name);
	}
	bytes_add_char(out, ']');
}

static bool
is_list(const struct value *value)
{
	for (uint32_t i = 0; i < value->count; i++)
		if (value->of.items[i]->kind != VALUE_STRING)
			return false;
	return true;
}

static bool
are_names(const struct value *value)
{
	for (uint32_t i = 0; i < value->count; i++)
		if (!tasks_is_name(value_text(value->of.items[i])))
			return false;
	return true;
}

static void
describe_these(struct sandbox_call *call, struct view list)
{
	struct arena arena = ARENA_INIT(LIST_MEMORY);
	const struct value *given = value_of_json(&arena, list);

	if (given == NULL) {
		sandbox_refuse(call->answer, FAULT_SERVER, "An internal error occurred.");
	} else if (!is_list(given)) {
		sandbox_refuse(call->answer, FAULT_SERIALIZATION, NULL);
	} else if (given->count == 0 || given->count > ASKED_MAX) {
		ecs_refuse(call, given->count == 0 ? "Tasks cannot be empty." : "Tasks are more than 100.");
	} else if (!are_names(given)) {
		ecs_refuse(call, "taskId length should be one of [32,36]");
	} else {
		jsontext_begin(&call->answer->body);
		add_list(&call->answer->body, call, given, true);
		add_list(&call->answer->body, call, given, false);
		jsontext_end(&call->answer->body);
	}
	arena_clear(&arena);
}

void
ecs_describe_tasks(struct sandbox_call *call)
{
	struct json_member *list = json_member(call->in, "tasks");
	enum json_kind kind = json_kind(list);

	if (!ecs_check_cluster(call))
		return;
	if (kind <= JSON_NULL)
		ecs_refuse(call, "Tasks cannot be empty.");
	else if (kind != JSON_ARRAY)
		sandbox_refuse(call->answer, FAULT_SERIALIZATION, NULL);
	else
		describe_these(call, list->raw);
}
