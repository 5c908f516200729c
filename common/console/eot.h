/*
 * console/eot: the end of input, told to a shell.
 *
 * Purpose:   a shell on the node reads a terminal, where input has no end but the one that is typed: Ctrl-D. Behind
 *            the last line it is sent once, in the middle of a line twice: the first only ends the line. Not before
 *            the node is quiet, since the last line may have been the end already. A shell that ran a program at
 *            that moment may not have met it, so it is sent again when the node has printed something and then
 *            nothing for a while, a few times, each later than the one before.
 * Units:     milliseconds of any clock that does not go back.
 * Does not:  send anything.
 */
#ifndef SSM_CONSOLE_EOT_H
#define SSM_CONSOLE_EOT_H

#include "core/bytes.h"

#include <stdint.h>

#define CONSOLEEOT_FIRST 250		/* behind the node's last output */
#define CONSOLEEOT_QUIET 1000		/* the same for the second one; doubles each time */
#define CONSOLEEOT_TIMES 8
#define CONSOLEEOT_NEVER UINT64_MAX

struct consoleeot {
	bool begun;
	unsigned times;			/* that it was sent */
	uint64_t due;			/* CONSOLEEOT_NEVER: not before the node says something */
};

/* Input is over. */
void consoleeot_begin(struct consoleeot *eot, uint64_t now);

/* The node has printed something. */
void consoleeot_heard(struct consoleeot *eot, uint64_t now);

/* When there is something to send; CONSOLEEOT_NEVER before the end. */
uint64_t consoleeot_due(const struct consoleeot *eot);

/* What is to be sent now, and that it was. */
struct view consoleeot_text(const struct consoleeot *eot, bool line_ended);
void consoleeot_sent(struct consoleeot *eot);

#endif
