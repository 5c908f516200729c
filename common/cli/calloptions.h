/*
 * cli/calloptions: the options that say how the service is called.
 *
 * Purpose:   one table for ssm-call and for all commands that run it in a pipeline: name, help, words,
 *            limits, default, and the stage of the pipeline that an option is for. A value is checked
 *            when it is read, before anything is started.
 * Use:       a tool names the rows that it takes in its own table, CALLOPTION(RATE), and has
 *            calloptions_row() for its `shared`.
 * Ownership: texts are argv's.
 * Errors:    usage errors end the process with 252, as in cli.
 */
#ifndef SSM_CLI_CALLOPTIONS_H
#define SSM_CLI_CALLOPTIONS_H

#include "cli/cli.h"

#define CALLOPTIONS_CONCURRENCY_MAX 1024

/* In the order in which a stage gets them. */
enum calloption {
	CALLOPTION_REGION, CALLOPTION_PROFILE, CALLOPTION_ENDPOINT_URL,
	CALLOPTION_MAX_CONCURRENCY, CALLOPTION_UNORDERED, CALLOPTION_RATE,
	CALLOPTION_CONNECT_TIMEOUT, CALLOPTION_READ_TIMEOUT, CALLOPTION_ATTEMPT_TIMEOUT, CALLOPTION_MAX_TIME,
	CALLOPTION_DEADLINE,
	CALLOPTION_RETRY_MODE, CALLOPTION_MAX_ATTEMPTS,
	CALLOPTION_CA_BUNDLE, CALLOPTION_NO_VERIFY_SSL,
	CALLOPTION_METADATA, CALLOPTION_TIMING, CALLOPTION_PROGRESS,
	CALLOPTION_VALUES,
	/* The AWS CLI's names of two of them. */
	CALLOPTION_CLI_CONNECT_TIMEOUT = CALLOPTION_VALUES, CALLOPTION_CLI_READ_TIMEOUT,
	CALLOPTION_COUNT,
};

/* A row of a tool's table of options. */
#define CALLOPTION(NAME) { CLI_SHARED + CALLOPTION_##NAME, NULL, NULL, NULL }

/* What was given; all zero: nothing. */
struct calloptions {
	const char *values[CALLOPTION_VALUES];	/* NULL: not given; "" of a flag, and of a value left out */
};

/* What struct cli_tool has as `shared`. */
const struct cli_option *calloptions_row(int key);

/* Takes the option that cli_option() returned; false when it is none of these. */
bool calloptions_take(struct calloptions *given, const struct cli *cli, int key, const char *value);

/* What a number is: as given, else the default. */
unsigned calloptions_number(const struct calloptions *given, enum calloption option);

static inline bool
calloptions_has(const struct calloptions *given, enum calloption option)
{
	return given->values[option] != NULL;
}

/* As an argument of a stage. */
struct calloptions_argument {
	const char *name;
	const char *value;		/* NULL: a flag */
};

/*
 * The next option that was given and is for this stage (a tool's name), from *next on (0 at first); false
 * when there is none left.
 */
bool calloptions_next(const struct calloptions *given, const char *stage, size_t *next,
    struct calloptions_argument *argument);

#endif
