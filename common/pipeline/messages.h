/*
 * pipeline/messages: what the stages say on standard error, as the user gets to read it.
 *
 * Purpose:   stages that speak in error documents are told in lines, each under its own name, when the
 *            user did not ask for documents; everything else goes on as it came.
 * Ownership: what is kept is the stage's.
 */
#ifndef SSM_PIPELINE_MESSAGES_H
#define SSM_PIPELINE_MESSAGES_H

#include "pipeline/pipeline.h"

/* Keeps what a stage has said; with --verbose it is told as it comes, line by line. Empty: nothing will come. */
void messages_take(const struct pipeline *pipeline, struct stage *stage, struct view taken);

/* Tells what was kept. */
void messages_tell(const struct pipeline *pipeline, const struct stage *stage);

#endif
