/*
 * sandbox/command: the command that runs beside the sandbox, its environment and its signals.
 *
 * Purpose: the environment that leads AWS clients to the sandbox; starting the command, passing signals
 *          on to it, knowing when it has ended.
 * Errors:  SSM_E_OTHER.
 */
#ifndef SSM_SANDBOX_COMMAND_H
#define SSM_SANDBOX_COMMAND_H

#include "core/err.h"
#include "process/process.h"
#include "process/signals.h"
#include "sandbox/keys.h"

/*
 * Changes the environment of this process, and so of the command, to lead AWS clients to the sandbox;
 * *lines does the same in a shell: export NAME=VALUE, unset NAME for what must not be there.
 */
enum ssm_err sandbox_environment_set(struct bytes *lines, unsigned port, const char *region,
    const struct sandbox_key *key, struct ssm_error *err);

struct sandbox_command {
	struct signals signals;
	struct process process;
	bool started;
	int signal;			/* the signal that asked us to stop, or 0 */
};

/* Watches the signals that matter. */
enum ssm_err sandbox_command_init(struct sandbox_command *command, struct ssm_error *err);

/* Runs argv: 0 or an errno. */
int sandbox_command_start(struct sandbox_command *command, char **argv);

/*
 * Takes signals: they go on to the command, unless the terminal has already sent them to both.
 * True when the sandbox is to end: the command has, or there is none and a signal came.
 */
bool sandbox_command_signalled(struct sandbox_command *command);

/* Ends a command that still runs, and waits for it. */
void sandbox_command_stop(struct sandbox_command *command);

/* The command's exit code, after ending this process by the signal that ended the command. */
int sandbox_command_exit_code(const struct sandbox_command *command);

#endif
