#include "sandbox/service/ecs.h"

#include "core/clock.h"
#include "json/text.h"
#include "sandbox/service/starting.h"
#include "sandbox/service/tasks.h"

bool
ecs_refuse(struct sandbox_call *call, const char *why)
{
	return sandbox_refuse(call->answer, FAULT_PARAMETER, "%s", why);
}

/* A text into *value, VIEW_NONE when there is none. */
static bool
read_text(struct sandbox_call *call, const char *name, struct view *value)
{
	struct json_member *member = json_member(call->in, name);
	enum json_kind kind = json_kind(member);

	*value = kind == JSON_STRING ? member->text : VIEW_NONE;
	return kind <= JSON_NULL || kind == JSON_STRING || sandbox_refuse(call->answer, FAULT_SERIALIZATION, NULL);
}

/* The one that is meant when none is named is the one there is. */
bool
ecs_check_cluster(struct sandbox_call *call)
{
	struct view given;

	if (!read_text(call, "cluster", &given))
		return false;
	return given.len == 0 || view_is(tasks_name_in(call, given, "cluster/"), TASKS_CLUSTER) ||
	    sandbox_refuse(call->answer, FAULT_CLUSTER, "Cluster not found.");
}

static const struct task *
read_task(struct sandbox_call *call)
{
	const struct task *task;
	struct view given;

	if (!read_text(call, "task", &given))
		return NULL;
	if (given.len == 0)
		ecs_refuse(call, "Task cannot be empty.");
	else if (!tasks_is_name(given))
		ecs_refuse(call, "task length should be one of [32,36]");
	else if ((task = tasks_find(call, given)) != NULL)
		return task;
	else
		ecs_refuse(call, "The task provided in the request was not found.");
	return NULL;
}

/* It may go without a name where it is alone. */
static const struct task_container *
read_container(struct sandbox_call *call, const struct task *task)
{
	const struct task_container *all = task->containers;
	struct view given;

	if (!read_text(call, "container", &given))
		return NULL;
	if (given.len == 0 && all[1].name == NULL)
		return &all[0];
	for (size_t i = 0; i < TASKS_CONTAINERS_MAX && all[i].name != NULL; i++)
		if (view_is(given, all[i].name))
			return &all[i];
	ecs_refuse(call, given.len == 0 ? "A container must be named, since the task has more than one." :
	    "The container provided in the request was not found.");
	return NULL;
}

static bool
read_command(struct sandbox_call *call, struct view *command)
{
	struct json_member *interactive = json_member(call->in, "interactive");

	if (json_kind(interactive) > JSON_BOOL)
		return sandbox_refuse(call->answer, FAULT_SERIALIZATION, NULL);
	if (json_kind(interactive) != JSON_BOOL || !view_is(interactive->raw, "true"))
		return ecs_refuse(call, "Interactive is the only mode supported currently.");
	if (!read_text(call, "command", command))
		return false;
	if (command->len == 0)
		return ecs_refuse(call, "Command cannot be empty.");
	if (command->len > SANDBOX_COMMAND_MAX || memchr(command->ptr, '\0', command->len) != NULL)
		return ecs_refuse(call, "Command is too long, or has a NUL.");
	return true;
}

static bool
check_connected(struct sandbox_call *call, const struct task *task)
{
	if (!task->enabled)
		return ecs_refuse(call, "The execute command failed because execute command was not enabled when the "
		    "task was run or the execute command agent isn\xE2\x80\x99t running. Wait and try again or run a "
		    "new task with execute command enabled and try again.");
	return !faults_away(&call->service->faults, clock_ms()) || sandbox_refuse(call->answer,
	    FAULT_EXECUTE_NOT_CONNECTED, "The execute command failed due to an internal error. Try again later.");
}

static void
add_session(struct bytes *out, const struct sandbox_call *call, const struct sandbox_channel *channel)
{
	struct bytes url = BYTES_INIT(4096);

	jsontext_name(out, "session");
	jsontext_begin(out);
	jsontext_member(out, "sessionId", view_of(channel->id));
	sandbox_stream_url(&url, call->service, channel, "");
	jsontext_member(out, "streamUrl", bytes_view(&url));
	jsontext_member(out, "tokenValue", view_of(channel->token));
	jsontext_end(out);
	bytes_clear(&url);
}

static void
answer_session(struct sandbox_call *call, const struct task *task, const struct task_container *container,
    const struct sandbox_channel *channel)
{
	struct bytes *out = &call->answer->body;

	jsontext_begin(out);
	tasks_member_cluster(out, call);
	tasks_member_container(out, call, task, container);
	jsontext_member(out, "containerName", view_of(container->name));
	jsontext_member_bool(out, "interactive", true);
	add_session(out, call, channel);
	tasks_member_task(out, call, task);
	jsontext_end(out);
}

static void
start(struct sandbox_call *call, const struct task *task, const struct task_container *container, struct view command)
{
	const struct sandbox_purpose purpose = { .session = AGENT_INTERACTIVE };
	struct bytes target = BYTES_INIT(TARGET_MAX);
	const struct sandbox_channel *channel;

	tasks_add_target(&target, task, container);
	channel = sandbox_session_begin(call->service, "ecs-execute-command-", &(struct sandbox_start){
	    .target = bytes_view(&target), .document = VIEW("AmazonECS-ExecuteInteractiveCommand") }, &purpose, command,
	    call->now);
	if (channel == NULL)
		sandbox_refuse(call->answer, FAULT_SERVER, "An internal error occurred.");
	else
		answer_session(call, task, container, channel);
	bytes_clear(&target);
}

static void
execute_command(struct sandbox_call *call)
{
	const struct task_container *container;
	const struct task *task;
	struct view command;

	if (ecs_check_cluster(call) && read_command(call, &command) && (task = read_task(call)) != NULL &&
	    (container = read_container(call, task)) != NULL && check_connected(call, task))
		start(call, task, container, command);
}

const struct sandbox_operation ecs_operations[] = {
	{ "ExecuteCommand", execute_command },
	{ "DescribeTasks", ecs_describe_tasks },
	{ NULL, NULL },
};
