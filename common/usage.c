#include "usage.h"

#include <stdio.h>

static bool
is_end(const struct cli_option *option)
{
	return option->name == NULL && option->help == NULL;
}

static void
add_option(struct bytes *out, const struct cli_option *option)
{
	char left[80], line[200];
	int len = 0;

	if (option->key < 128)
		len = snprintf(left, sizeof left, "  -%c, ", option->key);
	else
		len = snprintf(left, sizeof left, "      ");
	snprintf(left + len, sizeof left - (size_t)len, "--%s%s%s", option->name,
	    option->argument == NULL || strncmp(option->argument, "[=", 2) == 0 ? "" : " ",
	    option->argument == NULL ? "" : option->argument);
	snprintf(line, sizeof line, "%-30s  %s\n", left, option->help);
	bytes_add_text(out, line);
}

void
usage_help(struct bytes *out, const struct cli_tool *tool)
{
	char line[400];

	snprintf(line, sizeof line, "usage: %s %s\n\n%s\n", tool->name, tool->synopsis,
	    tool->purpose);
	bytes_add_text(out, line);
	for (const struct cli_option *option = tool->options; !is_end(option); option++) {
		if (option->name != NULL) {
			add_option(out, option);
			continue;
		}
		snprintf(line, sizeof line, "\n%s:\n", option->help);
		bytes_add_text(out, line);
	}
	bytes_add_text(out, "\nExamples:\n");
	for (const char *const *example = tool->examples; *example != NULL; example++) {
		snprintf(line, sizeof line, "  %s\n", *example);
		bytes_add_text(out, line);
	}
	snprintf(line, sizeof line, "\nMore: man %s, man ssm-tools\n", tool->name);
	bytes_add_text(out, line);
}

#define NAME_MAX_LEN 40

/* Edits (insert, delete, change, swap of neighbours) that turn a into b. */
static unsigned
distance(struct view a, struct view b)
{
	unsigned cost[NAME_MAX_LEN + 1][NAME_MAX_LEN + 1];

	for (size_t i = 0; i <= a.len; i++)
		for (size_t k = 0; k <= b.len; k++) {
			unsigned best, other;

			if (i == 0 || k == 0) {
				cost[i][k] = (unsigned)(i + k);
				continue;
			}
			best = cost[i - 1][k - 1] + (a.ptr[i - 1] != b.ptr[k - 1]);
			other = (cost[i - 1][k] < cost[i][k - 1] ? cost[i - 1][k] : cost[i][k - 1]) + 1;
			best = other < best ? other : best;
			if (i > 1 && k > 1 && a.ptr[i - 1] == b.ptr[k - 2] &&
			    a.ptr[i - 2] == b.ptr[k - 1] && cost[i - 2][k - 2] + 1 < best)
				best = cost[i - 2][k - 2] + 1;
			cost[i][k] = best;
		}
	return cost[a.len][b.len];
}

const char *
usage_nearest(const struct cli_tool *tool, struct view typed)
{
	const char *nearest = NULL;
	unsigned best = 4;

	if (typed.len > NAME_MAX_LEN)
		return NULL;
	for (const struct cli_option *option = tool->options; !is_end(option); option++) {
		struct view name = view_of(option->name);
		unsigned edits;

		if (name.len == 0 || name.len > NAME_MAX_LEN)
			continue;
		edits = typed.len >= 3 && view_starts(name, typed) ? 1 : distance(typed, name);
		if (edits < best && edits * 2 < name.len) {
			best = edits;
			nearest = option->name;
		}
	}
	return nearest;
}
