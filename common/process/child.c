#include "process/child.h"

#include <unistd.h>

#include "core/io.h"
#include "process/loop.h"
#include "process/process.h"
#include "process/signals.h"

/* All that is at work while the program runs. */
struct running {
	struct child *child;
	struct process process;
	struct loop loop;
	struct loop_watch out, messages, end, signals;
	struct signals interrupt;
};

/* Adds what there is to *to; returns whether it fitted. The end closes the descriptor. */
static bool
take(struct loop *loop, struct loop_watch *from, struct bytes *to, bool pass)
{
	char text[16384];
	ssize_t n = io_read(from->fd, text, sizeof text);
	size_t room = to->max - to->len, len = n > 0 ? (size_t)n : 0;

	if (n <= 0)
		loop_shut(loop, from);
	if (pass && len > 0)
		io_write_all(STDERR_FILENO, (struct view){ text, len });
	bytes_add(to, (struct view){ text, len < room ? len : room });
	explicit_bzero(text, sizeof text);
	return len <= room && !bytes_failed(to);
}

static void
on_out(void *owner, unsigned events)
{
	struct running *running = owner;

	(void)events;
	if (take(&running->loop, &running->out, &running->child->out, false))
		return;
	running->child->too_long = true;
	process_signal(&running->process, SIGTERM);
	loop_shut(&running->loop, &running->out);
	loop_shut(&running->loop, &running->messages);
}

static void
on_messages(void *owner, unsigned events)
{
	struct running *running = owner;

	(void)events;
	take(&running->loop, &running->messages, &running->child->messages,
	    running->child->pass_messages);
}

static void
on_end(void *owner, unsigned events)
{
	struct running *running = owner;

	(void)events;
	loop_ask(&running->loop, &running->end, 0);
	if (!process_ended(&running->process))
		loop_ask(&running->loop, &running->end, LOOP_READ);
}

/* The program gets the signal, then this process has what it would have had. */
static void
on_signal(void *owner, unsigned events)
{
	struct running *running = owner;
	struct signals_came came;

	(void)events;
	while (signals_take(&running->interrupt, &came)) {
		process_signal(&running->process, came.number);
		signals_pass(&running->interrupt, came.number);
	}
}

/* The program, with its two outputs read here. */
static int
start(struct running *running)
{
	const struct child *child = running->child;
	struct process_plan plan = { .path = child->path, .argv = child->argv, .in = -1, .out = -1,
	    .messages = -1, .no_input = child->no_input, .usual_sigpipe = true,
	    .mask = &running->interrupt.before };
	int rc;

	if ((rc = io_pipe(&running->out.fd, &plan.out)) == 0 &&
	    (rc = io_pipe(&running->messages.fd, &plan.messages)) == 0)
		rc = process_start(&running->process, &plan);
	io_close(&plan.out);
	io_close(&plan.messages);
	return rc;
}

/* Until all is read and the program has ended. */
static int
attend(struct running *running)
{
	struct loop *loop = &running->loop;
	int rc = 0;

	running->end.fd = running->process.fd;
	running->signals.fd = running->interrupt.fd;
	loop_ask(loop, &running->end, LOOP_READ);
	loop_ask(loop, &running->signals, LOOP_READ);
	loop_ask(loop, &running->out, LOOP_READ);
	loop_ask(loop, &running->messages, LOOP_READ);
	while (rc == 0 && (running->process.pid != 0 || running->out.fd >= 0 || running->messages.fd >= 0))
		rc = loop_turn(loop, LOOP_FOREVER);
	return rc;
}

int
child_run(struct child *child)
{
	struct running running = { .child = child, .process = PROCESS_INIT,
	    .out = { .fd = -1, .ready = on_out, .owner = &running },
	    .messages = { .fd = -1, .ready = on_messages, .owner = &running },
	    .end = { .ready = on_end, .owner = &running },
	    .signals = { .ready = on_signal, .owner = &running } };
	int rc = loop_open(&running.loop);

	bytes_reset(&child->out);
	bytes_reset(&child->messages);
	child->too_long = false;
	signals_hold(&running.interrupt);
	if (rc == 0 && (rc = start(&running)) == 0 && (rc = attend(&running)) != 0)
		process_signal(&running.process, SIGTERM);
	child->status = process_wait(&running.process);
	loop_shut(&running.loop, &running.out);
	loop_shut(&running.loop, &running.messages);
	loop_close(&running.loop);
	signals_stop(&running.interrupt);
	return rc;
}

void
child_clear(struct child *child)
{
	bytes_clear(&child->out);
	bytes_clear(&child->messages);
}
