/*
 * role/rolecall: a role's keys, out of the cache or from STS into the cache.
 *
 * Purpose:   what the providers of role keys share: the entry in ~/.aws/cli/cache, the lock that keeps
 *            two processes from asking the same, where STS is, the call.
 * Ownership: a rolecall borrows its search and request; rolecall_close() ends it.
 * Errors:    those of sts, aws_client and settings.
 */
#ifndef SSM_ROLE_ROLECALL_H
#define SSM_ROLE_ROLECALL_H

#include "credentials/provider.h"
#include "role/role_cache.h"
#include "role/sts.h"

struct rolecall {
	struct provider_search *search;
	const struct sts_request *request;	/* a code or token may come in later */
	bool cached;				/* the search uses caches, and so does this role */
	struct role_cache cache;
	struct bytes url;			/* of STS, after a call */
};

#define ROLECALL_URL_MAX 4096
#define ROLECALL_INIT { .search = NULL, .cached = false, .cache = ROLE_CACHE_INIT, \
	.url = BYTES_INIT(ROLECALL_URL_MAX) }

/* Nothing is waited for or made yet. use_cache: false for a role that is kept nowhere. */
enum ssm_err rolecall_open(struct rolecall *call, struct provider_search *search,
    const struct sts_request *request, bool use_cache, struct ssm_error *err);

/* Whether the cache has keys that are good for a while. */
bool rolecall_cached(const struct rolecall *call, struct credentials *who);

/* From here to rolecall_close() no other process fetches this role's keys; it may just have done so. */
bool rolecall_cached_now(struct rolecall *call, struct credentials *who);

/* The call, signed with source's keys, or not at all (NULL); the answer goes into the cache. */
enum ssm_err rolecall_perform(struct rolecall *call, const struct credentials *source,
    struct credentials *who, struct ssm_error *err);

void rolecall_close(struct rolecall *call);

#endif
