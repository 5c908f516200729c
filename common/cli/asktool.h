/*
 * cli/asktool: what another tool of the suite prints, for one that may not do that work itself.
 *
 * Purpose:   runs the tool beside this program (toolpath.h) and reads its standard output from a pipe. It
 *            may use the terminal; standard input is not its own. It says what happens when we do.
 * Ownership: *out is the caller's, who clears it, which wipes it.
 * Errors:    that of the tool: its class by the exit code, its text and code from the error document that it
 *            writes; what else it said is passed on to standard error.
 */
#ifndef SSM_CLI_ASKTOOL_H
#define SSM_CLI_ASKTOOL_H

#include "cli/cli.h"

#define ASKTOOL_OPTIONS_MAX 6

struct asktool_question {
	const char *tool;
	const char *options[ASKTOOL_OPTIONS_MAX];	/* NULL where they end */
	const char *last_option;		/* one more, or NULL */
	struct view profile;			/* its --profile, or VIEW_NONE: the environment says which */
	const char *failure;			/* the code of a failure that is not the tool's own */
};

/* Replaces *out, whose max is the most that the tool may print. */
enum ssm_err asktool(struct bytes *out, const struct cli *cli, const struct asktool_question *question,
    struct ssm_error *err);

#endif
