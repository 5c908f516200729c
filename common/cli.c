#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "complete.h"
#include "io.h"
#include "json.h"
#include "jsontext.h"
#include "secretenv.h"
#include "usage.h"
#include "utf8.h"

#define COMPLETE_MAX (4 * 1024 * 1024)

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
	struct rlimit core;

	prctl(PR_SET_DUMPABLE, 0);
	if (getrlimit(RLIMIT_CORE, &core) == 0) {
		core.rlim_cur = 0;	/* the hard limit stays for what this one may start */
		setrlimit(RLIMIT_CORE, &core);
	}
	open_standard_descriptors();
	json_start();
	if (!tool->holds_secrets)
		secretenv_wipe();
	*cli = (struct cli){ .tool = tool, .json_errors = wants_json_errors(argv) };
	if (argv[0] != NULL)
		argv++;
	cli->operands = cli->rest = argv;
	if (complete_is_asked(argv)) {
		struct bytes answer = BYTES_INIT(COMPLETE_MAX);

		complete_answer(&answer, tool, argv);
		exit(cli_print(cli, &answer));
	}
}

/* Text for a terminal: control characters, C1 too, and bytes that are not UTF-8 become escapes. */
static void
add_printable(struct bytes *out, struct view text)
{
	char escape[8];

	for (size_t at = 0, len; at < text.len; at += len) {
		struct view rest = view_slice(text, at, text.len);
		unsigned code = (len = utf8_length(rest)) == 0 ? 0 : utf8_decode(rest);

		if (len != 0 && code >= 0x20 && !(code >= 0x7F && code < 0xA0)) {
			bytes_add(out, view_slice(rest, 0, len));
			continue;
		}
		len = len == 0 ? 1 : len;
		if (text.ptr[at] == '\n')
			snprintf(escape, sizeof escape, "\\n");
		else
			snprintf(escape, sizeof escape, "\\x%02x", len == 2 ? code : (unsigned char)text.ptr[at]);
		bytes_add_text(out, escape);
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
	bytes_add_text(&line, cli->tool->name);
	bytes_add(&line, VIEW(": "));
	add_printable(&line, view_of(text));
	say(cli, &line);
}

void
cli_error_document(struct bytes *out, const struct ssm_error *err, struct view id)
{
	jsontext_begin(out);
	jsontext_name(out, "Error");
	jsontext_begin(out);
	jsontext_member(out, "Code", view_of(err->code));
	jsontext_member(out, "Message", view_of(err->message));
	jsontext_member_bool(out, "Retryable", err->retryable);
	jsontext_member_number(out, "ExitCode", ssm_exit_code(err->rc));
	if (err->clock_skew != 0)
		jsontext_member_number(out, "ClockSkew", err->clock_skew);
	jsontext_end(out);
	jsontext_member_raw(out, "ResponseMetadata",
	    err->metadata.len > 0 ? bytes_view(&err->metadata) : VIEW("{}"));
	if (id.len > 0) {
		jsontext_name(out, "id");
		jsontext_compact(out, id);	/* it may have been written over several lines */
	}
	jsontext_end(out);
}

static void
add_place(struct bytes *line, size_t record, struct view id)
{
	char number[48];

	if (record > 0) {
		snprintf(number, sizeof number, "record %zu", record);
		bytes_add_text(line, number);
	}
	if (id.len > 0) {
		bytes_add_text(line, record > 0 ? " (id " : "id ");
		add_printable(line, view_slice(id, 0, id.len < 100 ? id.len : 100));
		bytes_add_text(line, record > 0 ? ")" : "");
	}
	if (record > 0 || id.len > 0)
		bytes_add(line, VIEW(": "));
}

void
cli_message(const struct cli *cli, const struct ssm_error *err, size_t record, struct view id)
{
	struct bytes line = BYTES_INIT(1024 * 1024);

	if (cli->quiet)
		return;
	if (cli->json_errors) {
		cli_error_document(&line, err, id);
		say(cli, &line);
		return;
	}
	bytes_add_text(&line, cli->tool->name);
	bytes_add(&line, VIEW(": "));
	add_place(&line, record, id);
	if (err->service && err->code[0] != '\0') {
		add_printable(&line, view_of(err->code));
		bytes_add(&line, VIEW(": "));
	}
	add_printable(&line, view_of(err->message));
	if (err->request_id[0] != '\0') {
		bytes_add(&line, VIEW(" (request id "));
		add_printable(&line, view_of(err->request_id));
		bytes_add_char(&line, ')');
	}
	say(cli, &line);
}

void
cli_warn(const struct cli *cli, const char *format, ...)
{
	va_list args;

	if (cli->quiet)
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
cli_output_lost(const struct cli *cli, int number)
{
	struct ssm_error err = SSM_ERROR_INIT;

	if (number == EPIPE) {
		signal(SIGPIPE, SIG_DFL);
		raise(SIGPIPE);
	}
	ssm_fail(&err, SSM_E_OUTPUT, "OutputError", "cannot write standard output: %s",
	    strerror(number));
	return cli_fail(cli, &err);
}

int
cli_print(const struct cli *cli, struct bytes *text)
{
	struct ssm_error err = SSM_ERROR_INIT;
	int code = 0;

	if (bytes_failed(text)) {
		ssm_fail_memory(&err);
		code = cli_fail(cli, &err);
	} else if (io_write_all(STDOUT_FILENO, bytes_view(text)) != 0 || close(STDOUT_FILENO) != 0) {
		code = cli_output_lost(cli, errno);
	}
	bytes_clear(text);
	return code;
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
	exit(cli_fail(cli, &err));
}
