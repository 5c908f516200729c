/*
 * resume/styledend: the end of a command that runs the pipeline, its failure told as the AWS CLI tells it.
 *
 * Purpose: the words that --cli-error-format asks for, or the document, which ssm-format prints to standard error.
 * Errors:  none: where a failure has no error document it is told in the suite's own way.
 */
#ifndef SSM_RESUME_STYLEDEND_H
#define SSM_RESUME_STYLEDEND_H

#include "pipeline/pipeline.h"
#include "resume/errorstyle.h"

/*
 * As pipeline_end(), for a pipeline that has run and is no batch; its stages have spoken in error documents, which
 * it was told not to read (pipeline.documents) unless the style is the suite's.
 */
int styledend(const struct cli *cli, struct pipeline *pipeline, enum errorstyle style, const char *operation);

#endif
