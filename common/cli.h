/*
 * cli: what every tool does with its command line, its messages and its end.
 *
 * Purpose:   start safely, read options from the tool's own table (help and completions come from
 *            the same table), say things on stderr in one form, end with a code of the one table.
 * Ownership: texts are borrowed from argv and the tables.
 * Errors:    usage errors end the process with 252; this module and main alone may do that.
 */
#ifndef SSM_CLI_H
#define SSM_CLI_H

#include "err.h"

/* A row with no name is a heading of the help text. */
struct cli_option {
	int key;			/* the short letter, or CLI_LONG and up */
	const char *name;		/* long name without dashes */
	const char *argument;		/* what its value is called, NULL for a flag; "[=NAME]" may be left out,
					   "[NAME]" too, and comes behind a blank as well; in small
					   letters the words that it takes, a|b|c: see complete */
	const char *help;
};

enum {
	CLI_END = -1,
	CLI_ERROR_FORMAT = 256, CLI_COMPACT, CLI_PRETTY, CLI_FAIL_FAST, CLI_ERRORS,
	CLI_LONG,			/* tools count their own keys from here */
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
	const char *const *examples;	/* NULL-terminated command lines */
	bool holds_secrets;		/* else long-term secrets go out of the environment at the start */

	/* What --version says of libraries: `NAME/VERSION`, several with blanks; NULL or ended by NULL. */
	void (*const *libraries)(struct bytes *out);

	/* Says a failure of its own and returns its code in another way than all others do, or NULL. */
	int (*fail)(const struct cli *cli, const struct ssm_error *err);
};

struct cli {
	const struct cli_tool *tool;
	bool verbose, quiet, json_errors;
	bool compact, pretty, fail_fast, inline_errors;
	char **operands;		/* after the last option: what was neither option nor value */
	int operand_count;
	char **rest;			/* arguments not looked at yet */
	bool options_over;		/* after -- */
	const char *letters;		/* what is left of a cluster of short options */
	char **after_dashes;		/* what followed --, or NULL when there was none */
	void (*before_message)(void *);	/* called before anything is written to stderr, or NULL */
	void *context;
};

/*
 * First call of main: no core dump, no tracing, descriptors 0 to 2 open, failing memory of libjq
 * turned into exit 255, secrets wiped from the environment of a tool that has no use for them. argv
 * is reordered: operands come to its front. When a shell asks for candidates, the process ends here.
 */
void cli_start(struct cli *cli, const struct cli_tool *tool, char **argv);

/*
 * The key of the next option with its value, or CLI_END. The value is NULL for a flag, and for an
 * optional one that was left out: only what is joined to the option is that one's value. Common options
 * are dealt with here; --help and --version end the process.
 */
int cli_option(struct cli *cli, const char **value);

/* Ends the process with 252 and one line: what is wrong with the call. */
_Noreturn void cli_usage(const struct cli *cli, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Ends with 252 unless there are at most max operands. */
void cli_operands_max(const struct cli *cli, int max);

/* A whole number from min to max, or a usage error that names the option. */
long cli_number(const struct cli *cli, const char *option, const char *value, long min, long max);

/*
 * Which of the words (NULL ends them) the value is, from 0, or a usage error that names them all, and
 * the nearest.
 */
size_t cli_word(const struct cli *cli, const char *option, const char *value,
    const char *const *words);

/* `TOOL: where: message` or an error document on stderr. where and id may be VIEW_NONE. */
void cli_message(const struct cli *cli, const struct ssm_error *err, size_t record, struct view id);

/* The error document for err, one JSON object; id is raw JSON or VIEW_NONE. */
void cli_error_document(struct bytes *out, const struct ssm_error *err, struct view id);

/* A line that does not change the exit code; not with --quiet. */
void cli_warn(const struct cli *cli, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A line with --verbose. */
void cli_verbose(const struct cli *cli, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Says err (one that belongs to no record) and returns its exit code. */
int cli_fail(const struct cli *cli, const struct ssm_error *err);

/*
 * stdout was lost to error number `number`: a closed pipe ends the process by SIGPIPE, as the user
 * of a pipeline expects; anything else is told, and 255 is returned.
 */
int cli_output_lost(const struct cli *cli, int number);

/* Prints the last text of the process, clears it, and returns the exit code. */
int cli_print(const struct cli *cli, struct bytes *text);

#endif
