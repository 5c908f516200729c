/* process: children that end early, late, or never began. */
#include "process/process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/io.h"
#include "process/loop.h"
#include "process/signals.h"
#include "script.h"
#include "tap.h"

/* Without pidfd the descriptor tells when to look, and what is looked at may not have ended. */
static bool
is_told_of(struct process *process)
{
	while (script_comes(process->fd))
		if (process_ended(process))
			return true;
	return false;
}

/* How a script ends; -1 when it could not be started. */
static int
outcome(char *script, bool usual_sigpipe, const sigset_t *mask)
{
	char *argv[4];
	struct process_plan plan = script_plan(argv, script);
	struct process process;

	plan.usual_sigpipe = usual_sigpipe;
	plan.mask = mask;
	return process_start(&process, &plan) == 0 ? process_wait(&process) : -1;
}

static void
test_status(void)
{
	char seven[] = "exit 7", killed[] = "kill -KILL $$";
	struct process process = PROCESS_INIT;

	ok(process_ended(&process), "one that was never started has ended");
	is_number(outcome(seven, false, NULL), 7 << 8, "an exit code");
	is_number(outcome(killed, false, NULL), SIGKILL, "a signal");
	signal(SIGCHLD, SIG_IGN);
	is_number(outcome(seven, false, NULL), 7 << 8, "a status also where children were ignored");
}

/* A group of its own has its process's number. */
static void
test_group(void)
{
	char hang[] = "exec tail -f /dev/null", *argv[4];
	struct process_plan plan = script_plan(argv, hang);
	struct process process;

	ok(process_start(&process, &plan) == 0 && getpgid(process.pid) == getpgid(0), "a child is of our process group");
	process_signal(&process, SIGKILL);
	process_wait(&process);
	plan.own_group = true;
	ok(process_start(&process, &plan) == 0 && getpgid(process.pid) == process.pid, "or has one of its own, when it runs");
	process_signal(&process, SIGKILL);
	process_wait(&process);
}

static void
test_early_end(void)
{
	char nothing[] = "exit 3", *argv[4];
	struct process_plan plan = script_plan(argv, nothing);
	struct process process;

	ok(process_start(&process, &plan) == 0 && is_told_of(&process), "its descriptor tells that it has ended");
	is_number(process.status, 3 << 8, "its status is there");
	is_number(process.pid, 0, "its number is forgotten");
	is_number(process.fd, -1, "its descriptor is closed");
	process_signal(&process, SIGKILL);
	ok(true, "a signal to it reaches nobody, us neither");
	is_number(process_wait(&process), 3 << 8, "the status stays");
}

static void
on_end(void *owner, unsigned events)
{
	++*(int *)owner;
	(void)events;
}

/* Two children in a loop: one has ended before it is watched, one ends when it is told to. */
static void
test_loop(const char *how)
{
	char nothing[] = "exit 3", hang[] = "exec tail -f /dev/null", *argv[4];
	struct process_plan plan = script_plan(argv, nothing);
	struct process early, late;
	int told[2] = { 0, 0 };
	struct loop_watch first = { .ready = on_end, .owner = &told[0] },
	    second = { .ready = on_end, .owner = &told[1] };
	struct loop loop;

	ok(loop_open(&loop) == 0 && process_start(&early, &plan) == 0 && script_comes(early.fd), "%s: one that ends", how);
	plan = script_plan(argv, hang);
	ok(process_start(&late, &plan) == 0, "%s: one that does not", how);
	first.fd = early.fd;
	second.fd = late.fd;
	loop_ask(&loop, &first, LOOP_READ);
	while (told[0] == 0 && loop_turn(&loop, SCRIPT_PATIENCE) == 0)
		;
	loop_ask(&loop, &first, 0);
	ok(process_ended(&early) || is_told_of(&early), "%s: it has ended", how);
	is_number(early.status, 3 << 8, "%s: who is watched late is told of", how);
	loop_ask(&loop, &second, LOOP_READ);
	ok(!process_ended(&late), "%s: one that runs has not ended", how);
	told[1] = 0;
	process_signal(&late, SIGTERM);
	while (told[1] == 0 && loop_turn(&loop, SCRIPT_PATIENCE) == 0)
		;
	loop_ask(&loop, &second, 0);
	ok(process_ended(&late) || is_told_of(&late), "%s: it has ended", how);
	is_number(late.status, SIGTERM, "%s: a signal ends it, and that is told", how);
	loop_close(&loop);
}

/* Whoever is looked at first takes nothing from the other, though both have ended meanwhile. */
static void
test_two_ends(const char *how)
{
	char script[] = "exit 0", *argv[4];
	struct process_plan plan = script_plan(argv, script);
	struct process one, other;
	siginfo_t info;

	ok(process_start(&one, &plan) == 0 && process_start(&other, &plan) == 0, "%s: two", how);
	ok(waitid(P_PID, (id_t)one.pid, &info, WEXITED | WNOWAIT) == 0 &&
	    waitid(P_PID, (id_t)other.pid, &info, WEXITED | WNOWAIT) == 0, "%s: have ended", how);
	ok(is_told_of(&one), "%s: one is told of", how);
	ok(is_told_of(&other), "%s: and the other", how);
}

static int
start_file(const char *path, bool scripts)
{
	char name[] = "name", *argv[] = { name, NULL };
	struct process_plan plan = { .path = path, .argv = argv, .in = -1, .out = -1, .messages = -1,
	    .scripts = scripts };
	struct process process;
	int rc = process_start(&process, &plan);

	return rc != 0 ? -rc : process_wait(&process) >> 8;
}

