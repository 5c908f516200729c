/*
 * jmespath/eval: a tree on a value.
 *
 * Ownership: what comes back lives in the run's arena, or is a part of the document or of the query.
 * Errors:    NULL; those of run.
 */
#ifndef SSM_JMESPATH_EVAL_H
#define SSM_JMESPATH_EVAL_H

#include "jmespath/run.h"

/* What the node makes of the value. run->evaluate must be this. */
jmespath_evaluate jmespath_eval;

#endif
