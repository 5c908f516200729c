/*
 * role/role_cache: ~/.aws/cli/cache, the keys that this suite and the AWS CLI keep for each other.
 *
 * Purpose:   temporary keys under the SHA-1 of what they were asked for with. An entry that is broken,
 *            or good for less than ROLE_CACHE_WINDOW, is as none. A lock for each entry lets one process
 *            at a time fetch (and ask for an MFA code) while the others wait for what it brings.
 * Ownership: a role_cache holds its lock until role_cache_close(); a killed process's lock is free.
 * Errors:    only role_cache_open() has any. A cache that cannot be read, locked or written is as none:
 *            keys are good without it.
 * Does not:  hold two locks at a time: whoever needs a second entry for the first gets it before.
 *            The AWS CLI does not know the lock; each leaves whole files to the other.
 */
#ifndef SSM_ROLE_ROLE_CACHE_H
#define SSM_ROLE_ROLE_CACHE_H

#include "aws/credentials.h"

#define ROLE_CACHE_WINDOW (15 * 60)
#define ROLE_CACHE_PATH_MAX 65536

struct role_cache {
	struct bytes path;		/* of the entry; empty: there is no cache */
	unsigned long long number;	/* of the entry's lock */
	int lock;			/* descriptor, or -1 */
};

#define ROLE_CACHE_INIT { .path = BYTES_INIT(ROLE_CACHE_PATH_MAX), .number = 0, .lock = -1 }

/* The entry that the text `key` names. Nothing is made yet. */
enum ssm_err role_cache_open(struct role_cache *cache, struct view key, struct ssm_error *err);

/* True: *who has keys that are good for ROLE_CACHE_WINDOW from now. Else *who is empty. */
bool role_cache_load(const struct role_cache *cache, time_t now, struct credentials *who);

/* Waits, as long as it takes, until no other process has the entry's lock. */
void role_cache_lock(struct role_cache *cache);

/*
 * Replaces the entry, mode 0600, in a directory of mode 0700. The old one goes first, so that the new
 * one never has another name than its own: killed in between, a process leaves no entry. False when
 * it could not be written.
 */
bool role_cache_store(const struct role_cache *cache, struct view document);

/* Gives the lock back. */
void role_cache_close(struct role_cache *cache);

#endif
