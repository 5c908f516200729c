/* child: what a program prints and how it ends, and signals while it runs and behind its end. */
#include "process/child.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/clock.h"
#include "script.h"
#include "tap.h"

static int *kills;			/* how often kill() was called, by forks too */

/* In place of libc's, for all that is linked into this program. */
int
kill(pid_t pid, int number)
{
	if (kills != NULL)
		++*kills;
	return (int)syscall(SYS_kill, pid, number);
}

static void
test_child(void)
{
	char script[] = "echo out; echo said >&2; exit 4", endless[] = "exec yes", *argv[4];
	struct child child = CHILD_INIT(1000, 1000);

	script_plan(argv, script);
	child.path = "sh";
	child.argv = argv;
	child.no_input = true;
	is_number(child_run(&child), 0, "a program runs");
	is_view(bytes_view(&child.out), VIEW("out\n"), "its output");
	is_view(bytes_view(&child.messages), VIEW("said\n"), "its messages");
	is_number(child.status, 4 << 8, "its status");
	argv[2] = endless;
	ok(child_run(&child) == 0 && child.too_long && child.out.len == 1000, "one that prints too much is ended");
	child.path = "/nowhere";
	is_number(child_run(&child), ENOENT, "one that is not there");
	child_clear(&child);
}

/* Until nobody has that number any more. */
static void
await_reaping(pid_t pid)
{
	uint64_t end = clock_ms() + SCRIPT_PATIENCE;

	while (syscall(SYS_kill, pid, 0) == 0 && clock_ms() < end)
		sched_yield();
}

/*
 * A program's number after its end may be another's: SIGTERM while something that it left behind holds its
 * output is for this process alone.
 */
static void
test_signal_behind_the_end(char *script, bool ends, int expected, const char *title)
{
	struct child child = CHILD_INIT(1000, 1000);
	int told[2], held[2], status = 0;
	pid_t pid = 0, between;
	char *argv[4], text[16] = "";

	*kills = 0;
	script_plan(argv, script);
	child.path = "sh";
	child.argv = argv;
	if (pipe(told) != 0 || pipe(held) != 0 || dup2(told[1], 8) < 0 || dup2(held[0], 9) < 0)
		exit(1);
	if ((between = fork()) == 0) {
		close(held[1]);
		_exit(child_run(&child) == 0 ? 0 : 1);
	}
	if (script_comes(told[0]) && read(told[0], text, sizeof text - 1) > 0)
		pid = (pid_t)strtol(text, NULL, 10);
	if (pid > 0 && ends)
		await_reaping(pid);
	syscall(SYS_kill, between, SIGTERM);
	ok(pid > 0 && waitpid(between, &status, 0) == between && WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM,
	    "%s: SIGTERM ends this process", title);
	is_number(*kills, expected, "and is passed on %d times", expected);
	for (int i = 0; i < 2; i++) {
		close(told[i]);
		close(held[i]);
	}
	close(8);
	close(9);
}

static void
test_signals_of_child(void)
{
	char left[] = "echo $$ >&8; read x <&9 & exit 0", at_work[] = "echo $$ >&8; read x <&9";

	kills = mmap(NULL, sizeof *kills, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (kills == MAP_FAILED)
		exit(1);
	test_signal_behind_the_end(left, true, 0, "its output is held behind its end");
	test_signal_behind_the_end(at_work, false, 1, "it is at work");
	munmap(kills, sizeof *kills);
	kills = NULL;
}

int
main(void)
{
	test_child();
	test_signals_of_child();
	if (script_forbid_pidfd()) {
		test_child();
		test_signals_of_child();
	}
	return done_testing();
}
