/*
 * pipeline_stage: one stage of a pipeline as a process.
 *
 * Purpose:   started with its pipes and its environment, told to end, looked after.
 * Ownership: descriptors are the stage's and are closed here.
 */
#ifndef SSM_PIPELINE_STAGE_H
#define SSM_PIPELINE_STAGE_H

#include <signal.h>

#include "pipeline.h"

/*
 * Starts stage i, with the pipes to both its neighbours, in whatever order they are started; mask is the
 * signal mask it gets. 0, or an errno.
 */
int stage_start(struct pipeline *pipeline, size_t i, char **environment, const sigset_t *mask);

/* Takes the status of stage i when it has ended; then the stage before it has lost its reader. */
void stage_reap(struct pipeline *pipeline, size_t i);

/*
 * Whether stage i can be started (STAGE_RUNS), has to wait, or is not needed (STAGE_ENDED), since it
 * has nothing to read and an earlier stage failed.
 */
enum stage_state stage_readiness(struct pipeline *pipeline, size_t i);

/* Stages that wait are not started. */
void stage_skip(struct pipeline *pipeline);

bool stage_ended_by(const struct stage *stage, int number);

#endif
