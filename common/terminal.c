#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "io.h"

#define LINE_MAX_BYTES 256

struct question {
	int tty, signals;
	const char *text;
	struct termios before;
	sigset_t mask;
};

/* Signals that end or stop the process; they wait until the terminal is as it was. */
static const int watched[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP };

static int
watch_signals(sigset_t *before)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_LEN(watched); i++)
		sigaddset(&set, watched[i]);
	sigprocmask(SIG_BLOCK, &set, before);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static bool
begin(struct question *question)
{
	struct termios silent = question->before;

	silent.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK);
	silent.c_lflag |= ICANON | ECHONL;
	return tcsetattr(question->tty, TCSAFLUSH, &silent) == 0 &&
	    io_write_all(question->tty, view_of(question->text)) == 0;
}

static void
end(const struct question *question)
{
	tcsetattr(question->tty, TCSAFLUSH, &question->before);
}

/* The signal takes its course with the terminal as it was; who comes back is asked again. */
static bool
take_signal(struct question *question)
{
	struct signalfd_siginfo info;
	sigset_t blocked;

	if (read(question->signals, &info, sizeof info) != sizeof info)
		return true;
	end(question);
	io_write_all(question->tty, VIEW("\n"));
	raise((int)info.ssi_signo);
	sigprocmask(SIG_SETMASK, &question->mask, &blocked);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
	return begin(question);
}

/* A line, or what there was of it at the end of input. */
static bool
read_line(struct question *question, struct bytes *line)
{
	char c;

	for (;;) {
		struct pollfd fds[] = { { .fd = question->signals, .events = POLLIN },
		    { .fd = question->tty, .events = POLLIN } };

		if (poll(fds, ARRAY_LEN(fds), -1) < 0 && errno != EINTR)
			return false;
		if (fds[0].revents != 0) {
			bytes_reset(line);
			if (!take_signal(question))
				return false;
		} else if (fds[1].revents != 0) {
			if (io_read(question->tty, &c, 1) != 1)
				return false;
			if (c == '\n')
				return !bytes_failed(line);
			bytes_add_char(line, c);
		}
	}
}

static bool
converse(struct question *question, struct bytes *line)
{
	bool answered;

	if (tcgetattr(question->tty, &question->before) != 0)
		return false;
	question->signals = watch_signals(&question->mask);
	answered = question->signals >= 0 && begin(question) && read_line(question, line);
	end(question);
	if (question->signals >= 0)
		close(question->signals);
	sigprocmask(SIG_SETMASK, &question->mask, NULL);
	return answered;
}

enum ssm_err
terminal_ask(void *context, const char *text, struct bytes *answer, struct ssm_error *err)
{
	struct question question = { .text = text };
	struct bytes line = BYTES_INIT(LINE_MAX_BYTES);
	bool answered;

	(void)context;
	bytes_reset(answer);
	if ((question.tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)) < 0)
		return ssm_fail(err, SSM_E_CONFIG, "PromptError", "there is no terminal to ask at");
	answered = converse(&question, &line);
	close(question.tty);
	bytes_set(answer, view_trim(bytes_view(&line)));
	bytes_clear(&line);
	if (!answered || answer->len == 0)
		return ssm_fail(err, SSM_E_CONFIG, "PromptError", "no answer at the terminal");
	return SSM_OK;
}
