/*
 * core/pathexpand: $VAR and ~ in the path of a file.
 *
 * Purpose: what botocore does to the paths of the shared files, here done to every path that comes from
 *          a setting or an option: first $VAR and ${VAR}, each
 *          replaced once and left as it stands when there is no such variable; then a leading ~
 *          (HOME, or the user's home directory when HOME is unset or empty) or ~user.
 * Errors:  those of struct bytes (sticky).
 * Does not: read the environment by itself, but for pathexpand_given(); fail on an unknown user: the
 *          text then stays.
 */
#ifndef SSM_CORE_PATHEXPAND_H
#define SSM_CORE_PATHEXPAND_H

#include "core/bytes.h"

#define PATHEXPAND_MAX (64 * 1024)	/* a good cap for *path */

/* How to look up a variable: getenv(), or a test's own table. NULL when there is none. */
typedef char *pathexpand_env(const char *name);

/* Replaces *path by the expanded text. An empty text is an empty path. */
void pathexpand(struct bytes *path, struct view text, pathexpand_env *env);

/* The same by the environment, for a path that an option or a setting gives. NULL without memory. */
const char *pathexpand_given(struct bytes *path, struct view text);

#endif
