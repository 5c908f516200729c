/*
 * heldpipe: a pipeline at work in a process of its own, with its ends in this one's hands.
 *
 * Purpose:   to ask, look at the answer, and ask again, while the stages stay.
 * Ownership: heldpipe_end() ends it: the process and its stages are gone then. When this process dies
 *            before, they are told to end.
 * Errors:    an errno.
 */
#ifndef SSM_HELDPIPE_H
#define SSM_HELDPIPE_H

#include "input.h"
#include "interrupt.h"
#include "output.h"
#include "pipeline.h"

struct heldpipe {
	int pid;			/* 0: not started */
	struct output requests;		/* what its first stage reads; fd -1 when that is over */
	struct input answers;		/* what its last stage writes */
	bool told;			/* to end */
};

#define HELDPIPE_INIT { .pid = 0, .requests = { .fd = -1 }, .answers = { .fd = -1 } }

/*
 * Starts the pipeline, which pipeline_run() must not have seen. Without `asking` its first stage reads
 * this process's standard input. SIGPIPE must be ignored; the stages get it as on_sigpipe says.
 */
int heldpipe_start(struct heldpipe *held, struct pipeline *pipeline, struct interrupt *interrupt,
    bool asking, void (*on_sigpipe)(int)) __attribute__((warn_unused_result));

/* No request will come: the stages end when they have worked off what they have. */
void heldpipe_close_requests(struct heldpipe *held);

/* Hands a signal on, once. */
void heldpipe_signal(struct heldpipe *held, int number);

/*
 * Waits for its process, whose messages are out then, and returns its exit code; what it said after it
 * was told to end does not count.
 */
int heldpipe_end(struct heldpipe *held, const struct cli *cli);

#endif
