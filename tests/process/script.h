/*
 * script: children that are scripts of sh, and a kernel that knows no pidfd; for the tests of process.
 *
 * Ownership: argv and the script are the caller's, and live as long as the plan.
 */
#ifndef SSM_TESTS_PROCESS_SCRIPT_H
#define SSM_TESTS_PROCESS_SCRIPT_H

#include "process/process.h"

#define SCRIPT_PATIENCE 30000		/* milliseconds, for what must come */

struct process_plan script_plan(char *argv[4], char *script);

/* Whether something can be read of it, soon enough. */
bool script_comes(int fd);

/* From now on, as a kernel of before 2019 has it. */
bool script_forbid_pidfd(void);

#endif
