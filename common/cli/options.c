#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/nearest.h"
#include "cli/usage.h"

#define LONG_NAME_MIN 3

static _Noreturn void
print(const struct cli *cli, void (*add_text)(struct bytes *out, const struct cli_tool *tool))
{
	struct bytes text = BYTES_INIT(65536);

	add_text(&text, cli->tool);
	cli_end(cli_print(cli, &text));
}

static const struct cli_option *
find_long(const struct cli *cli, struct view name)
{
	const struct cli_option *option = tool_find(cli->tool, name, 0);
	const char *nearest;

	if (option != NULL)
		return option;
	if ((nearest = tool_nearest(cli->tool, name)) != NULL)
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
	switch (option->key) {
	case 'h': print(cli, usage_help);
	case 'V': print(cli, usage_version);
	case 'v': cli->verbose = true; return true;
	case 'q': cli->quiet = true; return true;
	case CLI_COMPACT: cli->compact = true; cli->pretty = false; return true;
	case CLI_PRETTY: cli->pretty = true; cli->compact = false; return true;
	case CLI_FAIL_FAST: cli->fail_fast = true; return true;
	case CLI_ERROR_FORMAT: cli->json_errors = strcmp(value, "json") == 0; return true;
	case CLI_ERRORS: cli->inline_errors = true; return true;
	default:
		return false;
	}
}

/* letters stands behind it. */
static const struct cli_option *
find_letter(const struct cli *cli, char letter)
{
	const struct cli_option *option = tool_find(cli->tool, VIEW_NONE, letter);
	struct view word = view_of(cli->letters - 1);		/* a long option without its second hyphen? */
	const char *nearest;

	if (option != NULL)
		return option;
	word = view_slice(word, 0, view_find(word, '='));
	if (word.len >= LONG_NAME_MIN && (nearest = tool_nearest(cli->tool, word)) != NULL)
		cli_usage(cli, "unknown option '-%c', did you mean '--%s'?", letter, nearest);
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

/* The next option, operands moved to the front; NULL when there is none left. */
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
			if (cli->tool->operands_last && !cli->options_over)
				break;
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

/* Says what there is to choose from. */
static _Noreturn void
refuse_word(const struct cli *cli, const char *option, const char *value, struct view words)
{
	struct nearest nearest = nearest_to(view_of(value));
	char list[512] = "";
	size_t len = 0;
	struct view word;

	for (bool first = true; tool_next_word(&words, '|', &word); first = false) {
		nearest_offer(&nearest, word);
		len += (size_t)snprintf(list + len, sizeof list - len, "%s'%.*s'",
		    first ? "" : words.len == 0 ? " or " : ", ", VIEW_ARG(word));
	}
	if (nearest.name.len > 0)
		cli_usage(cli, "option '%s' takes %s, not '%s', did you mean '%.*s'?", option, list, value,
		    VIEW_ARG(nearest.name));
	cli_usage(cli, "option '%s' takes %s, not '%s'", option, list, value);
}

size_t
cli_word(const struct cli *cli, const char *option, const char *value, struct view words)
{
	struct view rest = words, word;

	for (size_t i = 0; tool_next_word(&rest, '|', &word); i++)
		if (view_is(word, value))
			return i;
	if (cli->tool->refuse_word != NULL)
		cli->tool->refuse_word(cli, option, value, words);
	refuse_word(cli, option, value, words);
}

/* An option whose argument is words takes one of them, one that names a file a name. */
static void
check_value(const struct cli *cli, const struct cli_option *option, const char *value)
{
	struct view words = tool_words(option);
	char name[80];

	if (value != NULL && *value == '\0' && strcmp(option->argument, "FILE") == 0)
		cli_usage(cli, "option '--%s' takes the name of a file", option->name);
	if (words.len == 0 || value == NULL)
		return;
	snprintf(name, sizeof name, "--%s", option->name);
	cli_word(cli, name, value, words);
}

int
cli_option(struct cli *cli, const char **value)
{
	const struct cli_option *option;

	while ((option = next_option(cli, value)) != NULL) {
		check_value(cli, option, *value);
		if (!apply_common(cli, option, *value))
			return option->key;
	}
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
