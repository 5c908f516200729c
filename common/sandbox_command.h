/*
 * sandbox_command: the command that runs beside the sandbox, its environment and its signals.
 *
 * Purpose:   the environment that leads AWS clients to the sandbox, for a command or as lines for a
 *            shell; starting the command, passing signals on to it, knowing when it has ended.
 * Ownership: sandbox_environment_clear() and sandbox_command_clear() end them.
 * Errors:    SSM_E_OTHER.
 */
#ifndef SSM_SANDBOX_COMMAND_H
#define SSM_SANDBOX_COMMAND_H

#include <signal.h>
#include <sys/types.h>

#include "err.h"
#include "sandbox_keys.h"

struct sandbox_setting {
	const char *name;
	struct bytes value;
	bool set;			/* else the variable is taken away */
};

#define SANDBOX_SETTINGS_MAX 24

struct sandbox_environment {
	struct sandbox_setting settings[SANDBOX_SETTINGS_MAX];
	size_t count;
	char **inherited;		/* borrowed */
};

/* What has to change in the environment `inherited` for the sandbox to be used. */
enum ssm_err sandbox_environment_init(struct sandbox_environment *environment, char **inherited,
    unsigned port, const char *region, const struct sandbox_key *key, struct ssm_error *err);

/* As lines for a shell: export NAME=VALUE, then unset NAME for what must not be there. */
void sandbox_environment_format(struct bytes *out, const struct sandbox_environment *environment);

void sandbox_environment_clear(struct sandbox_environment *environment);

struct sandbox_command {
	int signal_fd;
	sigset_t before;		/* the mask that the command gets */
	pid_t pid;			/* 0: none runs */
	bool ended;
	int status;			/* as of waitpid(), once it has ended */
	int signal;			/* the signal that asked us to stop, or 0 */
};

/* Blocks the signals that matter and opens signal_fd for them. */
enum ssm_err sandbox_command_init(struct sandbox_command *command, struct ssm_error *err);

/* Runs argv. False: errno says why. */
bool sandbox_command_start(struct sandbox_command *command, char **argv,
    const struct sandbox_environment *environment);

/*
 * Reads signal_fd: signals go on to the command, unless the terminal has already sent them to both.
 * True when the sandbox is to end: the command has, or there is none and a signal came.
 */
bool sandbox_command_signalled(struct sandbox_command *command);

/* Ends a command that still runs, and waits for it. */
void sandbox_command_stop(struct sandbox_command *command);

/* The command's exit code, after ending this process by the signal that ended the command. */
int sandbox_command_exit_code(const struct sandbox_command *command);

/* Ends this process by a signal. */
void sandbox_command_die(int signal_number);

#endif
