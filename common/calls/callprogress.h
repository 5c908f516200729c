/*
 * calls/callprogress: how a run of calls goes, drawn on standard error, and summed up at its end.
 *
 * Purpose:   joins progress (what to say), the clock, the terminal and the messages of cli, which are
 *            never written into a line that stands on the terminal.
 * Ownership: cli and records are borrowed, for as long as the run lasts.
 */
#ifndef SSM_CALLS_CALLPROGRESS_H
#define SSM_CALLS_CALLPROGRESS_H

#include "calls/progress.h"
#include "cli/records.h"

struct callprogress {
	struct progress progress;
	struct records *records;
	bool shares_terminal;		/* standard output is one, too */
};

void callprogress_start(struct callprogress *p, struct records *records, enum progress_when when);

/* A request goes out for the first time; a record was settled, sent or not; code is NULL for an answer. */
void callprogress_sent(struct callprogress *p);
void callprogress_settled(struct callprogress *p, bool sent, const char *code);

/* Draws what is due; how many milliseconds until something will be. */
unsigned callprogress_draw(struct callprogress *p);

/* Makes room for something else on the terminal. */
void callprogress_wipe(struct callprogress *p);

/* The last of it: the summary, of more records than one, when some failed or progress was shown. */
void callprogress_end(struct callprogress *p, bool summary);

#endif
