/* signals: which come, in what order, and what is left as it was. */
#include "process/signals.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/io.h"
#include "tap.h"

static void
test_signals(void)
{
	static const int numbers[] = { SIGHUP, SIGTERM, SIGWINCH };
	struct signals signals;
	struct signals_came came;
	sigset_t now;

	signal(SIGHUP, SIG_IGN);
	ok(signals_start(&signals, numbers, ARRAY_LEN(numbers), false) == 0, "three signals, one of them ignored");
	ok(!signals_take(&signals, &came), "none has come");
	raise(SIGHUP);
	ok(!io_readable(signals.fd), "one that is ignored does not come");
	kill(getpid(), SIGTERM);
	kill(getpid(), SIGWINCH);
	ok(io_readable(signals.fd), "what came before anybody looked is there");
	ok(signals_take(&signals, &came) && came.number == SIGTERM && !came.typed, "the first");
	ok(signals_take(&signals, &came) && came.number == SIGWINCH, "the second");
	ok(!signals_take(&signals, &came), "and no more");
	signals_pass(&signals, SIGWINCH);
	sigprocmask(SIG_SETMASK, NULL, &now);
	ok(sigismember(&now, SIGWINCH) == 1, "after one took its course it is watched again");
	signals_stop(&signals);
	sigprocmask(SIG_SETMASK, NULL, &now);
	ok(sigismember(&now, SIGTERM) == 0 && signals.fd == -1, "in the end nothing is held back");
	ok(signals_start(&signals, numbers, 1, true) == 0, "the ignored one, if that is wanted");
	raise(SIGHUP);
	ok(signals_take(&signals, &came) && came.number == SIGHUP, "comes");
	signals_stop(&signals);
	signal(SIGHUP, SIG_DFL);
}

static void
test_death(void)
{
	sigset_t all;
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		sigfillset(&all);
		sigprocmask(SIG_BLOCK, &all, NULL);
		signal(SIGTERM, SIG_IGN);
		signals_die(SIGTERM);
		_exit(0);
	}
	ok(pid > 0 && waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM,
	    "a process ends by the signal, though it was ignored and held back");
}

int
main(void)
{
	test_signals();
	test_death();
	return done_testing();
}
