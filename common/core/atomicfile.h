/*
 * core/atomicfile: a file that is whole, or is not there.
 *
 * Purpose:   replaces a file, one that holds secrets too, in one step: who reads it meanwhile, or after a crash,
 *            finds the old content or the new one. The new content has no name until all of it is on
 *            the disk, so that a killed process leaves no part of it behind. Only where a file is replaced
 *            the whole has a name beside it, `.NAME.new`, for the moment between two system calls; and on a
 *            file system that has no unnamed files, `.NAME.XXXXXX.new` while it is written. These are
 *            locked (flock) by the process that writes: what is not is of a dead one, and the next write
 *            of the file, or atomicfile_sweep(), removes it.
 * Units:     the file gets mode 0600, or 0644 when it is for others; directories that are made get 0700,
 *            those that are there keep theirs.
 * Errors:    -1 with errno set; the old file is then untouched.
 * Does not:  make one writer wait for another: of two who write at once, one is last.
 */
#ifndef SSM_CORE_ATOMICFILE_H
#define SSM_CORE_ATOMICFILE_H

#include "core/bytes.h"

/* Makes `content` the file at `path`, and the directories above it that are missing. */
int atomicfile_write(const char *path, struct view content) __attribute__((warn_unused_result));

/* The same for a file that everybody may read, in a directory that is there. */
int atomicfile_publish(const char *path, struct view content) __attribute__((warn_unused_result));

/*
 * Removes what processes that were killed have left of files beside this one, whose names are hashes
 * (40 hexadecimal digits or more) and end in .json, as caches of tokens and keys have them. Nothing else is touched.
 */
void atomicfile_sweep(const char *path);

#endif