static void
test_paths(void)
{
	char directory[] = "/tmp/processXXXXXX", path[64], search[256];
	const char *before = getenv("PATH");
	int fd;

	is_number(start_file("/nowhere/at/all", false), -ENOENT, "a file that is not there");
	is_number(start_file("not-in-any-path", false), -ENOENT, "a name that is in no directory of PATH");
	is_number(start_file("", false), -ENOENT, "a name that is none");
	is_number(start_file("/dev/null", false), -EACCES, "a file that may not be run");
	if (mkdtemp(directory) == NULL)
		return;
	snprintf(path, sizeof path, "%s/text", directory);
	snprintf(search, sizeof search, "/nowhere:/dev/null:%s:%s", directory, before != NULL ? before : "/bin");
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	ok(fd >= 0 && io_write_all(fd, VIEW("exit 5\n")) == 0, "a text without #!");
	io_close(&fd);
	is_number(start_file(path, false), -ENOEXEC, "is no program");
	is_number(start_file(path, true), 5, "but the shell's, if that is wanted");
	setenv("PATH", search, 1);
	is_number(start_file("text", false), -ENOEXEC, "it is found through PATH");
	is_number(start_file("text", true), 5, "also for the shell");
	is_number(start_file("true", false), 0, "others stand behind it");
	ok(chmod(path, 0644) == 0, "it may not be run");
	is_number(start_file("text", false), -EACCES, "then that is the reason");
	ok(unlink(path) == 0 && rmdir(directory) == 0, "it goes");
	if (before != NULL)
		setenv("PATH", before, 1);
	else
		unsetenv("PATH");
}

static void
test_descriptors(void)
{
	char script[200], *argv[4], setting[] = "X=given", *entries[] = { setting, NULL };
	struct process_plan plan = script_plan(argv, script);
	struct bytes got = BYTES_INIT(1000);
	struct process process;
	int in = -1, to = -1, out = -1;

	ok(io_pipe(&in, &to) == 0 && io_pipe(&out, &plan.out) == 0, "pipes");
	snprintf(script, sizeof script, "cat; echo said >&2; echo $X; for i in %d %d %d %d; do test -e "
	    "/proc/$$/fd/$i && echo kept; done; exit 0", in, to, out, plan.out);
	plan.in = in;
	plan.messages = plan.out;
	plan.environment = entries;
	ok(io_write_all(to, VIEW("read\n")) == 0, "something to read");
	io_close(&to);
	ok(process_start(&process, &plan) == 0, "it starts");
	io_close(&plan.out);
	io_close(&in);
	ok(io_read_descriptor(&got, out) == 0, "its output ends");
	is_view(bytes_view(&got), VIEW("read\nsaid\ngiven\n"), "its descriptors are those that it was given");
	is_number(process_wait(&process), 0, "it ends");
	io_close(&out);
	bytes_clear(&got);
}

static void
test_signals_of_children(void)
{
	static const int numbers[] = { SIGTERM };
	char terminated[] = "kill -TERM $$; exit 3", piped[] = "kill -PIPE $$; exit 3";
	struct signals signals;

	ok(signals_start(&signals, numbers, 1, false) == 0, "SIGTERM is watched");
	is_number(outcome(terminated, false, &signals.before), SIGTERM, "a child has the mask of before");
	signals_stop(&signals);
	signal(SIGPIPE, SIG_IGN);
	is_number(outcome(piped, false, NULL), 3 << 8, "what is ignored here is there");
	is_number(outcome(piped, true, NULL), SIGPIPE, "but SIGPIPE, if that is wanted");
	signal(SIGPIPE, SIG_DFL);
}

/* A process between us and the child dies; the child then closes the last end of a pipe. */
static void
test_death_of_parent(void)
{
	char hang[] = "exec tail -f /dev/null", *argv[4];
	struct process_plan plan = script_plan(argv, hang);
	struct process process;
	int out = -1;
	pid_t between;

	ok(io_pipe(&out, &plan.out) == 0, "a pipe");
	plan.ends_with_us = true;
	if ((between = fork()) == 0) {
		if (process_start(&process, &plan) != 0)
			_exit(1);
		raise(SIGKILL);
	}
	io_close(&plan.out);
	ok(between > 0 && waitpid(between, NULL, 0) == between && script_comes(out), "a child ends with its parent");
	io_close(&out);
}

/* On a terminal of its own, whose number is told by ps's own way: the session's is the child's. */
static void
test_session_of_child(void)
{
	char script[] = "test \"$(cut -d' ' -f6 < /proc/$$/stat)\" = $$ && (: < /dev/tty) 2>/dev/null", *argv[4];
	struct process_plan plan = script_plan(argv, script);
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), slave = -1;
	struct process process;

	if (master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0)
		slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	plan.in = slave;
	plan.leads = true;
	ok(slave >= 0 && process_start(&process, &plan) == 0 && process_wait(&process) == 0,
	    "a child leads a session, whose terminal is its standard input");
	plan.in = -1;
	plan.no_input = true;
	ok(process_start(&process, &plan) == 0 && process_wait(&process) != 0, "or has none");
	io_close(&slave);
	io_close(&master);
}

int
main(void)
{
	test_status();
	test_early_end();
	test_loop("with pidfd");
	test_two_ends("with pidfd");
	test_paths();
	test_descriptors();
	test_signals_of_children();
	test_death_of_parent();
	test_group();
	test_session_of_child();
	if (script_forbid_pidfd()) {
		test_status();
		test_early_end();
		test_loop("without pidfd");
		test_two_ends("without pidfd");
	}
	return done_testing();
}
