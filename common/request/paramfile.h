/*
 * request/paramfile: an option's value that names a file, file://PATH or fileb://PATH.
 *
 * Purpose: as the AWS CLI 2 reads them: $VAR and ~ expanded, relative to the working directory; of
 *          file:// the text, every line end as a line feed; of fileb:// the bytes.
 * Errors:  SSM_E_INPUT with the AWS CLI's sentences: not readable, not UTF-8, longer than a document.
 */
#ifndef SSM_REQUEST_PARAMFILE_H
#define SSM_REQUEST_PARAMFILE_H

#include "core/err.h"

enum paramfile_kind { PARAMFILE_NONE, PARAMFILE_TEXT, PARAMFILE_BINARY };

/* Whether the value is one. */
enum paramfile_kind paramfile_kind(struct view value);

/* The content of the one that value names into *out. `option` is what messages call it: "--target". */
enum ssm_err paramfile_read(struct bytes *out, struct view value, const char *option,
    struct ssm_error *err);

#endif
