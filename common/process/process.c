#include "process/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/io.h"
#include "process/start.h"

#define LOOK_NS 5000000			/* between two looks at a child, where its end is not told */
#define STATUS_LOST (255 << 8)		/* somebody else took it: as exit code 255 */

static bool
has_ends(const struct process_plan *plan)
{
	const int ends[] = { plan->in, plan->out, plan->messages };
	int null;

	for (int fd = 0; fd < (int)ARRAY_LEN(ends); fd++)
		if (ends[fd] >= 0 && dup2(ends[fd], fd) < 0)
			return false;
	if (!plan->no_input)
		return true;
	return (null = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0 && dup2(null, STDIN_FILENO) >= 0;
}

static bool
has_session(const struct process_plan *plan)
{
	if (!plan->leads)
		return true;
	return setsid() >= 0 && (ioctl(STDIN_FILENO, TIOCSCTTY, 0) == 0 || errno == ENOTTY);
}

static bool
has_signals(const struct process_plan *plan, const sigset_t *mask, pid_t parent)
{
	if (plan->usual_sigpipe)
		signal(SIGPIPE, SIG_DFL);
	if (plan->ends_with_us && (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != parent))
		return false;
	if (plan->own_group && setpgid(0, 0) != 0)
		return false;
	return sigprocmask(SIG_SETMASK, mask, NULL) == 0;
}

/* As execvp(3), but a text is no program. The last reason that is not "not here" counts. */
static void
execute_found(const struct process_plan *plan, char *const *environment)
{
	const char *paths = getenv("PATH");
	struct view rest = view_of(paths != NULL ? paths : "/bin:/usr/bin"), name = view_of(plan->path);
	int reason = ENOENT;
	char file[PATH_MAX];

	for (bool more = name.len > 0; more;) {
		size_t len = view_find(rest, ':');

		more = len < rest.len;
		if (len + name.len + 2 <= sizeof file) {
			memcpy(file, rest.ptr, len);
			file[len] = '/';
			memcpy(file + len + (len > 0), name.ptr, name.len + 1);
			execve(file, plan->argv, environment);
			if (errno != ENOENT && errno != ENOTDIR)
				reason = errno;
			if (reason != ENOENT && reason != EACCES)
				break;
		}
		rest = view_slice(rest, more ? len + 1 : len, rest.len);
	}
	errno = reason;
}

/*
 * In the child, which has its parent's memory until it is another program (vfork): it changes nothing
 * there, calls only what asks the system, and ends when it cannot become that program.
 */
static _Noreturn void
become(const struct process_plan *plan, const sigset_t *mask, pid_t parent, int told)
{
	char *const *environment = plan->environment;

	if (has_ends(plan) && has_session(plan) && has_signals(plan, mask, parent)) {
		if (plan->scripts)
			execvpe(plan->path, plan->argv, environment);
		else if (strchr(plan->path, '/') != NULL)
			execve(plan->path, plan->argv, environment);
		else
			execute_found(plan, environment);
	}
	if (write(told, &(int){ errno }, sizeof(int)) < 0)
		_exit(126);
	_exit(127);
}

/*
 * The pipe closes when the program runs; before, it carries the reason why it does not. It is vfork,
 * for fork copies the tables of this process's memory, which takes as long as to start the program; and
 * not posix_spawn, which cannot have the child end with its parent. No signal comes in between.
 */
static int
spawn(struct process *process, const struct process_plan *plan, const sigset_t *mask)
{
	pid_t parent = getpid();
	sigset_t all, before;
	int told_end = -1, told = -1, errnum = 0, rc = io_pipe(&told, &told_end);

	if (rc != 0)
		return rc;
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	process->pid = vfork();
	if (process->pid == 0)
		become(plan, mask, parent, told_end);
	if (process->pid < 0)
		errnum = errno;
	sigprocmask(SIG_SETMASK, &before, NULL);
	close(told_end);
	if (process->pid > 0 && io_read(told, &errnum, sizeof errnum) > 0)
		while (waitpid(process->pid, NULL, 0) < 0 && errno == EINTR)
			;
	close(told);
	if (errnum != 0)
		process->pid = 0;
	return errnum;
}

/*
 * Without pidfd_open() it is looked at time and again. SIGCHLD would tell of any child, and of several by one signal:
 * who takes it for one child may have taken it from another, whose end nobody sees then.
 */
static int
watch_by_time(struct process *process)
{
	const struct timespec between = { .tv_nsec = LOOK_NS };
	const struct itimerspec looks = { .it_interval = between, .it_value = between };

	process->by_time = true;
	if ((process->fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)) < 0)
		return errno;
	return timerfd_settime(process->fd, 0, &looks, NULL) != 0 ? errno : 0;
}

static int
watch(struct process *process)
{
	if ((process->fd = pidfd_open(process->pid, 0)) >= 0)
		return 0;
	return errno == ENOSYS || errno == EPERM ? watch_by_time(process) : errno;
}

/* Programs get what this process keeps away from its own libraries; ours do the same for themselves. */
static int
spawn_with_environment(struct process *process, const struct process_plan *plan, const sigset_t *mask)
{
	struct process_plan whole = *plan;
	char **environment = start_environment(plan->environment != NULL ? plan->environment : environ,
	    !plan->no_secrets);
	int rc;

	if (environment == NULL)
		return ENOMEM;
	whole.environment = environment;
	rc = spawn(process, &whole, mask);
	free(environment);
	return rc;
}

int
process_start(struct process *process, const struct process_plan *plan)
{
	struct sigaction action;
	sigset_t mask;
	int rc;

	*process = (struct process)PROCESS_INIT;
	if (plan->mask != NULL)
		mask = *plan->mask;
	else
		sigprocmask(SIG_SETMASK, NULL, &mask);
	sigdelset(&mask, SIGCHLD);
	if (sigaction(SIGCHLD, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
		signal(SIGCHLD, SIG_DFL);
	if ((rc = spawn_with_environment(process, plan, &mask)) != 0 || (rc = watch(process)) == 0)
		return rc;
	process_signal(process, SIGKILL);
	process_wait(process);
	return rc;
}

static void
forget(struct process *process, int status)
{
	io_close(&process->fd);
	process->pid = 0;
	process->status = status;
}

bool
process_ended(struct process *process)
{
	uint64_t looks;
	int status = STATUS_LOST;
	pid_t found;

	if (process->pid == 0)
		return true;
	while (process->by_time && read(process->fd, &looks, sizeof looks) > 0)
		;
	found = waitpid(process->pid, &status, WNOHANG);
	if (found == 0 || (found < 0 && errno == EINTR))
		return false;
	forget(process, status);
	return true;
}

int
process_wait(struct process *process)
{
	int status = STATUS_LOST;

	if (process->pid == 0)
		return process->status;
	while (waitpid(process->pid, &status, 0) < 0 && errno == EINTR)
		;
	forget(process, status);
	return status;
}

void
process_signal(const struct process *process, int number)
{
	if (process->pid > 0)
		kill(process->pid, number);
}
