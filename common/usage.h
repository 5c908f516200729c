/*
 * usage: the texts of --help and --version, and what was meant, as they come out of a tool's option table.
 */
#ifndef SSM_USAGE_H
#define SSM_USAGE_H

#include "cli.h"

/* The help text of --help. */
void usage_help(struct bytes *out, const struct cli_tool *tool);

/*
 * The text of --version: a line with name and version, `ssm-call (ssm-tools) 1.2.3`, then one with the
 * libraries that are in use and can tell their version, `NAME/VERSION`, the C library first.
 */
void usage_version(struct bytes *out, const struct cli_tool *tool);

/* The words that an option takes, a|b|c, or VIEW_NONE when its values are of another kind. */
struct view usage_words(const struct cli_option *option);

/* Takes the next of the words with marks between them off *words; false when there is none left. */
bool usage_next_word(struct view *words, char mark, struct view *word);

/* The option whose long name is nearest to what was typed (without dashes), or NULL. */
const char *usage_nearest(const struct cli_tool *tool, struct view typed);

#endif
