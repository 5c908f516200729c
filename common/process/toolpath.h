/*
 * process/toolpath: where the other tools of the suite are.
 *
 * Purpose: a tool runs the tools beside it, in the directory of its own binary, and no others: not
 *          those of PATH, of the working directory, or of any variable. A copy of a tool in another
 *          directory runs that directory's; a symbolic link does not count as a copy. One in PREFIX/libexec/ssm-tools,
 *          which is on no PATH, runs those of PREFIX/bin.
 */
#ifndef SSM_PROCESS_TOOLPATH_H
#define SSM_PROCESS_TOOLPATH_H

#include <stdbool.h>

#define TOOLPATH_MAX 4096

/* The path of the tool beside this program; false when it cannot be told. */
bool toolpath(char path[TOOLPATH_MAX], const char *tool) __attribute__((warn_unused_result));

#endif
