/* terminal: a question at a terminal that this test is the other side of. */
#include "process/terminal.h"

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "core/io.h"
#include "tap.h"

#define PATIENCE 30000			/* milliseconds, for what must come */

struct talk {
	pid_t pid;
	int fd;				/* what a person sees and types */
	int result;			/* what was understood, from the child */
	struct bytes seen;
};

/* The child asks, and tells what it got through a pipe. */
static bool
begin(struct talk *talk)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct bytes answer = BYTES_INIT(1000);
	int told = -1;

	*talk = (struct talk){ .result = -1, .seen = BYTES_INIT(4000) };
	if (io_pipe(&talk->result, &told) != 0 || (talk->pid = forkpty(&talk->fd, NULL, NULL, NULL)) < 0)
		return false;
	if (talk->pid == 0) {
		if (terminal_ask(NULL, "code: ", &answer, &err) == SSM_OK)
			io_write_all(told, bytes_view(&answer));
		else
			io_write_all(told, view_of(err.message));
		_exit(0);
	}
	io_close(&told);
	return true;
}

/* Reads until so many questions have been seen. */
static bool
sees_question(struct talk *talk, unsigned times)
{
	for (;;) {
		struct pollfd p = { .fd = talk->fd, .events = POLLIN };
		unsigned found = 0;
		ssize_t n;
		char *room;

		for (size_t i = 0; i < talk->seen.len; i++)
			found += talk->seen.ptr[i] == ':';
		if (found >= times)
			return true;
		if (poll(&p, 1, PATIENCE) != 1 || (room = bytes_room(&talk->seen, 100)) == NULL ||
		    (n = read(talk->fd, room, 100)) <= 0)
			return false;
		bytes_grew(&talk->seen, (size_t)n);
	}
}

static bool
shows_typing(const struct talk *talk)
{
	struct termios now;

	return tcgetattr(talk->fd, &now) == 0 && (now.c_lflag & ECHO) != 0;
}

/* What the child understood, and how it ended. */
static int
finish(struct talk *talk, struct bytes *got)
{
	int status = -1;

	if (io_read_descriptor(got, talk->result) != 0)
		diag("the result cannot be read");
	if (waitpid(talk->pid, &status, 0) != talk->pid)
		diag("the child is lost");
	io_close(&talk->fd);
	io_close(&talk->result);
	bytes_clear(&talk->seen);
	return status;
}

static void
test_answer(void)
{
	struct bytes got = BYTES_INIT(1000);
	struct talk talk;

	ok(begin(&talk) && sees_question(&talk, 1), "the question is shown");
	ok(!shows_typing(&talk), "what is typed is not");
	ok(io_write_all(talk.fd, VIEW(" 123456 \nrest")) == 0, "a line is typed");
	is_number(finish(&talk, &got), 0, "the question is over");
	is_view(bytes_view(&got), VIEW("123456"), "the answer has no blanks around it");
	ok(begin(&talk) && sees_question(&talk, 1) && io_write_all(talk.fd, VIEW("\n")) == 0, "an empty line");
	finish(&talk, &got);
	is_view(bytes_view(&got), VIEW("no answer at the terminal"), "is no answer");
	ok(begin(&talk) && sees_question(&talk, 1) && io_write_all(talk.fd, VIEW("12\004\004")) == 0,
	    "the end of input");
	finish(&talk, &got);
	is_view(bytes_view(&got), VIEW("no answer at the terminal"), "is none either");
	bytes_clear(&got);
}

static void
on_signal(int number)
{
	(void)number;
}

static void
test_signals(void)
{
	struct bytes got = BYTES_INIT(1000);
	struct talk talk;

	ok(begin(&talk) && sees_question(&talk, 1), "a question");
	ok(io_write_all(talk.fd, VIEW("12\003")) == 0, "is interrupted");
	ok(io_read_descriptor(&got, talk.result) == 0 && shows_typing(&talk), "the terminal is as it was");
	is_number(finish(&talk, &got), SIGINT, "the signal ends the process");

	signal(SIGTERM, on_signal);
	ok(begin(&talk) && sees_question(&talk, 1), "a question");
	ok(kill(talk.pid, SIGTERM) == 0 && sees_question(&talk, 2),
	    "is asked again after a signal that does not end the process");
	ok(!shows_typing(&talk) && io_write_all(talk.fd, VIEW("654321\n")) == 0, "and answered");
	is_number(finish(&talk, &got), 0, "it is over");
	is_view(bytes_view(&got), VIEW("654321"), "with the answer to the second question");
	signal(SIGTERM, SIG_DFL);
	bytes_clear(&got);
}

int
main(void)
{
	signal(SIGINT, SIG_DFL);		/* which this test may have been started to ignore */
	test_answer();
	test_signals();
	return done_testing();
}
