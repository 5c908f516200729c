/*
 * calls/options: how a run of many calls goes.
 *
 * Units: milliseconds; 0 is no limit.
 */
#ifndef SSM_CALLS_OPTIONS_H
#define SSM_CALLS_OPTIONS_H

#include "calls/progress.h"

struct calls_options {
	unsigned concurrency;		/* requests in flight, at most */
	bool unordered;
	unsigned deadline;		/* for all there is to do */
	double rate;			/* requests a second; 0 is no limit */
	enum progress_when progress;
};

#endif
