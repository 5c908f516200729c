#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli.h"
#include "io.h"
#include "usage.h"

static _Noreturn void
print_and_end(const struct cli *cli, struct bytes *text)
{
	if (io_write_all(STDOUT_FILENO, bytes_view(text)) != 0 || close(STDOUT_FILENO) != 0)
		exit(cli_output_lost(cli, errno));
	exit(0);
}

static _Noreturn void
print_help(const struct cli *cli)
{
	struct bytes text = BYTES_INIT(65536);

	usage_help(&text, cli->tool);
	print_and_end(cli, &text);
}

static _Noreturn void
print_version(const struct cli *cli)
{
	struct bytes text = BYTES_INIT(256);

	bytes_add_text(&text, cli->tool->name);
	bytes_add_text(&text, " (ssm-tools) " PACKAGE_VERSION "\n");
	print_and_end(cli, &text);
}

static const struct cli_option *
find(const struct cli *cli, struct view name, int letter)
{
	const struct cli_option *option = cli->tool->options;

	for (; option->name != NULL || option->help != NULL; option++)
		if (option->name != NULL && (letter != 0 ? option->key == letter :
		    view_is(name, option->name)))
			return option;
	return NULL;
}

static const struct cli_option *
find_long(const struct cli *cli, struct view name)
{
	const struct cli_option *option = find(cli, name, 0);
	const char *nearest;

	if (option != NULL)
		return option;
	if ((nearest = usage_nearest(cli->tool, name)) != NULL)
		cli_usage(cli, "unknown option '--%.*s', did you mean '--%s'?", VIEW_ARG(name), nearest);
	cli_usage(cli, "unknown option '--%.*s'", VIEW_ARG(name));
}

static bool
is_optional(const struct cli_option *option)
{
	return option->argument != NULL && option->argument[0] == '[';
}

/* The value: what was joined to the option, else the next argument. */
static const char *
value_of(struct cli *cli, const struct cli_option *option, const char *joined)
{
	if (option->argument == NULL) {
		if (joined != NULL)
			cli_usage(cli, "option '--%s' takes no value", option->name);
		return NULL;
	}
	if (joined != NULL || is_optional(option))
		return joined;
	if (*cli->rest == NULL)
		cli_usage(cli, "option '--%s' needs a value: %s", option->name, option->argument);
	return *cli->rest++;
}

/* Whether the option was one of every tool's. */
static bool
apply_common(struct cli *cli, const struct cli_option *option, const char *value)
{
	static const char *const formats[] = { "json", "text", NULL }, *const places[] = { "inline", NULL };

	switch (option->key) {
	case 'h': print_help(cli);
	case 'V': print_version(cli);
	case 'v': cli->verbose = true; return true;
	case 'q': cli->quiet = true; return true;
	case CLI_COMPACT: cli->compact = true; cli->pretty = false; return true;
	case CLI_PRETTY: cli->pretty = true; cli->compact = false; return true;
	case CLI_FAIL_FAST: cli->fail_fast = true; return true;
	case CLI_ERROR_FORMAT:
		cli->json_errors = cli_word(cli, "--error-format", value, formats) == 0;
		return true;
	case CLI_ERRORS:
		cli->inline_errors = cli_word(cli, "--errors", value, places) == 0;
		return true;
	default:
		return false;
	}
}

static const struct cli_option *
find_letter(const struct cli *cli, char letter)
{
	const struct cli_option *option = find(cli, VIEW_NONE, letter);

	if (option != NULL)
		return option;
	cli_usage(cli, "unknown option '-%c'", letter);
}

static const struct cli_option *
next_letter(struct cli *cli, const char **value)
{
	const struct cli_option *option = find_letter(cli, *cli->letters++);
	const char *joined = NULL;

	if (option->argument != NULL) {
		joined = *cli->letters == '\0' ? NULL : cli->letters;
		cli->letters = NULL;
	} else if (*cli->letters == '\0') {
		cli->letters = NULL;
	}
	*value = value_of(cli, option, joined);
	return option;
}

static const struct cli_option *
next_long(struct cli *cli, const char *text, const char **value)
{
	struct view name = view_of(text);
	size_t equals = view_find(name, '=');
	const struct cli_option *option = find_long(cli, view_slice(name, 0, equals));

	*value = value_of(cli, option, equals < name.len ? text + equals + 1 : NULL);
	return option;
}

/* The next option, with operands moved to the front on the way; NULL when there is none left. */
static const struct cli_option *
next_option(struct cli *cli, const char **value)
{
	if (cli->letters != NULL)
		return next_letter(cli, value);
	while (*cli->rest != NULL) {
		char *argument = *cli->rest++;

		if (!cli->options_over && strcmp(argument, "--") == 0) {
			cli->options_over = true;
			cli->after_dashes = cli->operands + cli->operand_count;
		} else if (cli->options_over || argument[0] != '-' || argument[1] == '\0') {
			cli->operands[cli->operand_count++] = argument;
		} else if (argument[1] == '-') {
			return next_long(cli, argument + 2, value);
		} else {
			cli->letters = argument + 1;
			return next_letter(cli, value);
		}
	}
	cli->operands[cli->operand_count] = NULL;
	return NULL;
}

int
cli_option(struct cli *cli, const char **value)
{
	const struct cli_option *option;

	while ((option = next_option(cli, value)) != NULL)
		if (!apply_common(cli, option, *value))
			return option->key;
	return CLI_END;
}

void
cli_operands_max(const struct cli *cli, int max)
{
	if (cli->operand_count > max)
		cli_usage(cli, "unexpected argument '%s'", cli->operands[max]);
}

long
cli_number(const struct cli *cli, const char *option, const char *value, long min, long max)
{
	char *end;
	long number;

	errno = 0;
	number = strtol(value, &end, 10);
	if (*value < '0' || *value > '9' || *end != '\0' || errno != 0 || number < min || number > max)
		cli_usage(cli, "option '%s' takes a whole number from %ld to %ld, not '%s'", option,
		    min, max, value);
	return number;
}

size_t
cli_word(const struct cli *cli, const char *option, const char *value, const char *const *words)
{
	char list[256] = "";
	size_t len = 0;

	for (size_t i = 0; words[i] != NULL; i++) {
		if (strcmp(value, words[i]) == 0)
			return i;
		len += (size_t)snprintf(list + len, sizeof list - len, "%s'%s'",
		    i == 0 ? "" : words[i + 1] == NULL ? " or " : ", ", words[i]);
	}
	cli_usage(cli, "option '%s' takes %s, not '%s'", option, list, value);
}
