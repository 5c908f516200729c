/*
 * console/output: what the node prints, to standard output and standard error.
 *
 * Purpose:   writes as much as the reader takes and no more is taken from the channel than waits here: a slow reader
 *            slows the node, and nothing else. What was printed in some order is written in that order.
 * Ownership: the descriptors are the caller's; those that can be are opened anew, since their flags are shared with
 *            other processes.
 * Errors:    an errno in `error`, and which of the two it was; everything else is dropped from then on.
 */
#ifndef SSM_CONSOLE_OUTPUT_H
#define SSM_CONSOLE_OUTPUT_H

#include "core/bytes.h"
#include "process/loop.h"

#define CONSOLEOUTPUT_MAX (64 * 1024)	/* bytes that wait */

enum consoleoutput_to { CONSOLEOUTPUT_STDOUT, CONSOLEOUTPUT_STDERR, CONSOLEOUTPUT_COUNT };

struct consoleoutput {
	struct loop *loop;
	struct loop_watch rooms[CONSOLEOUTPUT_COUNT];
	bool own[CONSOLEOUTPUT_COUNT];	/* the descriptor was opened here, and does not wait */
	bool is_terminal;		/* standard output, as it was at first */
	size_t at_once[CONSOLEOUTPUT_COUNT];
	struct bytes pending;		/* of one of them */
	size_t begin;
	enum consoleoutput_to to;
	int error;
	enum consoleoutput_to failed;
};

#define CONSOLEOUTPUT_INIT { .rooms = { { .fd = -1 }, { .fd = -1 } }, .pending = BYTES_INIT(2 * CONSOLEOUTPUT_MAX) }

void consoleoutput_start(struct consoleoutput *output, struct loop *loop, int standard_output, int standard_error);

/* How much of it is taken: nothing while there is enough, or what waits is for the other one. */
size_t consoleoutput_add(struct consoleoutput *output, enum consoleoutput_to to, struct view text);

/* Writes what goes; the rest goes when there is room for it. */
void consoleoutput_flush(struct consoleoutput *output);

/* Whether all is with its reader, or lost. */
bool consoleoutput_is_empty(const struct consoleoutput *output);

/* Whether nobody will ever read standard output; `error` says it then. */
bool consoleoutput_is_lost(struct consoleoutput *output);

void consoleoutput_clear(struct consoleoutput *output);

#endif
