/*
 * calls/ending: the end of a run before all is done: a signal, a deadline, or a loop that cannot wait.
 *
 * Purpose:   what was answered goes out, as far as somebody takes it in time; a record that was begun is
 *            finished when its reader goes on reading; a message counts what is lost.
 * Errors:    in run->input_error, for records_end_input().
 */
#ifndef SSM_CALLS_ENDING_H
#define SSM_CALLS_ENDING_H

#include "calls/run.h"

/* A signal has come, or waiting is impossible: what has no answer is given up. */
void ending_of_signal(struct run *run);

/* The deadline has passed: what has no answer fails. */
void ending_of_time(struct run *run);

#endif
