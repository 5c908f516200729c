/*
 * calls/progress: how far a run over many requests has come, told on standard error.
 *
 * Purpose:   counts what was answered and what failed, by error code; makes the line of --progress and
 *            the summary at the end.
 * Units:     now: milliseconds by a clock that never jumps.
 * Ownership: nothing is owned; name is borrowed.
 * Does not:  write, read a clock, grow: codes come from the network, and only so many are told apart.
 */
#ifndef SSM_CALLS_PROGRESS_H
#define SSM_CALLS_PROGRESS_H

#include "core/bytes.h"

#define PROGRESS_CODES_MAX 16		/* the rest are "others" */
#define PROGRESS_CODE_MAX 64		/* with its NUL; longer ones are cut */
#define PROGRESS_NEVER_DUE 3600000U	/* as long as anybody waits */

enum progress_when { PROGRESS_AUTO, PROGRESS_ALWAYS, PROGRESS_NEVER };

/* The words of --progress, in that order. */
#define PROGRESS_WORDS "auto|always|never"

struct progress_code {
	char code[PROGRESS_CODE_MAX];
	unsigned long long count;
};

struct progress {
	const char *name;		/* the tool's, in front of a line */
	bool shown;			/* whether lines are made at all */
	bool terminal;			/* one line, drawn again and again */
	long long start, last;		/* of the run, of the last line */
	unsigned long long done, failed, in_flight;
	unsigned long long bytes_read, bytes_total;	/* of the input; total 0: not known */
	double rate;			/* requests a second, smoothed; below 0: not known yet */
	unsigned long long settled;	/* that the rate has counted */
	size_t drawn;			/* characters that stand on the terminal */
	struct progress_code codes[PROGRESS_CODES_MAX];
	size_t code_count;
	unsigned long long others;
};

/* terminal: whether standard error is one. */
void progress_start(struct progress *p, const char *name, enum progress_when when, bool terminal,
    long long now);

/* A request goes out; one has its answer (code is NULL) or failed with code. */
void progress_sent(struct progress *p);
void progress_settled(struct progress *p, const char *code);

/* A record failed that was never sent. */
void progress_refused(struct progress *p, const char *code);

/* How long until a line is due: 0 when it is, PROGRESS_NEVER_DUE when there will be none. */
unsigned progress_due(const struct progress *p, long long now);

/*
 * The line as it is to be written, in one go, now. On a terminal it goes over the last one, without
 * the last of its `width` columns (0: as for 80), else it ends in a line end.
 */
void progress_line(struct bytes *out, struct progress *p, long long now, unsigned width);

/* What wipes the line off the terminal, before anything else is written there; nothing when it is off. */
void progress_wipe(struct bytes *out, struct progress *p);

/*
 * `2000 requests in 3.1 s: 1990 answered, 10 failed (8 ThrottlingException, 2 SlowDown)`, most first,
 * and how many were not finished. Codes are as they came.
 */
void progress_summary(struct bytes *out, const struct progress *p, long long now);

#endif
