#include "console/terminal.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "core/bytes.h"

/* What ends a process that does not ask for it, of faults and of others; those that a session looks at are its own. */
static const int deadly[] = { SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGQUIT, SIGSEGV, SIGSYS, SIGTRAP, SIGALRM, SIGIO,
	SIGPROF, SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU, SIGXFSZ };

/* Handlers of signals are given nothing else to know the terminal by. */
static struct {
	volatile sig_atomic_t raw;
	int fd;
	struct termios before;
	struct sigaction actions[ARRAY_LEN(deadly)];	/* as they were, of each */
} saved;

static void
restore_saved(void)
{
	saved.raw = 0;
	tcsetattr(saved.fd, TCSANOW, &saved.before);
}

/* What it would have met without this handler meets it now. */
static void
on_deadly(int number)
{
	int errnum = errno;

	if (saved.raw)
		restore_saved();
	for (size_t i = 0; i < ARRAY_LEN(deadly); i++)
		if (deadly[i] == number)
			sigaction(number, &saved.actions[i], NULL);
	raise(number);
	errno = errnum;
}

/* One that is ignored ends nothing, and stays so. */
static void
catch_deadly(void)
{
	struct sigaction action = { .sa_handler = on_deadly, .sa_flags = SA_NODEFER };

	sigfillset(&action.sa_mask);
	for (size_t i = 0; i < ARRAY_LEN(deadly); i++)
		sigdelset(&action.sa_mask, deadly[i]);
	for (size_t i = 0; i < ARRAY_LEN(deadly); i++) {
		sigaction(deadly[i], NULL, &saved.actions[i]);
		if (saved.actions[i].sa_handler != SIG_IGN)
			sigaction(deadly[i], &action, NULL);
	}
}

static void
leave_deadly(void)
{
	for (size_t i = 0; i < ARRAY_LEN(deadly); i++)
		sigaction(deadly[i], &saved.actions[i], NULL);
}

/* Nothing is changed on the way in or out, no key is a signal, a read has what there is. */
static void
make_raw(struct termios *mode)
{
	mode->c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IUCLC | IXON |
	    IXANY | IXOFF | INPCK);
	mode->c_iflag |= IGNPAR;
	mode->c_oflag &= ~(tcflag_t)OPOST;
	mode->c_lflag &= ~(tcflag_t)(ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHONL | IEXTEN);
	mode->c_cflag = (mode->c_cflag & ~(tcflag_t)(CSIZE | PARENB)) | CS8;
	mode->c_cc[VMIN] = 1;
	mode->c_cc[VTIME] = 0;
}

int
consoleterminal_raw(struct consoleterminal *terminal)
{
	struct termios mode;

	if (terminal->raw || terminal->fd < 0 || tcgetattr(terminal->fd, &mode) != 0)
		return 0;
	saved.fd = terminal->fd;
	saved.before = mode;
	make_raw(&mode);
	catch_deadly();
	saved.raw = terminal->raw = true;
	if (tcsetattr(terminal->fd, TCSADRAIN, &mode) == 0)
		return 0;
	terminal->raw = false;
	saved.raw = 0;
	leave_deadly();
	return errno;
}

/*
 * At once: what was written is on its way, and a terminal that takes nothing must not keep the process. Also from the
 * background, where it would be stopped in the middle of its end.
 */
void
consoleterminal_restore(struct consoleterminal *terminal)
{
	sigset_t stop, before;

	if (!terminal->raw)
		return;
	sigemptyset(&stop);
	sigaddset(&stop, SIGTTOU);
	sigprocmask(SIG_BLOCK, &stop, &before);
	restore_saved();
	sigprocmask(SIG_SETMASK, &before, NULL);
	leave_deadly();
	terminal->raw = false;
}

bool
consoleterminal_size(int fd, unsigned *columns, unsigned *rows)
{
	struct winsize size;

	*columns = CONSOLETERMINAL_COLUMNS;
	*rows = CONSOLETERMINAL_ROWS;
	if (!isatty(fd) || ioctl(fd, TIOCGWINSZ, &size) != 0)
		return true;
	*columns = size.ws_col;
	*rows = size.ws_row;
	return size.ws_col > 0 && size.ws_row > 0;
}
