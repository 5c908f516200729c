/*
 * input: more than it keeps at a time comes through whole, in whatever portions it is taken; while it drops what there
 * is no room for, escapes are read all the same.
 */
#include "console/input.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/io.h"
#include "tap.h"

#define SIZE ((size_t)1024 * 1024)
#define TURNS_MAX 100000

static char
byte_at(size_t i)
{
	return (char)(i * 7 + i / 251);
}

/* A file that has all of it: every read gets as much as it asks for. */
static int
make_file(void)
{
	char path[] = "test_input.XXXXXX", *text = malloc(SIZE);
	int fd = mkstemp(path);

	for (size_t i = 0; text != NULL && i < SIZE; i++)
		text[i] = byte_at(i);
	if (fd < 0 || unlink(path) != 0 || text == NULL || io_write_all(fd, (struct view){ text, SIZE }) != 0 ||
	    lseek(fd, 0, SEEK_SET) != 0)
		abort();
	free(text);
	return fd;
}

static size_t
count_wrong(struct view got, size_t at)
{
	size_t wrong = 0;

	for (size_t i = 0; i < got.len; i++)
		wrong += got.ptr[i] != byte_at(at + i);
	return wrong;
}

/* Of what waits, so much is taken a turn at most. */
static void
check_portions(size_t portion)
{
	struct consoleinput input = CONSOLEINPUT_INIT;
	struct loop loop;
	size_t taken = 0, wrong = 0;
	int fd = make_file();

	if (loop_open(&loop) != 0)
		abort();
	consoleinput_start(&input, &loop, fd);
	for (int i = 0; i < TURNS_MAX && !consoleinput_is_over(&input) && loop_turn(&loop, 0) == 0; i++) {
		struct view waiting = consoleinput_waiting(&input);

		waiting = view_slice(waiting, 0, waiting.len < portion ? waiting.len : portion);
		wrong += count_wrong(waiting, taken);
		taken += waiting.len;
		consoleinput_took(&input, waiting.len);
	}
	is_number(input.error, 0, "%zu bytes a turn: no error", portion);
	is_number(taken, SIZE, "%zu bytes a turn: all of it", portion);
	is_number(wrong, 0, "%zu bytes a turn: as it was", portion);
	consoleinput_clear(&input);
	loop_close(&loop);
	close(fd);
}

struct commands {
	enum consoleescape_command last;
	unsigned count;
};

static void
on_command(void *owner, enum consoleescape_command command)
{
	struct commands *commands = owner;

	commands->last = command;
	commands->count++;
}

static void
type(int fd, struct loop *loop, const char *text)
{
	if (io_write_all(fd, view_of(text)) != 0 || loop_turn(loop, 1000) != 0)
		abort();
}

/* Nothing is taken while the connection is lost. */
static void
check_dropping(void)
{
	struct commands commands = { .count = 0 };
	struct consoleinput input = CONSOLEINPUT_INIT;
	struct loop loop;
	char line[1025];
	int ends[2];

	memset(line, 'x', sizeof line - 1);
	line[sizeof line - 2] = '\r';
	line[sizeof line - 1] = '\0';
	if (loop_open(&loop) != 0 || pipe(ends) != 0)
		abort();
	input.escape = (struct consoleescape)CONSOLEESCAPE('~');
	input.command = on_command;
	input.owner = &commands;
	consoleinput_start(&input, &loop, ends[0]);
	consoleinput_drop(&input, true);
	for (size_t i = 0; i < CONSOLEINPUT_MAX / 1024; i++)
		type(ends[1], &loop, line);
	is_number(input.kept, CONSOLEINPUT_MAX, "as much as there is room for is kept");
	is_number(input.dropped, 0, "and nothing is lost");
	type(ends[1], &loop, "more\r");
	is_number(input.dropped, 5, "what is typed beyond is");
	type(ends[1], &loop, "~.");
	is_number(commands.count, 1, "an escape behind it is read");
	is_number(commands.last, CONSOLEESCAPE_END, "and is what was typed");
	is_number(consoleinput_waiting(&input).len, CONSOLEINPUT_MAX, "what was kept waits");
	consoleinput_drop(&input, false);
	consoleinput_took(&input, CONSOLEINPUT_MAX);
	type(ends[1], &loop, "again");
	ok(view_is(consoleinput_waiting(&input), "again"), "once it was taken there is room");
	consoleinput_clear(&input);
	loop_close(&loop);
	close(ends[0]);
	close(ends[1]);
}

int
main(void)
{
	static const size_t portions[] = { 100, 1024, 4099, 16384, 65535, 65536, 1000000 };

	for (size_t i = 0; i < sizeof portions / sizeof *portions; i++)
		check_portions(portions[i]);
	check_dropping();
	return done_testing();
}
