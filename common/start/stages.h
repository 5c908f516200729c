/*
 * start/stages: the tools that ssm-start-session runs, with their arguments.
 *
 * Purpose:   each option goes to the tool whose own it is; one builder for what runs and what is shown.
 * Ownership: as in pipeline; what was given is borrowed.
 */
#ifndef SSM_START_STAGES_H
#define SSM_START_STAGES_H

#include "pipeline/pipeline.h"
#include "start/options.h"

/*
 * ssm-request, ssm-sign, ssm-call: a new session, its document on the standard output of the last. With a skeleton
 * it is ssm-request alone.
 */
void stages_open(struct pipeline *pipeline, const struct startoptions *given, const struct cli *messages);

/* ssm-request alone: what would be signed and sent. */
void stages_request(struct pipeline *pipeline, const struct startoptions *given, const struct cli *messages);

/* The same three, to get back into a session; NULL: into those whose ids come on standard input. */
void stages_resume(struct pipeline *pipeline, const struct startoptions *given, const char *session_id,
    const struct cli *messages);

/* ssm-describe-sessions: those of one's own that are active, of the target if there is one. */
void stages_mine(struct pipeline *pipeline, const struct startoptions *given, const struct cli *messages);

/* What takes the newest one's id from these, as a shell would. It is only shown: see start/newest. */
void stages_newest_shown(struct pipeline *pipeline);

/* The same three, to end a session for good. */
void stages_terminate(struct pipeline *pipeline, const struct startoptions *given, const char *session_id,
    const struct cli *messages);

/* ssm-stream, with its document in the file named session; NULL: on standard input. */
struct stage *stages_stream(struct pipeline *pipeline, const struct startoptions *given, const char *session);

#endif
