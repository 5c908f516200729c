/*
 * console/input: what is typed, or comes on a pipe, for the node.
 *
 * Purpose:   reads as far as there is room for it, and keeps it until the channel takes it. What is typed is looked
 *            through for escapes as it is read, so that they work however the session is.
 *            Of what is typed while nothing is taken, what there is no room for is dropped, when the caller says so:
 *            only then can escapes behind it be read.
 * Ownership: the descriptor is the caller's.
 * Errors:    an errno in `error`; input is over then.
 */
#ifndef SSM_CONSOLE_INPUT_H
#define SSM_CONSOLE_INPUT_H

#include "console/escape.h"
#include "process/loop.h"

#define CONSOLEINPUT_MAX (64 * 1024)	/* bytes that wait; beyond them nothing is read */

struct consoleinput {
	struct loop *loop;
	struct loop_watch watch;
	struct consoleescape escape;
	struct bytes queue;
	size_t begin;			/* of what was not taken */
	bool over;			/* nothing more will be read */
	bool stopped;			/* nobody wants more */
	bool drops;			/* what there is no room for is read and is gone */
	uint64_t kept, dropped;		/* bytes, ever */
	bool line_ended;		/* the last byte that was taken was a line's end, or there was none */
	int error;
	void (*command)(void *owner, enum consoleescape_command command);
	void *owner;
};

#define CONSOLEINPUT_INIT { .watch = { .fd = -1 }, .queue = BYTES_INIT(2 * CONSOLEINPUT_MAX), .line_ended = true, \
	.escape = CONSOLEESCAPE(CONSOLEESCAPE_OFF) }

/* Begins to read; `command` is called for what is typed between escapes, from the loop. */
void consoleinput_start(struct consoleinput *input, struct loop *loop, int fd);

/* What waits to be taken; it lives until the next call, or turn of the loop. */
struct view consoleinput_waiting(const struct consoleinput *input);

/* So much of it is taken. */
void consoleinput_took(struct consoleinput *input, size_t len);

/* Everything there was has been taken, and nothing more will come. */
bool consoleinput_is_over(const struct consoleinput *input);

/* Whether what there is no room for is dropped, or left where it is until there is. */
void consoleinput_drop(struct consoleinput *input, bool drops);

/* Nothing more is read; what waits is gone. */
void consoleinput_stop(struct consoleinput *input);

void consoleinput_clear(struct consoleinput *input);

#endif
