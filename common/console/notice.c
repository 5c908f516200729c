#include "console/notice.h"

#include <stdarg.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#include "core/io.h"
#include "core/printable.h"

#define LINE_MAX_BYTES 8192
#define MESSAGE 'm'			/* kinds of what is held */
#define LINE 'l'

/* A raw terminal's cursor stands where the node has left it. Another program may have made it so: ssh, of its ProxyCommand's. */
static bool
is_raw(void)
{
	struct termios modes;

	return tcgetattr(STDERR_FILENO, &modes) == 0 && (modes.c_oflag & OPOST) == 0;
}

static bool
is_silent(const struct consolenotice *notice)
{
	return notice->cli->quiet || notice->cli->errors_only;
}

static void
write_message(const struct consolenotice *notice, struct view text)
{
	if (is_raw())
		io_write_all(STDERR_FILENO, VIEW("\r\n"));
	cli_warn(notice->cli, "%.*s", VIEW_ARG(text));
	if (is_raw())
		io_write_all(STDERR_FILENO, VIEW("\r"));
}

static void
write_line(struct view text)
{
	struct bytes line = BYTES_INIT(LINE_MAX_BYTES);

	printable_line(&line, text);
	bytes_add(&line, is_raw() ? VIEW("\r\n") : VIEW("\n"));
	io_write_all(STDERR_FILENO, bytes_view(&line));
	bytes_clear(&line);
}

static void
write_one(const struct consolenotice *notice, char kind, struct view text)
{
	consolestatusline_hide(notice->line);
	if (kind == MESSAGE)
		write_message(notice, text);
	else
		write_line(text);
}

/* A kind, a text and a NUL, each. */
static void
hold(struct bytes *held, char kind, struct view text)
{
	if (held->len + text.len + 2 > held->max)
		return;
	bytes_add_char(held, kind);
	bytes_add(held, text);
	bytes_add_char(held, '\0');
}

static void
put(const struct consolenotice *notice, char kind, struct view text)
{
	consolenotice_flush(notice);
	if (notice->held == NULL || (notice->held->len == 0 && io_writable(STDERR_FILENO)))
		write_one(notice, kind, text);
	else
		hold(notice->held, kind, text);
}

void
consolenotice_flush(const struct consolenotice *notice)
{
	while (consolenotice_holds(notice) && io_writable(STDERR_FILENO)) {
		struct view held = bytes_view(notice->held);
		size_t end = view_find(held, '\0');

		write_one(notice, held.ptr[0], view_slice(held, 1, end));
		bytes_drop(notice->held, end + 1);
	}
}

bool
consolenotice_holds(const struct consolenotice *notice)
{
	return notice->held != NULL && !bytes_failed(notice->held) && notice->held->len > 0;
}

static void __attribute__((format(printf, 2, 0)))
say(const struct consolenotice *notice, const char *format, va_list args)
{
	char text[SSM_MESSAGE_MAX];

	if (is_silent(notice))
		return;
	vsnprintf(text, sizeof text, format, args);
	put(notice, MESSAGE, view_of(text));
}

void
consolenotice(const struct consolenotice *notice, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(notice, format, args);
	va_end(args);
}

bool
consolenotice_has_line(const struct consolenotice *notice)
{
	return !notice->cli->quiet && notice->terminal->raw && consolestatusline_is_able(notice->line);
}

/* Where messages go to a file they are in it, too. */
void
consolenotice_connection(const struct consolenotice *notice, const char *format, ...)
{
	va_list args;

	if (consolenotice_has_line(notice) && isatty(STDERR_FILENO))
		return;
	va_start(args, format);
	say(notice, format, args);
	va_end(args);
}

void
consolenotice_line(const struct consolenotice *notice, struct view text)
{
	if (!is_silent(notice))
		put(notice, LINE, text);
}
