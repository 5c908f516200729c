/*
 * checkpipe: one pipeline at work for a check, in a process of its own.
 *
 * Purpose:   ssm-request | ssm-sign | ssm-call over the items of one kind that are asked, its answers on
 *            one descriptor and its messages on another.
 * Ownership: checkpipe_end() ends it: the process is gone then.
 * Errors:    an errno.
 */
#ifndef SSM_CHECKPIPE_H
#define SSM_CHECKPIPE_H

#include "checkrun.h"

struct checkpipe {
	enum check_kind kind;
	int pid;			/* 0: not started */
	struct input answers;
	bool answering;			/* more answers may come */
	int messages_fd;		/* -1 when there is nothing to read any more */
	struct bytes messages;
};

#define CHECKPIPE_MESSAGES_MAX (1024 * 1024)
#define CHECKPIPE_INIT { .pid = 0, .messages_fd = -1, .messages = BYTES_INIT(CHECKPIPE_MESSAGES_MAX) }

/* Starts it for the items of its kind that are asked; none is no error. */
int checkpipe_start(struct checkpipe *pipe, const struct checkrun *run)
    __attribute__((warn_unused_result));

static inline bool
checkpipe_is_open(const struct checkpipe *pipe)
{
	return pipe->pid > 0 && (pipe->answering || pipe->messages_fd >= 0);
}

/* Takes what has arrived, without waiting. */
void checkpipe_take(struct checkpipe *pipe, struct checklist *list);

/* Nothing more is taken from it. */
void checkpipe_stop(struct checkpipe *pipe);

/*
 * Waits for its process. What the stages said goes to standard error, but for what belongs to one
 * record; the last failure that belongs to none into *reason.
 */
void checkpipe_end(struct checkpipe *pipe, const struct cli *cli, struct bytes *reason);

#endif
