#include "sandbox/command.h"

#include <string.h>
#include <sys/wait.h>

enum ssm_err
sandbox_command_init(struct sandbox_command *command, struct ssm_error *err)
{
	static const int numbers[] = { SIGCHLD, SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	int errnum;

	*command = (struct sandbox_command){ .signals = SIGNALS_INIT, .process = PROCESS_INIT };
	errnum = signals_start(&command->signals, numbers, ARRAY_LEN(numbers), true);
	return errnum == 0 ? SSM_OK : ssm_fail(err, SSM_E_OTHER, "SignalError",
	    "cannot watch signals: %s", strerror(errnum));
}

int
sandbox_command_start(struct sandbox_command *command, char **argv)
{
	struct process_plan plan = { .path = argv[0], .argv = argv, .in = -1, .out = -1, .messages = -1,
	    .scripts = true, .mask = &command->signals.before };
	int errnum = process_start(&command->process, &plan);

	command->started = errnum == 0;
	return errnum;
}

bool
sandbox_command_signalled(struct sandbox_command *command)
{
	struct signals_came came;

	while (signals_take(&command->signals, &came))
		if (came.number == SIGCHLD)
			continue;
		else if (!command->started)
			command->signal = came.number;
		else if (!came.typed)
			process_signal(&command->process, came.number);
	return command->signal != 0 || (command->started && process_ended(&command->process));
}

void
sandbox_command_stop(struct sandbox_command *command)
{
	process_signal(&command->process, SIGTERM);
	process_wait(&command->process);
}

int
sandbox_command_exit_code(const struct sandbox_command *command)
{
	int status = command->process.status;

	if (WIFSIGNALED(status))
		signals_die(WTERMSIG(status));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}
