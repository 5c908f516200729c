/*
 * resume/errorstyle: a failure as the AWS CLI tells it.
 *
 * Purpose: its sentences, or the document that it formats, out of an error document of the suite.
 */
#ifndef SSM_RESUME_ERRORSTYLE_H
#define SSM_RESUME_ERRORSTYLE_H

#include "core/err.h"

/* The words of --cli-error-format, in the order of enum errorstyle behind its first. */
#define ERRORSTYLE_WORDS "legacy|enhanced|json|yaml|text|table"

/* ERRORSTYLE_SUITE is the suite's own way. */
enum errorstyle { ERRORSTYLE_SUITE, ERRORSTYLE_LEGACY, ERRORSTYLE_ENHANCED, ERRORSTYLE_JSON,
	ERRORSTYLE_YAML, ERRORSTYLE_TEXT, ERRORSTYLE_TABLE };

/* What ssm-format calls it; NULL for a style that is a sentence. */
const char *errorstyle_format(enum errorstyle style);

/*
 * Appends what stands for the last error document among the lines of messages: a sentence with its
 * line ends, or for a style with a format a JSON document. The other lines go before it, in the first
 * case. False when there is no error document; then nothing is appended.
 */
bool errorstyle_tell(struct bytes *out, enum errorstyle style, const char *operation,
    struct view messages);

#endif
