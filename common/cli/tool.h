/*
 * cli/tool: what a tool is to its command line: a name, texts, a table of options.
 *
 * Purpose:   the types that parsing, help and completion share, and how the table is gone through.
 * Ownership: texts are borrowed from the tables.
 * Does not:  print, end the process.
 */
#ifndef SSM_CLI_TOOL_H
#define SSM_CLI_TOOL_H

#include "core/err.h"

/* A row with no name is a heading of the help text; one with a key alone stands for a row of the tool's `shared`. */
struct cli_option {
	int key;			/* the short letter, or CLI_LONG and up */
	const char *name;		/* long name without dashes */
	const char *argument;		/* what its value is called, NULL for a flag; "[=NAME]" may be left out,
					   "[NAME]" too, and comes behind a blank as well; in small
					   letters the words that it takes, a|b|c: see complete;
					   FILE is a file's name, and not empty */
	const char *help;
};

enum {
	CLI_END = -1,
	CLI_ERROR_FORMAT = 256, CLI_COMPACT, CLI_PRETTY, CLI_FAIL_FAST, CLI_ERRORS,
	CLI_LONG,			/* tools count their own keys from here */
	CLI_SHARED = 4096,		/* and a table that several tools share from here */
};

#define CLI_COMMON_OPTIONS \
	{ 0, NULL, NULL, "Common" }, \
	{ CLI_ERROR_FORMAT, "error-format", "json|text", "messages as documents or as lines (text)" }, \
	{ 'v', "verbose", NULL, "say what happens, without secrets, on stderr" }, \
	{ 'q', "quiet", NULL, "no messages; the exit code tells" }, \
	{ 'h', "help", NULL, "this text" }, \
	{ 'V', "version", NULL, "name and version, also of libraries" }

#define CLI_DOCUMENT_OPTIONS \
	{ 0, NULL, NULL, "Documents" }, \
	{ CLI_COMPACT, "compact", NULL, "one line a document, also on a terminal" }, \
	{ CLI_PRETTY, "pretty", NULL, "indented, also into a pipe" }, \
	{ CLI_FAIL_FAST, "fail-fast", NULL, "stop at the first failure" }, \
	{ CLI_ERRORS, "errors", "inline", "put a failed record's error document in its place" }

#define CLI_OPTIONS_END { 0, NULL, NULL, NULL }

struct cli;

struct cli_tool {
	const char *name;
	const char *synopsis;		/* what follows the name */
	const char *purpose;		/* one sentence */
	const struct cli_option *options;
	const struct cli_option *(*shared)(int key);	/* the row that a key alone stands for, or NULL */
	const char *const *examples;	/* NULL-terminated command lines */
	bool holds_secrets;		/* else long-term secrets go out of the environment at the start */
	bool operands_last;		/* options end at the first operand: what follows it is a command's */

	/* What --version says of libraries: `NAME/VERSION`, several with blanks; NULL or ended by NULL. */
	void (*const *libraries)(struct bytes *out);

	/* Says a failure of its own and returns its code in another way than all others do, or NULL. */
	int (*fail)(const struct cli *cli, const struct ssm_error *err);

	/* Ends the process for a value that is none of an option's words in another way than all others do, or
	   returns for them to do it; or NULL. */
	void (*refuse_word)(const struct cli *cli, const char *option, const char *value, struct view words);
};

/* Row i of the tool's options, whichever table it is in; NULL behind the last. */
const struct cli_option *tool_option(const struct cli_tool *tool, size_t i);

/* The option of this name, or of this letter unless that is 0; NULL when there is none. */
const struct cli_option *tool_find(const struct cli_tool *tool, struct view name, int letter);

/* The option whose long name is nearest to what was typed (without dashes), or NULL. */
const char *tool_nearest(const struct cli_tool *tool, struct view typed);

/* The words that an option takes, a|b|c, or VIEW_NONE when its values are of another kind. */
struct view tool_words(const struct cli_option *option);

/* Takes the next of the words with marks between them off *words; false when there is none left. */
bool tool_next_word(struct view *words, char mark, struct view *word);

#endif
