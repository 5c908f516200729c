/*
 * resume/skeletonform: which sample --generate-cli-skeleton is to print, as the fronts take it.
 *
 * Purpose:   the form may be joined to the option, be the next argument, or be left out.
 * Ownership: texts are argv's.
 * Errors:    a form that there is not ends the process with 252, as in cli.
 */
#ifndef SSM_RESUME_SKELETONFORM_H
#define SSM_RESUME_SKELETONFORM_H

#include "cli/cli.h"

/* SKELETONFORM_NONE: no sample is asked for. */
enum skeletonform { SKELETONFORM_NONE, SKELETONFORM_INPUT, SKELETONFORM_YAML, SKELETONFORM_OUTPUT };

/* In the order of the enum, behind its first. */
#define SKELETONFORM_WORDS "input|yaml-input|output"

/* Its name is *name then; value is what was joined to the option, or NULL. */
enum skeletonform skeletonform_take(struct cli *cli, const char *value, const char **name);

#endif
