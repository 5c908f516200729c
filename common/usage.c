#include "usage.h"

#include <gnu/libc-version.h>
#include <stdio.h>

#include "nearest.h"

#define WIDTH 80
#define HELP_COLUMN 30

static bool
is_end(const struct cli_option *option)
{
	return option->name == NULL && option->help == NULL;
}

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

static void
add_indent(struct bytes *out, size_t count)
{
	while (count-- > 0)
		bytes_add_char(out, ' ');
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
			add_indent(out, indent);
	}
}

/* `  -f, --field NAME`, and how long that is; 0 when it took lines of its own. */
static size_t
add_names(struct bytes *out, const struct cli_option *option)
{
	const char *argument = option->argument == NULL ? "" : option->argument;
	char text[100];
	size_t len;

	if (option->key < 128)
		snprintf(text, sizeof text, "  -%c, --%s", option->key, option->name);
	else
		snprintf(text, sizeof text, "      --%s", option->name);
	bytes_add_text(out, text);
	len = strlen(text);
	if (*argument != '\0' && !view_starts(view_of(argument), VIEW("[="))) {
		bytes_add_char(out, ' ');
		len++;
	}
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

	add_indent(out, HELP_COLUMN - column);
	add_wrapped(out, view_of(option->help), HELP_COLUMN, ' ');
}

/* A long command line goes on behind a pipe. */
static void
add_example(struct bytes *out, struct view example)
{
	static const struct view first = { "  ", 2 }, next = { "      ", 6 };

	bytes_add(out, first);
	while (example.len > WIDTH - first.len) {
		size_t pipe = cut(example, WIDTH - first.len - strlen(" |"), '|');

		if (pipe == example.len)
			break;
		bytes_add(out, view_trim(view_slice(example, 0, pipe)));
		bytes_add(out, VIEW(" |\n"));
		bytes_add(out, next);
		example = view_trim(view_slice(example, pipe + 1, example.len));
	}
	bytes_add(out, example);
	bytes_add_char(out, '\n');
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
	char line[400];

	snprintf(line, sizeof line, "usage: %s %s\n\n", tool->name, tool->synopsis);
	bytes_add_text(out, line);
	add_purpose(out, tool->purpose);
	for (const struct cli_option *option = tool->options; !is_end(option); option++) {
		if (option->name != NULL) {
			add_option(out, option);
			continue;
		}
		snprintf(line, sizeof line, "\n%s:\n", option->help);
		bytes_add_text(out, line);
	}
	bytes_add_text(out, "\nExamples:\n");
	for (const char *const *example = tool->examples; *example != NULL; example++)
		add_example(out, view_of(*example));
	snprintf(line, sizeof line, "\nMore: man %s, man ssm-tools\n", tool->name);
	bytes_add_text(out, line);
}

struct view
usage_words(const struct cli_option *option)
{
	struct view words = view_of(option->argument);

	if (view_starts(words, VIEW("[")))
		words = view_slice(words, view_starts(words, VIEW("[=")) ? 2 : 1, words.len - 1);
	return words.len > 0 && words.ptr[0] >= 'a' && words.ptr[0] <= 'z' ? words : VIEW_NONE;
}

bool
usage_next_word(struct view *words, char mark, struct view *word)
{
	do {
		size_t end = view_find(*words, mark);

		*word = view_slice(*words, 0, end);
		*words = view_slice(*words, end < words->len ? end + 1 : end, words->len);
	} while (word->len == 0 && words->len > 0);
	return word->len > 0;
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
	bytes_add_text(out, tool->name);
	bytes_add_text(out, " (ssm-tools) " PACKAGE_VERSION "\nglibc/");
	bytes_add_text(out, gnu_get_libc_version());
	for (size_t i = 0; tool->libraries != NULL && tool->libraries[i] != NULL; i++)
		add_library(out, tool->libraries[i]);
	bytes_add_char(out, '\n');
}

const char *
usage_nearest(const struct cli_tool *tool, struct view typed)
{
	struct nearest nearest = nearest_to(typed);

	for (const struct cli_option *option = tool->options; !is_end(option); option++)
		nearest_offer(&nearest, view_of(option->name));
	return nearest.name.ptr;
}
