/*
 * sso/filelock: one process at a time.
 *
 * Purpose: who is about to change a file in a directory that processes share waits for those who are at
 *          it. The lock is on `.lock` in the same directory, and ends with the process that holds it.
 * Errors:  none: where there can be no lock there is none.
 */
#ifndef SSM_SSO_FILELOCK_H
#define SSM_SSO_FILELOCK_H

/* Waits for the lock of the directory that `path` is in; a descriptor, or -1 when it cannot be had. */
int filelock_beside(const char *path) __attribute__((warn_unused_result));

void filelock_release(int fd);

#endif
