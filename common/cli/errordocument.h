/*
 * cli/errordocument: failures as documents: boto3's shape, and what the suite adds to it.
 *
 * Purpose:   one place that writes them, reads them, and tells them from other documents:
 *            {"Error":{"Code","Message","Retryable","ExitCode"},"ResponseMetadata":{...},"id":...}. In
 *            Error there is also ClockSkew, when this machine's clock was found to be wrong, and
 *            "Service":false when the service's answer had a status of failure, but the failure is not
 *            what it said (an answer that was cut).
 * Ownership: what is read is copied, but for the id, which points into the text.
 * Errors:    what is no error document is false; memory that ends is told as each function says.
 */
#ifndef SSM_CLI_ERRORDOCUMENT_H
#define SSM_CLI_ERRORDOCUMENT_H

#include "json/json.h"

/* The document for err, one JSON object; id is raw JSON or VIEW_NONE. Errors are sticky in out. */
void errordocument_add(struct bytes *out, const struct ssm_error *err, struct view id);

/*
 * Whether a document is an earlier stage's error document, for all that pass those on. It has a member
 * Error, an object with the strings Code and Message; and nothing that a request or an answer is made of,
 * in whatever letters. A document that has such a member is worked on and checked like any other,
 * whatever else it holds: a name alone switches no check off. Fails when memory ends, for no other reason.
 */
enum ssm_err errordocument_is(const struct json_doc *doc, bool *is, struct ssm_error *err);

/*
 * What a document says, into *err. A member that is missing or of another kind says nothing: no text, not
 * retryable, SSM_E_OTHER, no skew. False, with err empty, when Error is no object, or memory ended.
 */
bool errordocument_read(const struct json_doc *doc, struct ssm_error *err);

/*
 * The same for the text of a whole document, as it comes on standard error, where it must have Code and
 * Message; *id is its raw id or VIEW_NONE.
 */
bool errordocument_parse(struct view text, struct ssm_error *err, struct view *id);

#endif
