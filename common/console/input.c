#include "console/input.h"

#include <errno.h>
#include <unistd.h>

#define AT_ONCE 16384			/* bytes: fair to the others */

static size_t
waiting(const struct consoleinput *input)
{
	return input->queue.len - input->begin;
}

static bool
has_room(const struct consoleinput *input)
{
	return waiting(input) < CONSOLEINPUT_MAX;
}

static void
ask(struct consoleinput *input)
{
	bool wanted = !input->over && !input->stopped && (input->drops || has_room(input));

	loop_ask(input->loop, &input->watch, wanted ? LOOP_READ : 0);
}

/* Commands are carried out where they stand among what was typed. */
static void
take(struct consoleinput *input, struct view typed, struct bytes *out)
{
	while (typed.len > 0 && !input->stopped) {
		enum consoleescape_command command;
		size_t len = consoleescape_take(&input->escape, typed, out, &command);

		typed = view_slice(typed, len, typed.len);
		if (command != CONSOLEESCAPE_NONE)
			input->command(input->owner, command);
	}
}

/* There is room for it: less than CONSOLEINPUT_MAX waits. */
static void
keep(struct consoleinput *input, struct view typed)
{
	size_t before;

	bytes_drop(&input->queue, input->begin);
	input->begin = 0;
	before = input->queue.len;
	take(input, typed, &input->queue);
	input->kept += input->queue.len - before;
}

static void
drop(struct consoleinput *input, struct view typed)
{
	struct bytes gone = BYTES_INIT(2 * AT_ONCE);

	take(input, typed, &gone);
	input->dropped += gone.len;
	bytes_clear(&gone);
}

static void
on_ready(void *owner, unsigned events)
{
	struct consoleinput *input = owner;
	char text[AT_ONCE];
	ssize_t n = read(input->watch.fd, text, sizeof text);

	(void)events;
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n < 0)
		input->error = errno;
	input->over = n <= 0;
	if (n > 0 && has_room(input))
		keep(input, (struct view){ text, (size_t)n });
	else if (n > 0)
		drop(input, (struct view){ text, (size_t)n });
	explicit_bzero(text, n > 0 ? (size_t)n : 0);
	if (bytes_failed(&input->queue)) {
		input->error = ENOMEM;
		input->over = true;
	}
	ask(input);
}

void
consoleinput_start(struct consoleinput *input, struct loop *loop, int fd)
{
	input->loop = loop;
	input->watch = (struct loop_watch){ .fd = fd, .ready = on_ready, .owner = input };
	ask(input);
}

struct view
consoleinput_waiting(const struct consoleinput *input)
{
	return view_slice(bytes_view(&input->queue), input->begin, input->queue.len);
}

void
consoleinput_took(struct consoleinput *input, size_t len)
{
	char last;

	if (len == 0)
		return;
	input->begin += len;
	last = input->queue.ptr[input->begin - 1];
	input->line_ended = last == '\n' || last == '\r';
	if (input->begin == input->queue.len) {
		bytes_drop(&input->queue, input->begin);
		input->begin = 0;
	}
	ask(input);
}

bool
consoleinput_is_over(const struct consoleinput *input)
{
	return input->over && waiting(input) == 0;
}

void
consoleinput_drop(struct consoleinput *input, bool drops)
{
	if (drops == input->drops)
		return;
	input->drops = drops;
	if (input->loop != NULL)
		ask(input);
}

void
consoleinput_stop(struct consoleinput *input)
{
	input->stopped = true;
	if (input->loop != NULL)
		ask(input);
}

void
consoleinput_clear(struct consoleinput *input)
{
	consoleinput_stop(input);
	bytes_clear(&input->queue);
}
