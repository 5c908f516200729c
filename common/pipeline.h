/*
 * pipeline: several tools of the suite, joined by pipes, as one command.
 *
 * Purpose:   starts the stages from the directory this program was started from, waits for all of
 *            them, and makes one result of theirs: the first failing stage's messages and code.
 *            Signals that end this process go to the stages too; no child is left behind, and a
 *            stage whose reader has ended is told to end as well.
 * Batches:   messages go to standard error as they come, since there may be any number of them and
 *            progress among them. A stage is started when there is something for it to read: one
 *            that gets nothing because an earlier stage failed would only say so once more.
 * Ownership: arguments are copied; pipeline_clear() ends it.
 * Does not:  hand long-term secrets to a stage that is not declared to hold them.
 */
#ifndef SSM_PIPELINE_H
#define SSM_PIPELINE_H

#include "cli.h"

#define PIPELINE_STAGES_MAX 4
#define PIPELINE_ARGUMENTS_MAX 48
#define PIPELINE_MESSAGES_MAX (1024 * 1024)	/* of one stage; what is more is dropped */

enum stage_state { STAGE_WAITS, STAGE_RUNS, STAGE_ENDED };

struct stage {
	const char *tool;
	bool holds_secrets;
	bool late;			/* quick to start and slow to get anything: started behind the others */
	char *arguments[PIPELINE_ARGUMENTS_MAX];	/* [0] is the tool; NULL-terminated */
	size_t argument_count;
	enum stage_state state;
	int input;			/* what it reads, until it has ended; -1 for the first */
	int output;			/* what it writes to, until it is started; -1 for the last */
	bool input_over;		/* before it was started: nothing will come on it */
	struct bytes messages;		/* what it wrote to stderr, but in a batch */
	int messages_fd;		/* -1 when there is nothing to read any more */
	int pid;
	int status;			/* of waitpid(); 0 when it was not needed */
	bool deserted;			/* told to end: its reader had */
};

struct pipeline {
	const struct cli *cli;
	struct stage stages[PIPELINE_STAGES_MAX];
	size_t stage_count;
	bool failed;			/* an argument could not be had */
	bool batch;
	bool at_once;			/* all stages of a batch are started at once */
	int caught;			/* the last signal handed on, or 0 */
	struct ssm_error err;		/* why a stage could not be started */
};

void pipeline_start(struct pipeline *pipeline, const struct cli *cli);

/* A stage behind the others. */
struct stage *pipeline_add(struct pipeline *pipeline, const char *tool, bool holds_secrets);

/* An argument, or `--name=value` (nothing when value is NULL), or a flag when it is set. */
void pipeline_argument(struct pipeline *pipeline, struct stage *stage, const char *argument);
void pipeline_option(struct pipeline *pipeline, struct stage *stage, const char *name,
    const char *value);
void pipeline_flag(struct pipeline *pipeline, struct stage *stage, const char *name, bool set);

/* Prints the pipeline as a shell would run it, on stdout, which is closed; the tool's exit code. */
int pipeline_show(const struct pipeline *pipeline);

/* Runs it until every stage has ended; stdin goes to the first, stdout comes from the last. */
void pipeline_run(struct pipeline *pipeline);

/* What the stage that failed first has said, unless nothing failed or it is a batch. */
struct view pipeline_complaint(const struct pipeline *pipeline);

/* Puts another text in that one's place. */
void pipeline_reword(struct pipeline *pipeline, struct view text);

/*
 * Prints the messages that were held back and returns the exit code. A signal that ended the run ends
 * this process as well.
 */
int pipeline_end(const struct pipeline *pipeline);

void pipeline_clear(struct pipeline *pipeline);

#endif
