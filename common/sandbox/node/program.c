#include "sandbox/node/program.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/node/start.h"

#define READS_A_TURN 16
#define KEEP_MAX 4096
#define CTRL_C '\003'
#define CTRL_BACKSLASH '\034'

static void on_output(void *owner, unsigned events);
static void on_exit_told(void *owner, unsigned events);
static void on_again(void *owner);

void
program_init(struct program *program, struct loop *loop, const struct back_calls *calls)
{
	*program = (struct program){ .loop = loop, .calls = *calls, .process = PROCESS_INIT,
	    .input = BYTES_INIT(PROGRAM_INPUT_MAX), .end = { .fd = -1, .ready = on_exit_told, .owner = program },
	    .again = { .due = on_again, .owner = program } };
	for (size_t i = 0; i < ARRAY_LEN(program->streams); i++)
		program->streams[i] = (struct program_stream){ .program = program,
		    .watch = { .fd = -1, .ready = on_output, .owner = &program->streams[i] } };
}

static bool
has_terminal(const struct program *program)
{
	return program->session == AGENT_SHELL || program->session == AGENT_INTERACTIVE;
}

static bool
is_wanted(const struct program_stream *stream)
{
	const struct program *program = stream->program;

	return stream->watch.fd >= 0 && !stream->abandoned &&
	    program->calls.wanted(program->calls.owner, stream == &program->streams[1]);
}

static void
ask(struct program *program)
{
	bool wanted = false;

	for (size_t i = 0; i < ARRAY_LEN(program->streams); i++) {
		struct program_stream *stream = &program->streams[i];
		unsigned events = is_wanted(stream) ? LOOP_READ : 0;

		wanted = wanted || events != 0;
		if (i == 0 && program->input.len > 0)
			events |= LOOP_WRITE;
		loop_ask(program->loop, &stream->watch, events);
	}
	if (program->exited && wanted)
		loop_set(program->loop, &program->again, loop_now(program->loop));
}

/* Reads what is there, up to a turn's share, as long as it is wanted. */
static void
read_stream(struct program_stream *stream)
{
	struct program *program = stream->program;
	char text[AGENT_PAYLOAD_MAX];

	stream->dry = false;
	for (int i = 0; i < READS_A_TURN && is_wanted(stream); i++) {
		ssize_t len = read(stream->watch.fd, text, sizeof text);

		if (len > 0) {
			program->calls.output(program->calls.owner, (struct view){ text, (size_t)len },
			    stream == &program->streams[1]);
		} else if (len < 0 && errno == EAGAIN) {
			stream->dry = true;
			return;
		} else if (len == 0 || errno != EINTR) {
			loop_shut(program->loop, &stream->watch);	/* a terminal nobody has open: EIO */
		}
	}
}

static bool
is_dry(const struct program *program)
{
	for (size_t i = 0; i < ARRAY_LEN(program->streams); i++)
		if (program->streams[i].watch.fd >= 0 && !program->streams[i].dry && !program->streams[i].abandoned)
			return false;
	return true;
}

static void
finish(struct program *program)
{
	int status = program->process.status;
	pid_t leader = program->leader;

	for (size_t i = 0; i < ARRAY_LEN(program->streams); i++)
		loop_shut(program->loop, &program->streams[i].watch);
	if (leader != 0)
		program_kill_sessions(&leader, 1);
	loop_unset(&program->again);
	program->over = true;
	program->calls.ended(program->calls.owner,
	    WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

/* Once it has ended, what it left in its streams is read without waiting for more. */
static void
go_on(struct program *program)
{
	for (size_t i = 0; program->exited && i < ARRAY_LEN(program->streams); i++)
		read_stream(&program->streams[i]);
	if (program->exited && is_dry(program))
		finish(program);
	else
		ask(program);
	program->calls.changed(program->calls.owner);
}

static void
on_again(void *owner)
{
	struct program *program = owner;

	if (!program->over)
		go_on(program);
}

static void
write_input(struct program *program)
{
	while (program->input.len > 0) {
		ssize_t len = write(program->streams[0].watch.fd, program->input.ptr, program->input.len);

		if (len > 0)
			bytes_drop(&program->input, (size_t)len);
		else if (len < 0 && errno == EAGAIN)
			return;
		else if (len == 0 || errno != EINTR)
			bytes_reset(&program->input);	/* nobody is there to read it */
	}
	bytes_recycle(&program->input, KEEP_MAX);
}

static void
on_output(void *owner, unsigned events)
{
	struct program_stream *stream = owner;

	if (events & LOOP_WRITE)
		write_input(stream->program);
	if (events & LOOP_READ)
		read_stream(stream);
	go_on(stream->program);
}

static void
on_exit_told(void *owner, unsigned events)
{
	struct program *program = owner;

	(void)events;
	loop_ask(program->loop, &program->end, 0);
	if (process_ended(&program->process)) {
		program->end.fd = -1;
		program->exited = true;
		go_on(program);
	} else {
		loop_ask(program->loop, &program->end, LOOP_READ);
	}
}

enum ssm_err
program_start(struct program *program, const struct program_plan *plan, struct ssm_error *err)
{
	struct program_ends ends = PROGRAM_ENDS_NONE;

	program->session = plan->session;
	if (program_run(&program->process, &ends, plan, err) != SSM_OK) {
		program->over = true;
		return err->rc;
	}
	program->leader = program->process.pid;
	program->started = true;
	program->streams[0].watch.fd = ends.out;
	program->streams[1].watch.fd = ends.messages;
	program->end.fd = program->process.fd;
	loop_ask(program->loop, &program->end, LOOP_READ);
	ask(program);
	return SSM_OK;
}

void
program_look(struct program *program)
{
	if (program->started && !program->over)
		ask(program);
}

void
program_abandon(struct program *program, bool error_output)
{
	program->streams[error_output].abandoned = true;
}

static void
signal_command(struct program *program, struct view bytes)
{
	for (size_t i = 0; i < bytes.len; i++)
		if (bytes.ptr[i] == CTRL_C)
			process_signal(&program->process, SIGINT);
		else if (bytes.ptr[i] == CTRL_BACKSLASH)
			process_signal(&program->process, SIGQUIT);
}

void
program_input(struct program *program, struct view bytes)
{
	if (!has_terminal(program)) {
		signal_command(program, bytes);
	} else if (program->streams[0].watch.fd >= 0) {
		bytes_add(&program->input, bytes);
		write_input(program);
		ask(program);
	}
}

void
program_resize(struct program *program, unsigned columns, unsigned rows)
{
	if (has_terminal(program) && program->streams[0].watch.fd >= 0)
		program_set_size(program->streams[0].watch.fd, columns, rows);
}

void
program_kill_all(struct program **programs, size_t count)
{
	pid_t *leaders = calloc(count + 1, sizeof *leaders);
	size_t found = 0;

	for (size_t i = 0; leaders != NULL && i < count; i++) {
		struct program *program = programs[i];

		if (program->leader == 0 || program->over || program->killed)
			continue;
		process_signal(&program->process, SIGKILL);
		leaders[found++] = program->leader;
		program->killed = true;
	}
	if (leaders != NULL)
		program_kill_sessions(leaders, found);
	free(leaders);
}

void
program_stop(struct program *program)
{
	loop_unset(&program->again);
	loop_ask(program->loop, &program->end, 0);
	program_kill_all(&program, 1);
	process_signal(&program->process, SIGKILL);
	process_wait(&program->process);
	for (size_t i = 0; i < ARRAY_LEN(program->streams); i++)
		loop_shut(program->loop, &program->streams[i].watch);
	bytes_clear(&program->input);
	program->over = true;
}
