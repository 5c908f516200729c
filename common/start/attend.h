/*
 * start/attend: a pipeline that is heard to its end, though a signal has come.
 *
 * Purpose:   a request that is under way may open a session that nobody would know of if its answer were not
 *            waited for. A signal ends the stages before the last one; that one, when it stands aside
 *            (stage.aside), is given some time to tell its answer, and is ended then, or by another signal.
 * Units:     milliseconds.
 * Ownership: the pipeline, which has not begun, and the signals, which are held, are the caller's.
 * Does not:  print what the stages have said, or end this process.
 */
#ifndef SSM_START_ATTEND_H
#define SSM_START_ATTEND_H

#include "pipeline/pipeline.h"
#include "process/signals.h"

struct attend {
	struct pipeline *pipeline;
	struct signals *interrupt;	/* `seen` becomes the first that came */
	unsigned patience;		/* from the first signal on; 0: all stages are ended at once */
	bool given_up;			/* the last stage was ended before it had told its answer */
	struct loop loop;		/* attend's own, as what follows */
	struct loop_watch signalled;
	struct loop_timer impatient;
};

/* `in` is what the first stage reads and `out` what the last writes to; both are closed. */
void attend_run(struct attend *attend, int in, int out);

#endif
