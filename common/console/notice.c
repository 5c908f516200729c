#include "console/notice.h"

#include <stdarg.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#include "core/io.h"
#include "core/printable.h"

#define LINE_MAX_BYTES 8192

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

static void __attribute__((format(printf, 2, 0)))
say(const struct consolenotice *notice, const char *format, va_list args)
{
	char text[SSM_MESSAGE_MAX];

	if (is_silent(notice))
		return;
	vsnprintf(text, sizeof text, format, args);
	consolestatusline_hide(notice->line);
	if (is_raw())
		io_write_all(STDERR_FILENO, VIEW("\r\n"));
	cli_warn(notice->cli, "%s", text);
	if (is_raw())
		io_write_all(STDERR_FILENO, VIEW("\r"));
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
	struct bytes line = BYTES_INIT(LINE_MAX_BYTES);

	if (is_silent(notice))
		return;
	consolestatusline_hide(notice->line);
	printable_line(&line, text);
	bytes_add(&line, is_raw() ? VIEW("\r\n") : VIEW("\n"));
	io_write_all(STDERR_FILENO, bytes_view(&line));
	bytes_clear(&line);
}
