/*
 * credentials/credentials_cache: the keys of the profiles that a run of ssm-sign meets.
 *
 * Purpose:   keys are looked up at the first document that needs them and kept until they are about to
 *            expire, for a few profiles at a time, so that memory stays the same however many come by.
 *            A refresh is tried when 15, 10 and 1 minutes are left, and after the end: once each, and
 *            at none of these that had passed when the keys came. While the keys are good, a refresh
 *            that failed is told once and changes nothing. A look-up that failed is not tried again
 *            for some seconds, whatever number of documents wants those keys.
 * Ownership: the cache owns and wipes the keys; what it hands out lives until the next call.
 * Errors:    SSM_E_CONFIG; those of ssm-credentials where it is asked.
 */
#ifndef SSM_CREDENTIALS_CREDENTIALS_CACHE_H
#define SSM_CREDENTIALS_CREDENTIALS_CACHE_H

#include "cli/cli.h"
#include "aws/credentials.h"

struct credentials_cache_source {
	const struct cli *cli;		/* for --verbose and warnings */
	const char *profile;		/* of the command line, or NULL: the document's */
	const char *file;		/* a credentials document, or NULL */
};

struct credentials_cache;

/* The source's texts are borrowed. NULL when memory ends. */
struct credentials_cache *credentials_cache_new(const struct credentials_cache_source *source);
void credentials_cache_free(struct credentials_cache *cache);

/* Keys for a document that names `profile` (or VIEW_NONE), good at `now`. */
enum ssm_err credentials_cache_find(struct credentials_cache *cache, struct view profile, time_t now,
    const struct credentials **who, struct ssm_error *err);

#endif
