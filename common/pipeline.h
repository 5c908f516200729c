/*
 * pipeline: several tools of the suite, joined by pipes, as one command.
 *
 * Purpose:   starts the stages from the directory this program was started from, waits for all of
 *            them, and makes one result of theirs: the first failing stage's messages and code.
 *            Signals that end this process go to the stages too; no child is left behind.
 * Ownership: arguments are copied; pipeline_clear() ends it.
 * Does not:  hand long-term secrets to a stage that is not declared to hold them.
 */
#ifndef SSM_PIPELINE_H
#define SSM_PIPELINE_H

#include "cli.h"

#define PIPELINE_STAGES_MAX 4
#define PIPELINE_ARGUMENTS_MAX 32
#define PIPELINE_MESSAGES_MAX (1024 * 1024)	/* of one stage; what is more is dropped */

struct stage {
	const char *tool;
	bool holds_secrets;
	char *arguments[PIPELINE_ARGUMENTS_MAX];	/* [0] is the tool; NULL-terminated */
	size_t argument_count;
	struct bytes messages;		/* what it wrote to stderr */
	int messages_fd;		/* -1 when there is nothing to read any more */
	int pid;			/* 0 before the start */
	int status;			/* of waitpid() */
};

struct pipeline {
	const struct cli *cli;
	struct stage stages[PIPELINE_STAGES_MAX];
	size_t stage_count;
	bool failed;			/* an argument could not be had */
};

void pipeline_start(struct pipeline *pipeline, const struct cli *cli);

/* A stage behind the others. */
struct stage *pipeline_add(struct pipeline *pipeline, const char *tool, bool holds_secrets);

/* An argument, or `--name=value` (nothing when value is NULL), or a flag when it is set. */
void pipeline_argument(struct pipeline *pipeline, struct stage *stage, const char *argument);
void pipeline_option(struct pipeline *pipeline, struct stage *stage, const char *name,
    const char *value);
void pipeline_flag(struct pipeline *pipeline, struct stage *stage, const char *name, bool set);

/* The pipeline as a shell would run it. */
void pipeline_show(struct bytes *out, const struct pipeline *pipeline);

/*
 * Runs it and returns the exit code; stdin goes to the first stage, stdout comes from the last. A
 * signal that ended it ends this process as well.
 */
int pipeline_run(struct pipeline *pipeline);

void pipeline_clear(struct pipeline *pipeline);

#endif
