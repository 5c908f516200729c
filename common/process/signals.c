#include "process/signals.h"

#include <errno.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "core/io.h"

static bool
is_ignored(int number)
{
	struct sigaction action;

	return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

int
signals_start(struct signals *signals, const int *numbers, size_t count, bool ignored)
{
	sigprocmask(SIG_SETMASK, NULL, &signals->before);
	sigemptyset(&signals->watched);
	for (size_t i = 0; i < count; i++)
		if (ignored || !is_ignored(numbers[i]))
			sigaddset(&signals->watched, numbers[i]);
	signals->fd = signalfd(-1, &signals->watched, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signals->fd < 0)
		return errno;
	sigprocmask(SIG_BLOCK, &signals->watched, NULL);
	return 0;
}

bool
signals_take(struct signals *signals, struct signals_came *came)
{
	struct signalfd_siginfo info;

	if (signals->fd < 0 || read(signals->fd, &info, sizeof info) != sizeof info)
		return false;
	came->number = (int)info.ssi_signo;
	came->typed = info.ssi_code == SI_KERNEL;
	return true;
}

static void
deliver(int number)
{
	sigset_t one;

	sigemptyset(&one);
	sigaddset(&one, number);
	raise(number);
	sigprocmask(SIG_UNBLOCK, &one, NULL);
}

void
signals_pass(const struct signals *signals, int number)
{
	deliver(number);
	sigprocmask(SIG_BLOCK, &signals->watched, NULL);
}

void
signals_stop(struct signals *signals)
{
	if (signals->fd < 0)
		return;
	io_close(&signals->fd);
	sigprocmask(SIG_SETMASK, &signals->before, NULL);
}

void
signals_die(int number)
{
	signal(number, SIG_DFL);
	deliver(number);
}

void
signals_hold(struct signals *signals)
{
	static const int ends[] = { SIGHUP, SIGINT, SIGTERM };

	*signals = (struct signals)SIGNALS_INIT;
	if (signals_start(signals, ends, ARRAY_LEN(ends), false) != 0)
		signals->fd = -1;
}

int
signals_seen(struct signals *signals)
{
	struct signals_came came;

	if (signals->seen == 0 && signals_take(signals, &came)) {
		signals->seen = came.number;
		signals->typed = came.typed;
	}
	return signals->seen;
}

void
signals_release(struct signals *signals)
{
	signals_seen(signals);
	signals_stop(signals);
}

void
signals_obey(const struct signals *signals)
{
	if (signals->seen != 0)
		signals_die(signals->seen);
}
