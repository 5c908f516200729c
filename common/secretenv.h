/*
 * secretenv: the variables of the environment that hold long-term secrets.
 *
 * Purpose: a process that has no use for them does not keep them, and is not given them.
 */
#ifndef SSM_SECRETENV_H
#define SSM_SECRETENV_H

/* Wipes their values in place and removes them: unsetenv alone leaves /proc/PID/environ as it was. */
void secretenv_wipe(void);

/*
 * The environment without them, for a child: an array of borrowed entries that the caller frees, or
 * NULL when memory ends.
 */
char **secretenv_without(void);

#endif
