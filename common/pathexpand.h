/*
 * pathexpand: $VAR and ~ in the path of a file.
 *
 * Purpose: what botocore does to the paths of the shared files: first $VAR and ${VAR}, each
 *          replaced once and left as it stands when there is no such variable; then a leading ~
 *          (HOME, or the user's home directory when HOME is unset or empty) or ~user.
 * Errors:  those of struct bytes (sticky).
 * Does not: read the environment by itself; fail on an unknown user: the text then stays.
 */
#ifndef SSM_PATHEXPAND_H
#define SSM_PATHEXPAND_H

#include "bytes.h"

#define PATHEXPAND_MAX (64 * 1024)	/* a good cap for *path */

/* How to look up a variable: getenv(), or a test's own table. NULL when there is none. */
typedef char *pathexpand_env(const char *name);

/* Replaces *path by the expanded text. An empty text is an empty path. */
void pathexpand(struct bytes *path, struct view text, pathexpand_env *env);

#endif
