/*
 * resume/format: a single answer in a format or as a query selects it, without a process for it.
 *
 * Purpose: what ssm-format would print, as JSON or text, where standard output is no terminal and nothing can be
 *          said about it.
 * Errors:  none: where anything is unusual ssm-format is asked, which says what there is to say.
 */
#ifndef SSM_RESUME_FORMAT_H
#define SSM_RESUME_FORMAT_H

#include "resume/options.h"

/* Whether the answer can be formatted here. */
bool resumeformat_is_usual(const struct resumeoptions *given, const struct cli *cli);

/* Prints the answer, or returns false, with nothing done. */
bool resumeformat_print(const struct resumeoptions *given, const struct cli *cli, struct view answer);

#endif
