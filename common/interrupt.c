#include "interrupt.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include "bytes.h"
#include "io.h"

static const int signals[] = { SIGHUP, SIGINT, SIGTERM };

static bool
is_ignored(int number)
{
	struct sigaction action;

	return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

void
interrupt_start(struct interrupt *interrupt)
{
	interrupt->signal = 0;
	sigemptyset(&interrupt->watched);
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		if (!is_ignored(signals[i]))
			sigaddset(&interrupt->watched, signals[i]);
	interrupt->fd = signalfd(-1, &interrupt->watched, SFD_CLOEXEC | SFD_NONBLOCK);
	if (interrupt->fd >= 0)
		sigprocmask(SIG_BLOCK, &interrupt->watched, NULL);
}

int
interrupt_seen(struct interrupt *interrupt)
{
	struct signalfd_siginfo info;

	if (interrupt->signal == 0 && interrupt->fd >= 0 &&
	    read(interrupt->fd, &info, sizeof info) == sizeof info)
		interrupt->signal = (int)info.ssi_signo;
	return interrupt->signal;
}

void
interrupt_stop(struct interrupt *interrupt)
{
	if (interrupt->fd < 0)
		return;
	interrupt_seen(interrupt);
	sigprocmask(SIG_UNBLOCK, &interrupt->watched, NULL);
	io_close(&interrupt->fd);
}

void
interrupt_obey(struct interrupt *interrupt)
{
	if (interrupt->signal == 0)
		return;
	signal(interrupt->signal, SIG_DFL);
	raise(interrupt->signal);
}
