/*
 * cli/output: what goes to stdout.
 *
 * Purpose: whole records only. Records are gathered and written together, at the latest before the
 *          tool waits for anything; a failed write is remembered and ends the run.
 * Errors:  output_flush() returns false once anything was lost.
 */
#ifndef SSM_CLI_OUTPUT_H
#define SSM_CLI_OUTPUT_H

#include <stdint.h>

#include "core/bytes.h"

enum output_form { OUTPUT_AUTO, OUTPUT_COMPACT, OUTPUT_PRETTY };

struct output {
	int fd;
	bool pretty, colour;
	bool terminal;			/* fd is one: documents and lines bring no control character to it */
	bool no_wait;			/* flushing writes what a reader has room for, and keeps the rest */
	size_t at_once;			/* bytes that a descriptor takes whole when poll says that it is ready */
	int error;			/* errno of the write that failed, 0 when all is well */
	struct bytes pending;
	struct bytes ends;		/* with no_wait, of the records in pending: uint64_t, as `written` counts */
	uint64_t written, whole;	/* bytes that are out; and as far as the last record that is whole */
};

/* AUTO is compact, or indented and coloured (unless NO_COLOR is set) when fd is a terminal. */
void output_start(struct output *out, int fd, enum output_form form);

/* A finished JSON document, without a line end, as a record. */
void output_document(struct output *out, struct view document);

/* A finished line, without its end. */
void output_line(struct output *out, struct view line);

/* A finished text as it is; who made it knows whether it goes to a terminal. */
void output_text(struct output *out, struct view text);

/* Whether the environment has nothing against colours on a terminal: NO_COLOR, TERM. */
bool output_may_colour(void);

/* Writes what is pending, with no_wait as far as it goes; false when output is lost. */
bool output_flush(struct output *out);

/* Whether more is pending than should be; the time to make no more of it. */
bool output_is_full(const struct output *out);

/* Whether the reader has gone, though nothing was to be written: then output is lost. */
bool output_reader_gone(struct output *out);

/*
 * For an end before everything is out: takes back the records that were not begun, and says how many. What is
 * pending then is the rest of one that was begun, if there is anything.
 */
size_t output_take_back(struct output *out);

/* Gives up what is pending: that is no failure of output, since the caller tells of it. */
void output_give_up(struct output *out);

/* Flushes and closes: false when the last byte could not be handed over. */
bool output_close(struct output *out);

#endif
