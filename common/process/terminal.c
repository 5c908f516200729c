#include "process/terminal.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include "core/io.h"
#include "core/printable.h"
#include "process/loop.h"
#include "process/signals.h"

#define LINE_MAX_BYTES 256
#define PROMPT_MAX 65536

struct question {
	int tty;
	const char *text;
	struct termios before;
	struct signals signals;
	struct loop loop;
	struct loop_watch input;
	struct bytes *line;
	bool over, answered;
};

/* Signals that end or stop the process; they wait until the terminal is as it was. */
static const int watched[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP };

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

/*
 * The signal takes its course with the terminal as it was; who comes back is asked again, and what was typed
 * before is gone: a read that was due in this turn would wait.
 */
static void
on_signal(void *owner, unsigned events)
{
	struct question *question = owner;
	struct signals_came came;

	(void)events;
	if (!signals_take(&question->signals, &came))
		return;
	bytes_reset(question->line);
	loop_ask(&question->loop, &question->input, 0);
	end(question);
	io_write_all(question->tty, VIEW("\n"));
	signals_pass(&question->signals, came.number);
	question->over = !begin(question);
	loop_ask(&question->loop, &question->input, LOOP_READ);
}

/* A byte at a time: what stands behind the line is for somebody else. */
static void
on_input(void *owner, unsigned events)
{
	struct question *question = owner;
	char c = '\0';

	(void)events;
	question->over = io_read(question->tty, &c, 1) != 1 || c == '\n';
	question->answered = question->over && c == '\n';
	if (!question->over)
		bytes_add_char(question->line, c);
}

/* A line, or what there was of it at the end of input. */
static bool
read_line(struct question *question)
{
	struct loop *loop = &question->loop;
	struct loop_watch signals = { .fd = question->signals.fd, .ready = on_signal, .owner = question };

	question->input = (struct loop_watch){ .fd = question->tty, .ready = on_input, .owner = question };
	if (loop_open(loop) == 0) {
		loop_ask(loop, &signals, LOOP_READ);
		loop_ask(loop, &question->input, LOOP_READ);
	}
	while (!question->over && loop_turn(loop, LOOP_FOREVER) == 0)
		;
	loop_close(loop);
	return question->answered && !bytes_failed(question->line);
}

static bool
converse(struct question *question)
{
	bool answered;

	if (tcgetattr(question->tty, &question->before) != 0)
		return false;
	answered = signals_start(&question->signals, watched, ARRAY_LEN(watched), false) == 0 &&
	    begin(question) && read_line(question);
	end(question);
	signals_stop(&question->signals);
	return answered;
}

enum ssm_err
terminal_ask(void *context, const char *text, struct bytes *answer, struct ssm_error *err)
{
	struct bytes line = BYTES_INIT(LINE_MAX_BYTES), prompt = BYTES_INIT(PROMPT_MAX);
	struct question question = { .signals = SIGNALS_INIT, .line = &line };
	bool answered;

	(void)context;
	bytes_reset(answer);
	if ((question.tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)) < 0)
		return ssm_fail(err, SSM_E_CONFIG, "PromptError", "there is no terminal to ask at");
	printable_text(&prompt, view_of(text));
	question.text = bytes_cstr(&prompt);
	answered = question.text != NULL && converse(&question);
	close(question.tty);
	bytes_clear(&prompt);
	bytes_set(answer, view_trim(bytes_view(&line)));
	bytes_clear(&line);
	if (!answered || answer->len == 0)
		return ssm_fail(err, SSM_E_CONFIG, "PromptError", "no answer at the terminal");
	return SSM_OK;
}
