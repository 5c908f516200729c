#include "cli/complete.h"

#include "aws/operation.h"
#include "aws/partition.h"
#include "process/child.h"
#include "process/toolpath.h"

#define MARK "--complete"
#define PROFILES_MAX (1024 * 1024)

/* What is known of the line where the word stands. */
struct place {
	const struct cli_tool *tool;
	const struct cli_option *option;	/* whose value comes, or NULL */
	unsigned values;			/* that are still to come */
	bool optional;				/* unless another option does */
	bool operands;				/* there was one */
};

bool
complete_is_asked(char *const *arguments)
{
	for (; *arguments != NULL && strcmp(*arguments, "--") != 0; arguments++)
		if (strcmp(*arguments, MARK) == 0 && arguments[1] != NULL && arguments[2] == NULL)
			return true;
	return false;
}

/* --- the arguments before the word --- */

static void
expect_value(struct place *place, const struct cli_option *option)
{
	if (option == NULL || option->argument == NULL ||
	    view_starts(view_of(option->argument), VIEW("[=")))
		return;
	place->optional = option->argument[0] == '[';
	place->option = option;
	place->values = 1 + (view_find(view_of(option->argument), ' ') < strlen(option->argument));
}

static void
pass_letters(struct place *place, const char *letters)
{
	for (; *letters != '\0'; letters++) {
		const struct cli_option *option = tool_find(place->tool, VIEW_NONE, *letters);

		if (option == NULL || option->argument == NULL)
			continue;
		if (letters[1] == '\0')
			expect_value(place, option);
		return;
	}
}

static void
pass(struct place *place, const char *argument)
{
	struct view text = view_of(argument);

	if (place->optional && text.len > 1 && argument[0] == '-')
		place->values = 0;
	if (place->values > 0)
		place->values--;
	else if (text.len < 2 || argument[0] != '-')
		place->operands = true;
	else if (argument[1] != '-')
		pass_letters(place, argument + 1);
	else if (view_find(text, '=') == text.len)
		expect_value(place, tool_find(place->tool, view_slice(text, 2, text.len), 0));
	if (place->values == 0) {
		place->option = NULL;
		place->optional = false;
	}
}

/* --- candidates --- */

static void
add(struct bytes *out, struct view before, struct view word, const char *meaning)
{
	bytes_add(out, before);
	bytes_add(out, word);
	if (meaning != NULL) {
		bytes_add_char(out, '\t');
		bytes_add_text(out, meaning);
	}
	bytes_add_char(out, '\n');
}

/* The words of a text with marks between them. */
static void
add_words(struct bytes *out, struct view before, struct view text, char mark, const char *meaning)
{
	struct view word;

	while (tool_next_word(&text, mark, &word))
		add(out, before, word, meaning);
}

static void
add_regions(struct bytes *out, struct view before)
{
	size_t count;
	const struct partition *table = partition_table(&count);

	for (size_t i = 0; i < count; i++)
		add_words(out, before, view_of(table[i].regions), ' ', table[i].id);
}

/* Not every tool reads the shared files. */
static void
add_profiles(struct bytes *out, struct view before)
{
	struct child child = CHILD_INIT(PROFILES_MAX, PROFILES_MAX);
	char tool[] = "ssm-credentials", option[] = "--list-profiles", path[TOOLPATH_MAX];
	char *arguments[] = { tool, option, NULL };

	child.path = path;
	child.argv = arguments;
	child.no_input = true;
	if (toolpath(path, tool) && child_run(&child) == 0 && child.status == 0)
		add_words(out, before, bytes_view(&child.out), '\n', NULL);
	child_clear(&child);
}

static void
add_files(struct bytes *out, struct view before)
{
	(void)before;
	bytes_add(out, VIEW(":files\n"));
}

/* Where the words of an argument come from; those of any other are its name. */
static const struct {
	const char *argument;
	void (*add)(struct bytes *out, struct view before);
} sources[] = {
	{ "FILE", add_files },
	{ "PROFILE", add_profiles },
	{ "REGION", add_regions },
};

static void
add_values(struct bytes *out, struct view before, const struct cli_option *option)
{
	for (size_t i = 0; i < ARRAY_LEN(sources); i++)
		if (strcmp(option->argument, sources[i].argument) == 0) {
			sources[i].add(out, before);
			return;
		}
	add_words(out, before, tool_words(option), '|', NULL);
}

/* The letters too, as long as there is no second hyphen. */
static void
add_options(struct bytes *out, const struct cli_tool *tool, bool letters)
{
	const struct cli_option *option;

	if (strstr(tool->synopsis, "[-- COMMAND") != NULL)
		bytes_add(out, VIEW(":command\n"));
	for (size_t i = 0; (option = tool_option(tool, i)) != NULL; i++) {
		char letter = (char)option->key;

		if (option->name == NULL)
			continue;
		if (letters && option->key < 128)
			add(out, VIEW("-"), (struct view){ &letter, 1 }, option->help);
		add(out, VIEW("--"), view_of(option->name), option->help);
	}
}

static void
add_operations(struct bytes *out)
{
	for (const struct operation *row = operation_table(); row->command != NULL; row++)
		add(out, VIEW_NONE, view_of(row->command), row->purpose);
}

static void
add_candidates(struct bytes *out, const struct place *place, struct view word)
{
	size_t equals = view_find(word, '=');
	const struct cli_option *option;

	if (place->option != NULL && !(place->optional && view_starts(word, VIEW("-")))) {
		add_values(out, VIEW_NONE, place->option);
	} else if (view_starts(word, VIEW("--")) && equals < word.len) {
		option = tool_find(place->tool, view_slice(word, 2, equals), 0);
		if (option != NULL && option->argument != NULL)
			add_values(out, view_slice(word, 0, equals + 1), option);
	} else if (view_starts(word, VIEW("-"))) {
		add_options(out, place->tool, word.len == 1);
	} else if (!place->operands && view_starts(view_of(place->tool->synopsis), VIEW("OPERATION"))) {
		add_operations(out);
	}
}

void
complete_answer(struct bytes *out, const struct cli_tool *tool, char *const *arguments)
{
	struct place place = { .tool = tool };

	for (; strcmp(*arguments, MARK) != 0 || arguments[2] != NULL; arguments++)
		pass(&place, *arguments);
	add_candidates(out, &place, view_of(arguments[1]));
}
