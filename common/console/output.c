#include "console/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_MAX_BYTES 64

/*
 * The same pipe or terminal, opened so that writing never waits. To set that for the descriptor that was handed down
 * would set it for a shell and whoever else has it, too. Other files than these have a place in them, or take all.
 */
static int
open_own(int fd)
{
	char path[PATH_MAX_BYTES];
	struct stat of, again;
	int own;

	if (fstat(fd, &of) != 0 || !(S_ISFIFO(of.st_mode) || (S_ISCHR(of.st_mode) && isatty(fd))))
		return -1;
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	own = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (own >= 0 && (fstat(own, &again) != 0 || again.st_ino != of.st_ino || again.st_rdev != of.st_rdev)) {
		close(own);
		own = -1;
	}
	return own;
}

/* Of a pipe it is certain how much it takes without waiting; a file takes everything. */
static size_t
room_at_once(int fd, bool own)
{
	struct stat of;

	return own || (fstat(fd, &of) == 0 && S_ISREG(of.st_mode)) ? SIZE_MAX : PIPE_BUF;
}

static void
on_room(void *owner, unsigned events)
{
	(void)events;
	consoleoutput_flush(owner);
}

static void
start_one(struct consoleoutput *output, enum consoleoutput_to to, int fd)
{
	int own = open_own(fd);

	output->own[to] = own >= 0;
	output->at_once[to] = room_at_once(fd, own >= 0);
	output->rooms[to] = (struct loop_watch){ .fd = own >= 0 ? own : fd, .ready = on_room, .owner = output };
}

void
consoleoutput_start(struct consoleoutput *output, struct loop *loop, int standard_output, int standard_error)
{
	output->loop = loop;
	output->is_terminal = isatty(standard_output);
	start_one(output, CONSOLEOUTPUT_STDOUT, standard_output);
	start_one(output, CONSOLEOUTPUT_STDERR, standard_error);
}

static size_t
waiting(const struct consoleoutput *output)
{
	return output->pending.len - output->begin;
}

size_t
consoleoutput_add(struct consoleoutput *output, enum consoleoutput_to to, struct view text)
{
	if (output->error != 0)
		return text.len;
	if (waiting(output) >= CONSOLEOUTPUT_MAX || (waiting(output) > 0 && output->to != to))
		consoleoutput_flush(output);
	if (output->error != 0)
		return text.len;
	if (waiting(output) >= CONSOLEOUTPUT_MAX || (waiting(output) > 0 && output->to != to))
		return 0;
	if (text.len > CONSOLEOUTPUT_MAX)
		text.len = CONSOLEOUTPUT_MAX;
	output->to = to;
	bytes_drop(&output->pending, output->begin);
	output->begin = 0;
	bytes_add(&output->pending, text);
	if (bytes_failed(&output->pending))
		output->error = ENOMEM;
	return text.len;
}

static bool
is_writable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	return poll(&p, 1, 0) > 0;
}

/* False when nothing more goes now. */
static bool
write_some(struct consoleoutput *output)
{
	int fd = output->rooms[output->to].fd;
	struct view rest = view_slice(bytes_view(&output->pending), output->begin, output->pending.len);
	ssize_t n;

	if (rest.len > output->at_once[output->to])
		rest.len = output->at_once[output->to];
	if (!output->own[output->to] && !is_writable(fd))
		return false;
	n = write(fd, rest.ptr, rest.len);
	if (n >= 0) {
		output->begin += (size_t)n;
		return true;
	}
	if (errno != EAGAIN && errno != EINTR) {
		output->error = errno;
		output->failed = output->to;
	}
	return errno == EINTR;
}

void
consoleoutput_flush(struct consoleoutput *output)
{
	while (output->error == 0 && waiting(output) > 0 && write_some(output))
		;
	if (waiting(output) == 0 || output->error != 0) {
		bytes_reset(&output->pending);
		output->begin = 0;
	}
	for (size_t i = 0; i < CONSOLEOUTPUT_COUNT; i++)
		loop_ask(output->loop, &output->rooms[i], waiting(output) > 0 && output->to == i ? LOOP_WRITE : 0);
}

bool
consoleoutput_is_empty(const struct consoleoutput *output)
{
	return waiting(output) == 0;
}

bool
consoleoutput_is_lost(struct consoleoutput *output)
{
	struct pollfd p = { .fd = output->rooms[CONSOLEOUTPUT_STDOUT].fd };

	if (output->error == 0 && poll(&p, 1, 0) > 0 && p.revents & POLLERR) {
		output->error = EPIPE;
		output->failed = CONSOLEOUTPUT_STDOUT;
	}
	return output->error != 0;
}

void
consoleoutput_clear(struct consoleoutput *output)
{
	for (size_t i = 0; i < CONSOLEOUTPUT_COUNT; i++) {
		if (output->loop != NULL)
			loop_ask(output->loop, &output->rooms[i], 0);
		if (output->own[i])
			close(output->rooms[i].fd);
	}
	bytes_clear(&output->pending);
}
