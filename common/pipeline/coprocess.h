/*
 * pipeline/coprocess: a pipeline at work beside this process, with its ends in this one's hands.
 *
 * Purpose:   to ask, look at the answer, and ask again, while the stages stay; or to hand it all there is
 *            to do and take answers as they come.
 * Ownership: the pipeline, which pipeline_begin() must not have seen, and the loop are the caller's, and
 *            stay where they are; coprocess_end() ends it: the stages are gone then. Who asks ignores
 *            SIGPIPE.
 * Errors:    an errno; what becomes of the stages is the pipeline's to tell (pipeline_trouble()).
 */
#ifndef SSM_PIPELINE_COPROCESS_H
#define SSM_PIPELINE_COPROCESS_H

#include "cli/input.h"
#include "cli/output.h"
#include "pipeline/pipeline.h"

#define COPROCESS_ANSWER_MAX ((size_t)24 * 1024 * 1024)	/* what ssm-call may print */
#define COPROCESS_MESSAGES_MAX (1024 * 1024)

struct coprocess {
	struct pipeline *pipeline;	/* NULL: not started */
	struct loop *loop;
	struct output requests;		/* what its first stage reads; fd -1 when that is over */
	struct input answers;		/* what its last stage writes, without waiting */
	bool answering;			/* more answers may come */
	struct bytes messages;		/* what the stages say, when it is collected */
	bool told;			/* to end */
	struct loop_watch asks, answers_come, messages_come;
};

#define COPROCESS_INIT { .requests = { .fd = -1 }, .answers = { .fd = -1 }, \
	.messages = BYTES_INIT(COPROCESS_MESSAGES_MAX), .asks = { .fd = -1 }, \
	.answers_come = { .fd = -1 }, .messages_come = { .fd = -1 } }

enum {
	COPROCESS_ASKS = 1,		/* requests are written here, not read from `in` */
	COPROCESS_COLLECTS = 2,		/* messages of a batch are collected */
};

/*
 * Starts the pipeline. `in` is what its first stage reads, closed here, or -1. Turns of the loop end when
 * there are answers, or room for requests.
 */
int coprocess_start(struct coprocess *co, struct pipeline *pipeline, struct loop *loop, int in,
    unsigned how) __attribute__((warn_unused_result));

/*
 * Hands on what there is to ask, as far as it goes; the rest follows when this is called again. False,
 * with requests.error, when it can't be done; a reader that has gone tells so by the end of its answers.
 */
bool coprocess_ask(struct coprocess *co) __attribute__((warn_unused_result));

/* No request will come: the stages end when they have worked off what they have. */
void coprocess_close_requests(struct coprocess *co);

/* The next answer, as input_document() has it; INPUT_WAIT when there is none yet. */
enum input_status coprocess_answer(struct coprocess *co, struct json_doc *doc, struct ssm_error *err);

/* Whether there may be more answers or messages. */
bool coprocess_is_open(const struct coprocess *co);

/* Hands a signal on to the stages, once, unless it was typed and they have it. */
void coprocess_signal(struct coprocess *co, int number, bool typed);

/* Ends the stages at once; nothing more is taken from them. */
void coprocess_kill(struct coprocess *co);

/*
 * Turns the loop until the stages have ended. Then answers are gone, messages stay until
 * coprocess_clear().
 */
void coprocess_end(struct coprocess *co);

void coprocess_clear(struct coprocess *co);

#endif
