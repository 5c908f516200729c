/*
 * keycache: ~/.aws/cli/cache, the keys that this suite and the AWS CLI keep for each other.
 *
 * Purpose:   temporary keys under the SHA-1 of what they were asked for with. An entry that is broken,
 *            or good for less than KEYCACHE_WINDOW, is as none. A lock for each entry lets one process
 *            at a time fetch (and ask for an MFA code) while the others wait for what it brings.
 * Ownership: a keycache holds its lock until keycache_close(); a killed process's lock is free.
 * Errors:    only keycache_open() has any. A cache that cannot be read, locked or written is as none:
 *            keys are good without it.
 * Does not:  hold two locks at a time: whoever needs a second entry for the first gets it before.
 *            The AWS CLI does not know the lock; each leaves whole files to the other.
 */
#ifndef SSM_KEYCACHE_H
#define SSM_KEYCACHE_H

#include "credentials.h"

#define KEYCACHE_WINDOW (15 * 60)
#define KEYCACHE_PATH_MAX 65536

struct keycache {
	struct bytes path;		/* of the entry; empty: there is no cache */
	unsigned long long number;	/* of the entry's lock */
	int lock;			/* descriptor, or -1 */
};

#define KEYCACHE_INIT { .path = BYTES_INIT(KEYCACHE_PATH_MAX), .number = 0, .lock = -1 }

/* The entry that the text `key` names. Nothing is made yet. */
enum ssm_err keycache_open(struct keycache *cache, struct view key, struct ssm_error *err);

/* True: *who has keys that are good for KEYCACHE_WINDOW from now. Else *who is empty. */
bool keycache_load(const struct keycache *cache, time_t now, struct credentials *who);

/* Waits, as long as it takes, until no other process has the entry's lock. */
void keycache_lock(struct keycache *cache);

/*
 * Replaces the entry, mode 0600, in a directory of mode 0700. The old one goes first, so that the new
 * one never has another name than its own: killed in between, a process leaves no entry. False when
 * it could not be written.
 */
bool keycache_store(const struct keycache *cache, struct view document);

/* Gives the lock back. */
void keycache_close(struct keycache *cache);

#endif
