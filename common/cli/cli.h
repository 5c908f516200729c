/*
 * cli/cli: what every tool does with its command line, its messages and its end.
 *
 * Purpose:   start safely, read options from the tool's own table (help and completions come from
 *            the same table), say things on stderr in one form, end with a code of the one table.
 * Ownership: texts are borrowed from argv and the tables.
 * Errors:    usage errors end the process with 252; this module and main alone may do that.
 */
#ifndef SSM_CLI_CLI_H
#define SSM_CLI_CLI_H

#include "cli/tool.h"

struct cli {
	const struct cli_tool *tool;
	bool verbose, quiet, json_errors;
	bool errors_only;		/* no lines that cli_warn() has */
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
 * First call of main: no core dump, no tracing, descriptors 0 to 2 open, secrets wiped from the
 * environment of a tool that has no use for them. argv is reordered: operands come to its front. When
 * a shell asks for candidates, the process ends here.
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
 * Which of the words a|b|c the value is, from 0, or a usage error that names them all, and the nearest;
 * in the tool's own way when it has one.
 */
size_t cli_word(const struct cli *cli, const char *option, const char *value, struct view words);

/* `TOOL: where: message` or an error document on stderr. where and id may be VIEW_NONE. */
void cli_message(const struct cli *cli, const struct ssm_error *err, size_t record, struct view id);

/* A line that does not change the exit code; not with --quiet. */
void cli_warn(const struct cli *cli, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A line with --verbose. */
void cli_verbose(const struct cli *cli, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Says err (one that belongs to no record) and returns its exit code. */
int cli_fail(const struct cli *cli, const struct ssm_error *err);

/*
 * stdout was lost to `errnum`: a closed pipe ends the process by SIGPIPE, as the user
 * of a pipeline expects; anything else is told, and 255 is returned.
 */
int cli_output_lost(const struct cli *cli, int errnum);

/*
 * Prints the last text of the process (a terminal gets it without control characters), clears it, and returns
 * the exit code.
 */
int cli_print(const struct cli *cli, struct bytes *text);

/*
 * Ends the process, by which time its output is out and its secrets are wiped. What libraries do at exit() is not
 * waited for: they give back, block by block, memory that goes with the process.
 */
_Noreturn void cli_end(int code);

#endif
