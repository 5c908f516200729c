/*
 * check/pipe: one pipeline at work for a check.
 *
 * Purpose:   ssm-request | ssm-sign | ssm-call over the items of one kind that are asked; its answers settle
 *            them.
 * Ownership: checkpipe_end() ends it: the stages are gone then.
 * Errors:    an errno.
 */
#ifndef SSM_CHECK_PIPE_H
#define SSM_CHECK_PIPE_H

#include "check/list.h"
#include "cli/calloptions.h"
#include "pipeline/coprocess.h"

struct checkpipe {
	enum check_kind kind;
	struct pipeline pipeline;
	struct coprocess co;
};

/* Before anything else. What is borrowed lives as long as the pipe. */
void checkpipe_init(struct checkpipe *pipe, enum check_kind kind, const struct cli *cli,
    const struct calloptions *options);

/* Starts it for the items of its kind that are asked, with this signal mask; none is no error. */
int checkpipe_start(struct checkpipe *pipe, const struct checklist *list, struct loop *loop,
    const sigset_t *mask) __attribute__((warn_unused_result));

/* Settles what has been answered, without waiting. */
void checkpipe_take(struct checkpipe *pipe, struct checklist *list);

/*
 * Turns the loop until its stages have ended. What they said goes to standard error, but for what belongs
 * to one record; the last failure that belongs to none into *reason.
 */
void checkpipe_end(struct checkpipe *pipe, struct bytes *reason);

#endif
