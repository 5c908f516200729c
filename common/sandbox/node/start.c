#include "sandbox/node/start.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/io.h"
#include "core/shellwords.h"

#define TERM_SETTING "TERM=xterm-256color"
#define LANG_SETTING "LANG=C.UTF-8"
#define PROGRAM_SHOWN 200

void
program_set_size(int terminal, unsigned columns, unsigned rows)
{
	struct winsize size = { .ws_col = (unsigned short)columns, .ws_row = (unsigned short)rows };

	if (columns != 0 && rows != 0)
		(void)ioctl(terminal, TIOCSWINSZ, &size);
}

/* This process's environment with the terminal's name, and a language if there is none. */
static char **
make_environment(void)
{
	char term[] = TERM_SETTING, lang[] = LANG_SETTING;
	size_t count = 0, kept = 0, text = sizeof term + sizeof lang;
	bool has_lang = getenv("LANG") != NULL;
	char **all, *at;

	while (environ[count] != NULL)
		count++;
	if ((all = calloc(1, (count + 3) * sizeof *all + text)) == NULL)
		return NULL;
	at = (char *)(all + count + 3);
	for (size_t i = 0; i < count; i++)
		if (strncmp(environ[i], term, sizeof "TERM=" - 1) != 0)
			all[kept++] = environ[i];
	all[kept++] = memcpy(at, term, sizeof term);
	if (!has_lang)
		all[kept++] = memcpy(at + sizeof term, lang, sizeof lang);
	return all;
}

static int
start(struct process *process, struct process_plan *plan, const sigset_t *mask)
{
	char **environment = make_environment();
	int errnum = ENOMEM;

	plan->mask = mask;
	plan->leads = plan->usual_sigpipe = plan->ends_with_us = plan->scripts = true;
	if ((plan->environment = environment) != NULL)
		errnum = process_start(process, plan);
	free(environment);
	return errnum;
}

/* The program's end of a terminal, from its master. */
static int
open_terminal(int *master)
{
	int slave = -1;

	*master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (*master >= 0 && grantpt(*master) == 0 && unlockpt(*master) == 0)
		slave = ioctl(*master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	return slave;
}

/* 0 or an errno, as run_on_pipes(). */
static int
run_on_terminal(struct process *process, struct program_ends *ends, const struct program_plan *plan, char **argv)
{
	int slave = open_terminal(&ends->out);
	struct process_plan start_plan = { .path = argv[0], .argv = argv, .in = slave, .out = slave,
	    .messages = slave };
	int errnum = slave < 0 ? errno : 0;

	if (slave >= 0) {
		program_set_size(ends->out, plan->columns, plan->rows);
		errnum = start(process, &start_plan, plan->mask);
		close(slave);
	}
	if (errnum != 0)
		io_close(&ends->out);
	return errnum;
}

static bool
open_pipe(int *read_end, int *write_end)
{
	return io_pipe(read_end, write_end) == 0 && fcntl(*read_end, F_SETFL, O_NONBLOCK) == 0;
}

static int
run_on_pipes(struct process *process, struct program_ends *ends, const struct program_plan *plan, char **argv)
{
	struct process_plan start_plan = { .path = argv[0], .argv = argv, .in = -1, .out = -1, .messages = -1,
	    .no_input = true };
	bool apart = plan->session == AGENT_COMMAND_SEPARATE;
	int errors = -1, errnum;

	if (open_pipe(&ends->out, &start_plan.out) && (!apart || open_pipe(&ends->messages, &errors))) {
		start_plan.messages = apart ? errors : start_plan.out;
		errnum = start(process, &start_plan, plan->mask);
	} else {
		errnum = errno;
	}
	io_close(&start_plan.out);
	io_close(&errors);
	if (errnum != 0) {
		io_close(&ends->out);
		io_close(&ends->messages);
	}
	return errnum;
}

static enum ssm_err
tell(int errnum, const char *program, struct ssm_error *err)
{
	return errnum == 0 ? SSM_OK : ssm_fail(err, SSM_E_OTHER, "StartError", "fork/exec %.*s: %s", PROGRAM_SHOWN, program,
	    strerror(errnum));
}

/* A command that is no shell's: its words are the program and its arguments. */
static enum ssm_err
run_words(struct process *process, struct program_ends *ends, const struct program_plan *plan, struct ssm_error *err)
{
	struct shellwords words = SHELLWORDS_INIT;
	enum ssm_err rc = shellwords_split(&words, plan->command, err);

	if (rc == SSM_OK && words.count == 0)
		rc = ssm_fail(err, SSM_E_OTHER, "StartError", "the command has no words");
	else if (rc == SSM_OK)
		rc = tell(run_on_pipes(process, ends, plan, words.argv), words.argv[0], err);
	shellwords_clear(&words);
	return rc;
}

static enum ssm_err
run_in_shell(struct process *process, struct program_ends *ends, const struct program_plan *plan,
    struct ssm_error *err)
{
	struct bytes command = BYTES_INIT(plan->command.len + 1);
	char sh[] = "/bin/sh", option[] = "-c", *argv[] = { sh, option, NULL, NULL };
	int errnum = ENOMEM;

	bytes_add(&command, plan->command);
	if (bytes_cstr(&command) != NULL) {
		argv[2] = command.ptr;
		errnum = run_on_terminal(process, ends, plan, argv);
	}
	bytes_clear(&command);
	return tell(errnum, sh, err);
}

static enum ssm_err
run_shell(struct process *process, struct program_ends *ends, const struct program_plan *plan, struct ssm_error *err)
{
	char *path = strdup(plan->shell), *argv[] = { path, NULL };
	int errnum = path == NULL ? ENOMEM : run_on_terminal(process, ends, plan, argv);

	free(path);
	return tell(errnum, plan->shell, err);
}

enum ssm_err
program_run(struct process *process, struct program_ends *ends, const struct program_plan *plan, struct ssm_error *err)
{
	switch (plan->session) {
	case AGENT_SHELL:
		return run_shell(process, ends, plan, err);
	case AGENT_INTERACTIVE:
		return run_in_shell(process, ends, plan, err);
	default:
		return run_words(process, ends, plan, err);
	}
}

static int
compare(const void *a, const void *b)
{
	const pid_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

void
program_kill_sessions(pid_t *leaders, size_t count)
{
	DIR *all = count == 0 ? NULL : opendir("/proc");
	const struct dirent *entry;

	qsort(leaders, count, sizeof *leaders, compare);
	while (all != NULL && (entry = readdir(all)) != NULL) {
		unsigned long long pid;
		pid_t leader;

		if (!view_number(view_of(entry->d_name), &pid) || (leader = getsid((pid_t)pid)) <= 0)
			continue;
		if (bsearch(&leader, leaders, count, sizeof *leaders, compare) != NULL)
			kill((pid_t)pid, SIGKILL);
	}
	if (all != NULL)
		closedir(all);
}
