/*
 * pages/owner: whose sessions are one's own.
 *
 * Purpose:   a session's Owner is the ARN of who started it, and whether a session can be gone on with is decided by
 *            that. One's own is STS's to tell (GetCallerIdentity, which needs no permission), asked through the suite's
 *            pipeline; as a filter it goes into the request.
 * Ownership: everything is the caller's.
 * Errors:    told by the stages, or here; the exit code is theirs.
 */
#ifndef SSM_PAGES_OWNER_H
#define SSM_PAGES_OWNER_H

#include "cli/calloptions.h"
#include "pipeline/pipeline.h"

#define OWNER_ARN_MAX ((size_t)4096)
#define OWNER_FILTER_MAX (2 * OWNER_ARN_MAX + 64)

/* The stages that print the identity. They are called as those of Systems Manager, but for its endpoint. */
void owner_stages(struct pipeline *pipeline, const struct calloptions *given);

/* Runs them. Appends the ARN, which is printable ASCII; false: it has been told why not, and *code is the exit code. */
bool owner_find(struct bytes *arn, const struct cli *cli, const struct calloptions *given, int *code);

/* Appends the filter, as ssm-request --filters takes one. */
void owner_filter(struct bytes *out, struct view arn);

#endif
