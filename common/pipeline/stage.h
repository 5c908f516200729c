/*
 * pipeline/stage: one stage of a pipeline as a process.
 *
 * Purpose:   started with its pipes and its environment, told to end, looked after.
 * Ownership: descriptors are the stage's and are closed here.
 */
#ifndef SSM_PIPELINE_STAGE_H
#define SSM_PIPELINE_STAGE_H

#include "pipeline/pipeline.h"

/*
 * Starts stage i, with the pipes to both its neighbours, in whatever order they are started. 0, or an errno.
 */
int stage_start(struct pipeline *pipeline, size_t i) __attribute__((warn_unused_result));

/* Takes its status when it has ended; then the stage before it has lost its reader. */
void stage_reap(struct stage *stage);

/*
 * Whether stage i can be started (STAGE_RUNS), has to wait, or is not needed (STAGE_ENDED), since it
 * has nothing to read and an earlier stage failed.
 */
enum stage_state stage_readiness(struct pipeline *pipeline, size_t i);

/* Stages that wait are not started. */
void stage_skip(struct pipeline *pipeline);

bool stage_ended_by(const struct stage *stage, int number);

#endif
