/*
 * request/options: the command line of ssm-request.
 *
 * Purpose:   the option table of one operation, or of all when none is named first, out of the table
 *            of operations; then what was given.
 * Ownership: texts are argv's. requestoptions_clear() ends it; the tool in it must outlive cli.
 * Errors:    usage errors end the process with 252, as in cli.
 */
#ifndef SSM_REQUEST_OPTIONS_H
#define SSM_REQUEST_OPTIONS_H

#include "cli/cli.h"
#include "request/maker.h"
#include "request/parameters.h"

#define REQUESTOPTIONS_ROWS_MAX 48
#define REQUESTOPTIONS_NAMES_MAX 24	/* different names of operations' options */

enum skeleton_kind { SKELETON_NONE, SKELETON_INPUT, SKELETON_YAML, SKELETON_OUTPUT };

/* A setting that is printed in place of a request. */
enum configured { CONFIGURED_NOTHING, CONFIGURED_OUTPUT, CONFIGURED_TIMESTAMPS };

struct requestoptions {
	struct parameters parameters;	/* with the operation */
	const char *input, *id;
	struct maker_options request;
	enum skeleton_kind skeleton;
	bool list;
	enum configured configured;

	struct cli_tool tool;
	struct cli_option rows[REQUESTOPTIONS_ROWS_MAX];
	size_t row_count;
	const char *names[REQUESTOPTIONS_NAMES_MAX];	/* by key */
	struct parameter_given by_name[REQUESTOPTIONS_NAMES_MAX];
	size_t name_count;
	char synopsis[64], purpose[120];
	const char *examples[4];	/* NULL ends them */
	const char **pool;		/* where by_name's values stand */
	size_t pool_count;
};

/* The table for what argv[1] names. false: memory ended. */
bool requestoptions_start(struct requestoptions *options, int argc, char **argv);

/* Everything that was given, checked as far as it can be without reading anything. */
void requestoptions_read(struct requestoptions *options, struct cli *cli);

void requestoptions_clear(struct requestoptions *options);

#endif
