/*
 * pipeline/suite: the suite's tools as stages of a pipeline.
 *
 * Purpose:   one builder for all commands that run the pipeline: a stage gets the arguments of the
 *            options that are for it (cli/calloptions), and is told how to say what it has to say. What
 *            is the command's own is added between suite_add() and suite_end().
 * Ownership: as in pipeline.
 */
#ifndef SSM_PIPELINE_SUITE_H
#define SSM_PIPELINE_SUITE_H

#include "cli/calloptions.h"
#include "pipeline/pipeline.h"

/* The next stage: the keys are for ssm-sign alone, and ssm-format can wait. */
struct stage *suite_add(struct pipeline *pipeline, const char *tool);

/*
 * The rest of its arguments. Of messages it is told what `messages` says: json_errors, inline_errors,
 * fail_fast, verbose and quiet, as this process was told or otherwise.
 */
void suite_end(struct pipeline *pipeline, struct stage *stage, const struct calloptions *given,
    const struct cli *messages);

#endif
