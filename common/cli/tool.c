#include "cli/tool.h"

#include "cli/nearest.h"

const struct cli_option *
tool_option(const struct cli_tool *tool, size_t i)
{
	const struct cli_option *option = &tool->options[i];

	if (option->name != NULL || option->help != NULL)
		return option;
	return option->key == 0 ? NULL : tool->shared(option->key);
}

const struct cli_option *
tool_find(const struct cli_tool *tool, struct view name, int letter)
{
	const struct cli_option *option;

	for (size_t i = 0; (option = tool_option(tool, i)) != NULL; i++)
		if (option->name != NULL && (letter != 0 ? option->key == letter :
		    view_is(name, option->name)))
			return option;
	return NULL;
}

const char *
tool_nearest(const struct cli_tool *tool, struct view typed)
{
	struct nearest nearest = nearest_to(typed);
	const struct cli_option *option;

	for (size_t i = 0; (option = tool_option(tool, i)) != NULL; i++)
		nearest_offer(&nearest, view_of(option->name));
	return nearest.name.ptr;
}

struct view
tool_words(const struct cli_option *option)
{
	struct view words = view_of(option->argument);

	if (view_starts(words, VIEW("[")))
		words = view_slice(words, view_starts(words, VIEW("[=")) ? 2 : 1, words.len - 1);
	return words.len > 0 && words.ptr[0] >= 'a' && words.ptr[0] <= 'z' ? words : VIEW_NONE;
}

bool
tool_next_word(struct view *words, char mark, struct view *word)
{
	do
		*word = view_take(words, mark);
	while (word->len == 0 && words->len > 0);
	return word->len > 0;
}
