#include "cli/usage.h"

#include <gnu/libc-version.h>

#define WIDTH 80
#define HELP_COLUMN 30

/* Where text is cut to fit in width: at the last mark that does, else at the next, else at its end. */
static size_t
cut(struct view text, size_t width, char mark)
{
	size_t end = width;

	if (text.len <= width)
		return text.len;
	while (end > 0 && text.ptr[end] != mark)
		end--;
	return end > 0 ? end : width + view_find(view_slice(text, width, text.len), mark);
}

/* Text in the columns from `indent` on, at its marks: blanks go, another mark begins the next line. */
static void
add_wrapped(struct bytes *out, struct view text, size_t indent, char mark)
{
	while (text.len > 0) {
		size_t end = cut(text, WIDTH - indent, mark);

		bytes_add(out, view_slice(text, 0, end));
		bytes_add_char(out, '\n');
		text = view_slice(text, end + (end < text.len && mark == ' '), text.len);
		if (text.len > 0)
			bytes_print(out, "%*s", (int)indent, "");
	}
}

/* `  -f, --field NAME`, and how long that is; 0 when it took lines of its own. */
static size_t
add_names(struct bytes *out, const struct cli_option *option)
{
	const char *argument = option->argument == NULL ? "" : option->argument;
	size_t begin = out->len, len;

	if (option->key < 128)
		bytes_print(out, "  -%c, --%s", option->key, option->name);
	else
		bytes_print(out, "      --%s", option->name);
	if (*argument != '\0' && !view_starts(view_of(argument), VIEW("[=")))
		bytes_add_char(out, ' ');
	len = out->len - begin;
	if (len + strlen(argument) + 1 < HELP_COLUMN) {
		bytes_add_text(out, argument);
		return len + strlen(argument);
	}
	if (*argument == '\0')
		bytes_add_char(out, '\n');
	add_wrapped(out, view_of(argument), len, '|');
	return 0;
}

static void
add_option(struct bytes *out, const struct cli_option *option)
{
	size_t column = add_names(out, option);

	bytes_print(out, "%*s", (int)(HELP_COLUMN - column), "");
	add_wrapped(out, view_of(option->help), HELP_COLUMN, ' ');
}

/* A long command line goes on behind a pipe. */
static void
add_example(struct bytes *out, struct view example)
{
	static const char first[] = "  ", next[] = "      ";

	bytes_add_text(out, first);
	while (example.len > WIDTH - strlen(first)) {
		size_t pipe = cut(example, WIDTH - strlen(first) - strlen(" |"), '|');

		if (pipe == example.len)
			break;
		bytes_print(out, "%.*s |\n%s", VIEW_ARG(view_trim(view_slice(example, 0, pipe))), next);
		example = view_trim(view_slice(example, pipe + 1, example.len));
	}
	bytes_print(out, "%.*s\n", VIEW_ARG(example));
}

static void
add_purpose(struct bytes *out, const char *purpose)
{
	struct bytes line = BYTES_INIT(4096);

	for (; *purpose != '\0'; purpose++)
		bytes_add_char(&line, *purpose == '\n' ? ' ' : *purpose);
	out->failed = out->failed || bytes_failed(&line);
	add_wrapped(out, bytes_view(&line), 0, ' ');
	bytes_clear(&line);
}

void
usage_help(struct bytes *out, const struct cli_tool *tool)
{
	const struct cli_option *option;

	bytes_print(out, "usage: %s %s\n\n", tool->name, tool->synopsis);
	add_purpose(out, tool->purpose);
	for (size_t i = 0; (option = tool_option(tool, i)) != NULL; i++)
		if (option->name != NULL)
			add_option(out, option);
		else
			bytes_print(out, "\n%s:\n", option->help);
	bytes_add_text(out, "\nExamples:\n");
	for (const char *const *example = tool->examples; *example != NULL; example++)
		add_example(out, view_of(*example));
	bytes_print(out, "\nMore: man %s, man ssm-tools\n", tool->name);
}

/* A library that another one has named already is not named again. */
static void
add_library(struct bytes *out, void (*library)(struct bytes *))
{
	struct bytes text = BYTES_INIT(4096);
	const char *known = bytes_cstr(out), *name;

	library(&text);
	name = bytes_cstr(&text);
	if (name != NULL && known != NULL && strstr(known, name) == NULL) {
		bytes_add_char(out, ' ');
		bytes_add(out, bytes_view(&text));
	}
	out->failed = out->failed || bytes_failed(&text);
	bytes_clear(&text);
}

void
usage_version(struct bytes *out, const struct cli_tool *tool)
{
	bytes_print(out, "%s (ssm-tools) %s\nglibc/%s", tool->name, PACKAGE_VERSION, gnu_get_libc_version());
	for (size_t i = 0; tool->libraries != NULL && tool->libraries[i] != NULL; i++)
		add_library(out, tool->libraries[i]);
	bytes_add_char(out, '\n');
}
