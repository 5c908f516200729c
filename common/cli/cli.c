#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/complete.h"
#include "cli/errordocument.h"
#include "cli/usage.h"
#include "core/io.h"
#include "core/printable.h"
#include "process/signals.h"
#include "process/start.h"

#define COMPLETE_MAX (4 * 1024 * 1024)
#define DOCUMENT_MAX (2 * (size_t)JSON_DOCUMENT_MAX)	/* an error with the longest id there can be */
#define ESCAPED 4		/* at most times as long, and one more */

/*
 * A closed descriptor 0, 1 or 2 would be taken by the first file opened. It gets /dev/null, opened
 * the wrong way round, so that using it is still an error.
 */
static void
open_standard_descriptors(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
			_exit(255);
}

static bool
wants_json_errors(char **argv)
{
	for (; *argv != NULL && strcmp(*argv, "--") != 0; argv++)
		if (strcmp(*argv, "--error-format=json") == 0 ||
		    (strcmp(*argv, "--error-format") == 0 && argv[1] != NULL &&
		    strcmp(argv[1], "json") == 0))
			return true;
	return false;
}

void
cli_start(struct cli *cli, const struct cli_tool *tool, char **argv)
{
	start_first(tool->holds_secrets);
	open_standard_descriptors();
	*cli = (struct cli){ .tool = tool, .json_errors = wants_json_errors(argv) };
	if (argv[0] != NULL)
		argv++;
	cli->operands = cli->rest = argv;
	if (complete_is_asked(argv)) {
		struct bytes answer = BYTES_INIT(COMPLETE_MAX);

		complete_answer(&answer, tool, argv);
		cli_end(cli_print(cli, &answer));
	}
}

/* One write a message, so that lines of several tools do not mix. */
static void
say(const struct cli *cli, struct bytes *line)
{
	if (cli->before_message != NULL)
		cli->before_message(cli->context);
	bytes_add_char(line, '\n');
	io_write_all(STDERR_FILENO, bytes_view(line));
	bytes_clear(line);
}

static void __attribute__((format(printf, 2, 0)))
say_text(const struct cli *cli, const char *format, va_list args)
{
	struct bytes line = BYTES_INIT(4 * SSM_MESSAGE_MAX);
	char text[SSM_MESSAGE_MAX];

	vsnprintf(text, sizeof text, format, args);
	bytes_print(&line, "%s: ", cli->tool->name);
	printable_line(&line, view_of(text));
	say(cli, &line);
}

static void
add_place(struct bytes *line, size_t record, struct view id)
{
	if (record > 0)
		bytes_print(line, "record %zu", record);
	if (id.len > 0) {
		bytes_add_text(line, record > 0 ? " (id " : "id ");
		printable_line(line, view_slice(id, 0, id.len < 100 ? id.len : 100));
		bytes_add_text(line, record > 0 ? ")" : "");
	}
	if (record > 0 || id.len > 0)
		bytes_add(line, VIEW(": "));
}

/* Whole, or without the id and what the service's head said: half a document is none. */
static void
say_document(const struct cli *cli, const struct ssm_error *err, struct view id)
{
	struct bytes document = BYTES_INIT(DOCUMENT_MAX), line = BYTES_INIT(ESCAPED * DOCUMENT_MAX);
	struct ssm_error bare = *err;

	errordocument_add(&document, err, id);
	printable_json(&line, bytes_view(&document));
	if (bytes_failed(&document) || bytes_failed(&line)) {
		bytes_clear(&document);
		bytes_clear(&line);
		bare.metadata = (struct bytes)BYTES_INIT(0);
		errordocument_add(&document, &bare, VIEW_NONE);
		printable_json(&line, bytes_view(&document));
	}
	say(cli, &line);
	bytes_clear(&document);
}

void
cli_message(const struct cli *cli, const struct ssm_error *err, size_t record, struct view id)
{
	struct bytes line = BYTES_INIT(8 * SSM_MESSAGE_MAX);

	if (cli->quiet)
		return;
	if (cli->json_errors) {
		say_document(cli, err, id);
		return;
	}
	bytes_print(&line, "%s: ", cli->tool->name);
	add_place(&line, record, id);
	if (err->service && err->code[0] != '\0') {
		printable_line(&line, view_of(err->code));
		bytes_add(&line, VIEW(": "));
	}
	printable_line(&line, view_of(err->message));
	if (err->request_id[0] != '\0') {
		bytes_add(&line, VIEW(" (request id "));
		printable_line(&line, view_of(err->request_id));
		bytes_add_char(&line, ')');
	}
	say(cli, &line);
}

void
cli_warn(const struct cli *cli, const char *format, ...)
{
	va_list args;

	if (cli->quiet || cli->errors_only)
		return;
	va_start(args, format);
	say_text(cli, format, args);
	va_end(args);
}

void
cli_verbose(const struct cli *cli, const char *format, ...)
{
	va_list args;

	if (!cli->verbose)
		return;
	va_start(args, format);
	say_text(cli, format, args);
	va_end(args);
}

int
cli_fail(const struct cli *cli, const struct ssm_error *err)
{
	if (cli->tool->fail != NULL)
		return cli->tool->fail(cli, err);
	cli_message(cli, err, 0, VIEW_NONE);
	return ssm_exit_code(err->rc);
}

int
cli_output_lost(const struct cli *cli, int errnum)
{
	struct ssm_error err = SSM_ERROR_INIT;

	if (errnum == EPIPE)
		signals_die(SIGPIPE);
	ssm_fail(&err, SSM_E_OUTPUT, "OutputError", "cannot write standard output: %s",
	    strerror(errnum));
	return cli_fail(cli, &err);
}

/* What a terminal may get of it. */
static void
make_printable(struct bytes *text)
{
	struct bytes clean = BYTES_INIT(ESCAPED * text->max);

	printable_text(&clean, bytes_view(text));
	bytes_clear(text);
	*text = clean;
}

int
cli_print(const struct cli *cli, struct bytes *text)
{
	struct ssm_error err = SSM_ERROR_INIT;
	int code = 0;

	if (isatty(STDOUT_FILENO) && !bytes_failed(text))
		make_printable(text);
	if (bytes_failed(text)) {
		ssm_fail_memory(&err);
		code = cli_fail(cli, &err);
	} else if (io_write_all(STDOUT_FILENO, bytes_view(text)) != 0 || close(STDOUT_FILENO) != 0) {
		code = cli_output_lost(cli, errno);
	}
	bytes_clear(text);
	return code;
}

/* In a build whose freed blocks are wiped nothing looks for leaks: there the libraries' own ends are left out. */
_Noreturn void
cli_end(int code)
{
#ifdef SSM_ENDS_AT_ONCE
	_exit(code);
#else
	exit(code);
#endif
}

_Noreturn void
cli_usage(const struct cli *cli, const char *format, ...)
{
	struct ssm_error err = SSM_ERROR_INIT;
	char text[SSM_MESSAGE_MAX / 2];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	ssm_fail(&err, SSM_E_INPUT, "UsageError", "%s; see '%s --help'", text, cli->tool->name);
	cli_end(cli_fail(cli, &err));
}
