/*
 * session/ask: one question about the session, answered by the suite's tools.
 *
 * Purpose:   ResumeSession for a new token, TerminateSession at a deliberate end; KMS's GenerateDataKey, and which target
 *            the session is with. The tools that sign and send do it, with the options that this one was given for them,
 *            beside the session at work: the loop goes on.
 * Use:       sessionask_start(), then sessionask_poll() after each turn of the loop until it is over, then
 *            sessionask_end(), not inside a turn.
 * Ownership: the struct stays where it is while it asks; the answer is wiped by sessionask_end().
 * Errors:    how the pipeline ended, in `err`: rc is the class of its exit code, with the words of the stage that
 *            failed.
 */
#ifndef SSM_SESSION_ASK_H
#define SSM_SESSION_ASK_H

#include "cli/calloptions.h"
#include "pipeline/coprocess.h"

enum sessionask_question { SESSIONASK_RESUME, SESSIONASK_TERMINATE, SESSIONASK_TARGET, SESSIONASK_DATA_KEY };

/* What all questions share; borrowed. */
struct sessionask_how {
	const struct cli *cli;
	const struct calloptions *options;
	const char *session_id, *region;	/* region NULL: what is configured */
	/*
	 * The endpoint that was given is on this machine, where a sandbox answers for KMS, too. Another one is Session
	 * Manager's alone.
	 */
	bool endpoint_is_local;
	const char *parameters;		/* of GenerateDataKey, as JSON; none of them is secret */
	struct view secret;		/* that no text may have: the StreamUrl's cell number */
	const sigset_t *mask;		/* of the stages */
	struct loop *loop;
};

struct sessionask {
	struct cli messages;		/* how the stages speak */
	struct pipeline pipeline;
	struct coprocess co;
	bool running;
	struct view secret;
	struct bytes answer;		/* the document; empty: none came */
	struct ssm_error err;
	struct loop_timer limit;
};

#define SESSIONASK_INIT { .co = COPROCESS_INIT, .answer = BYTES_INIT(COPROCESS_ANSWER_MAX), .err = SSM_ERROR_INIT }

/* Asks; it is given up after `limit` milliseconds: SSM_E_AGAIN. Failures to start are told as all others. */
void sessionask_start(struct sessionask *ask, enum sessionask_question question, const struct sessionask_how *how,
    unsigned limit);

/* It is given up at that moment, if not sooner. */
void sessionask_limit(struct sessionask *ask, const struct sessionask_how *how, uint64_t at);

/* Takes what has come; true once it is over. */
bool sessionask_poll(struct sessionask *ask);

/* Ends it, whether it is over or not; then `err` and `answer` say what came of it, until sessionask_clear(). */
void sessionask_end(struct sessionask *ask);

void sessionask_clear(struct sessionask *ask);

#endif
