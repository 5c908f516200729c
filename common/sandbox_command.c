#include "sandbox_command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io.h"

static const int passed_on[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

enum ssm_err
sandbox_command_init(struct sandbox_command *command, struct ssm_error *err)
{
	sigset_t watched;

	*command = (struct sandbox_command){ .signal_fd = -1 };
	sigemptyset(&watched);
	sigaddset(&watched, SIGCHLD);
	for (size_t i = 0; i < ARRAY_LEN(passed_on); i++)
		sigaddset(&watched, passed_on[i]);
	/* An inherited "ignore" would have the kernel reap the command, its code lost. */
	signal(SIGCHLD, SIG_DFL);
	if (sigprocmask(SIG_BLOCK, &watched, &command->before) != 0 ||
	    (command->signal_fd = signalfd(-1, &watched, SFD_NONBLOCK | SFD_CLOEXEC)) < 0)
		return ssm_fail(err, SSM_E_OTHER, "SignalError", "cannot watch signals: %s",
		    strerror(errno));
	return SSM_OK;
}

static bool
is_setting(const struct sandbox_environment *environment, const char *entry)
{
	for (size_t i = 0; i < environment->count; i++) {
		size_t len = strlen(environment->settings[i].name);

		if (strncmp(entry, environment->settings[i].name, len) == 0 && entry[len] == '=')
			return true;
	}
	return false;
}

/* The entries of a new environment: the inherited ones that stay, then pointers into text. */
static char **
make_environment(const struct sandbox_environment *environment, struct bytes *text)
{
	size_t count = 0, offsets[SANDBOX_SETTINGS_MAX], set = 0;
	char **entries;

	while (environment->inherited[count] != NULL)
		count++;
	entries = calloc(count + environment->count + 1, sizeof *entries);
	for (size_t i = 0; i < environment->count; i++) {
		const struct sandbox_setting *setting = &environment->settings[i];

		if (!setting->set)
			continue;
		offsets[set++] = text->len;
		bytes_add_text(text, setting->name);
		bytes_add_char(text, '=');
		bytes_add(text, bytes_view(&setting->value));
		bytes_add_char(text, '\0');
	}
	if (entries == NULL || bytes_failed(text)) {
		free(entries);
		return NULL;
	}
	count = 0;
	for (char **entry = environment->inherited; *entry != NULL; entry++)
		if (!is_setting(environment, *entry))
			entries[count++] = *entry;
	for (size_t i = 0; i < set; i++)
		entries[count++] = text->ptr + offsets[i];
	return entries;
}

static _Noreturn void
become(const struct sandbox_command *command, char **argv, char **entries, int told)
{
	int number;

	sigprocmask(SIG_SETMASK, &command->before, NULL);
	execvpe(argv[0], argv, entries);
	number = errno;
	io_write_all(told, (struct view){ (const char *)&number, sizeof number });
	_exit(127);
}

/* The pipe closes when the new program runs; before, it carries the reason why it does not. */
static int
spawn(struct sandbox_command *command, char **argv, char **entries)
{
	int ends[2], number = 0;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return errno;
	command->pid = fork();
	if (command->pid == 0)
		become(command, argv, entries, ends[1]);
	close(ends[1]);
	if (command->pid < 0)
		number = errno;
	else if (io_read(ends[0], &number, sizeof number) > 0)
		waitpid(command->pid, NULL, 0);
	close(ends[0]);
	return number;
}

bool
sandbox_command_start(struct sandbox_command *command, char **argv,
    const struct sandbox_environment *environment)
{
	struct bytes text = BYTES_INIT(4 * 1024 * 1024);
	char **entries = make_environment(environment, &text);
	int number = entries == NULL ? ENOMEM : spawn(command, argv, entries);

	free(entries);
	bytes_clear(&text);
	if (number != 0)
		command->pid = 0;
	errno = number;
	return number == 0;
}

static void
look_for_end(struct sandbox_command *command)
{
	if (command->pid != 0 && waitpid(command->pid, &command->status, WNOHANG) == command->pid) {
		command->pid = 0;
		command->ended = true;
	}
}

bool
sandbox_command_signalled(struct sandbox_command *command)
{
	struct signalfd_siginfo info;

	while (read(command->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
		bool from_terminal = info.ssi_code == SI_KERNEL;

		if (info.ssi_signo == SIGCHLD)
			look_for_end(command);
		else if (command->pid == 0 && !command->ended)
			command->signal = (int)info.ssi_signo;
		else if (command->pid != 0 && !from_terminal)
			kill(command->pid, (int)info.ssi_signo);
	}
	return command->ended || command->signal != 0;
}

void
sandbox_command_stop(struct sandbox_command *command)
{
	if (command->pid == 0)
		return;
	kill(command->pid, SIGTERM);
	while (waitpid(command->pid, &command->status, 0) < 0 && errno == EINTR)
		;
	command->pid = 0;
	command->ended = true;
}

void
sandbox_command_die(int signal_number)
{
	sigset_t set;

	signal(signal_number, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, signal_number);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(signal_number);
}

int
sandbox_command_exit_code(const struct sandbox_command *command)
{
	if (WIFSIGNALED(command->status))
		sandbox_command_die(WTERMSIG(command->status));
	return WIFEXITED(command->status) ? WEXITSTATUS(command->status) : 255;
}
