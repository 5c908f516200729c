/*
 * pipeline/pipeline: several tools of the suite, joined by pipes, as one command.
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
#ifndef SSM_PIPELINE_PIPELINE_H
#define SSM_PIPELINE_PIPELINE_H

#include "cli/cli.h"
#include "process/loop.h"
#include "process/process.h"

#define PIPELINE_STAGES_MAX 6
#define PIPELINE_ARGUMENTS_MAX 48
#define PIPELINE_MESSAGES_MAX (1024 * 1024)	/* of one stage; what is more is dropped */

enum stage_state { STAGE_WAITS, STAGE_RUNS, STAGE_ENDED };

struct stage {
	const char *tool;
	bool holds_secrets;
	bool late;			/* quick to start and slow to get anything: started behind the others */
	bool aside;			/* what is typed at the terminal does not reach it: see process_plan.own_group */
	/*
	 * Does the work of the stage in this process, if it can without a message: writes its output and returns
	 * true, or does nothing. NULL: a process does it.
	 */
	bool (*work)(const struct stage *stage);
	const void *context;
	char *arguments[PIPELINE_ARGUMENTS_MAX];	/* [0] is the tool; NULL-terminated */
	size_t argument_count;
	enum stage_state state;
	struct loop_watch input;	/* what it reads, until it has ended; -1: as this process */
	int output;			/* what it writes to, until it is started; -1: as this process */
	bool input_over;		/* before it was started: nothing will come on it */
	struct bytes messages;		/* what it wrote to stderr, but in a batch */
	size_t told;			/* of these, with --verbose */
	struct loop_watch heard;	/* its stderr; -1 when there is nothing to read any more */
	struct process process;		/* its status is 0 when it was not needed */
	struct loop_watch end;
	bool reader_gone;		/* it was told to end: its reader had */
	struct pipeline *pipeline;
};

struct pipeline {
	const struct cli *cli;
	struct stage stages[PIPELINE_STAGES_MAX];
	size_t stage_count;
	bool failed;			/* an argument could not be had */
	bool batch;
	bool documents;			/* stages say what they have to say in error documents: see messages */
	bool at_once;			/* all stages of a batch are started at once */
	bool usual_sigpipe;		/* stages get SIGPIPE as it usually is, though ignored here */
	int messages;			/* what stages of a batch write messages to; -1: stderr */
	int caught;			/* the last signal handed on, or 0 */
	struct ssm_error err;		/* why a stage could not be started */
	struct loop *loop;
	const sigset_t *mask;		/* the signal mask that stages get; NULL: this process's */
	/* Called from the loop when it is over, and may clear it; NULL: whoever turns the loop looks. */
	void (*over)(void *owner);
	void *owner;
};

void pipeline_start(struct pipeline *pipeline, const struct cli *cli);

/* A stage behind the others. */
struct stage *pipeline_add(struct pipeline *pipeline, const char *tool, bool holds_secrets);

/* An argument, or `--name=value` (nothing when value is NULL), or a flag when it is set. */
void pipeline_argument(struct pipeline *pipeline, struct stage *stage, const char *argument);
void pipeline_option(struct pipeline *pipeline, struct stage *stage, const char *name,
    const char *value);
void pipeline_flag(struct pipeline *pipeline, struct stage *stage, const char *name, bool set);

/* Appends the pipeline as a shell would run it, without a line's end. */
void pipeline_add_shown(struct bytes *out, const struct pipeline *pipeline);

/* Prints the pipeline as a shell would run it, on stdout, which is closed; the tool's exit code. */
int pipeline_show(const struct pipeline *pipeline);

/*
 * Begins to run in a loop that the caller turns until pipeline_is_over(); the pipeline stays where it is
 * meanwhile. It may be over at once, when no stage could be started. `in` is what the first stage reads and
 * `out` what the last writes to, closed here; -1: stdin and stdout.
 */
void pipeline_begin(struct pipeline *pipeline, struct loop *loop, int in, int out);

/* Every stage has ended, and what it said is here. */
bool pipeline_is_over(const struct pipeline *pipeline);

/*
 * To each stage that runs; no other will be started. One that was typed at the terminal has reached them
 * already: they are of one process group.
 */
void pipeline_signal(struct pipeline *pipeline, int number, bool typed);

/* Kills what still runs, and lets go of the loop. */
void pipeline_kill(struct pipeline *pipeline);

/* From begin to end with a loop of its own. Signals that end this process go to the stages first. */
void pipeline_run(struct pipeline *pipeline, int in, int out);

/* What the stage that failed first has said, unless nothing failed or it is a batch. */
struct view pipeline_complaint(const struct pipeline *pipeline);

/* Puts another text in that one's place. */
void pipeline_reword(struct pipeline *pipeline, struct view text);

/*
 * Why it failed, when no stage has said so: one could not be started, or was ended by a signal. *err is to
 * be cleared in that case.
 */
bool pipeline_trouble(const struct pipeline *pipeline, struct ssm_error *err);

/* Prints the messages that were held back and returns the exit code. */
int pipeline_result(const struct pipeline *pipeline);

/*
 * The same at the end of this process: a signal that ended the run ends it as well, and so does SIGPIPE
 * when the reader of it all has gone.
 */
int pipeline_end(const struct pipeline *pipeline);

void pipeline_clear(struct pipeline *pipeline);

#endif
