/*
 * cli/ids: ids of sessions and managed nodes, as people and other tools write them.
 *
 * Purpose:   one reader for all tools that take ids on standard input: any blanks and line ends
 *            separate them, '#' at the beginning of a word begins a comment, a byte order mark is
 *            skipped. JSON strings are understood, and arrays of them, nested and over many lines.
 *            What cannot be an id is refused with line, column and reason.
 * Ownership: an id lives until the next call. ids_clear() ends a reader; the input is the caller's.
 * Errors:    a bad id is told and skipped, as a bad record of `input` is.
 */
#ifndef SSM_CLI_IDS_H
#define SSM_CLI_IDS_H

#include "aws/id.h"
#include "cli/input.h"

struct ids {
	struct bytes line, text;	/* the one at work; an id that had to be decoded */
	size_t number;			/* of the line, from 1 */
	size_t at;			/* in it */
	size_t shift;			/* of columns: a byte order mark's length */
	unsigned depth;			/* of arrays */
	enum { IDS_ITEM, IDS_FIRST, IDS_COMMA } due;	/* in an array; IDS_FIRST: or its end */
	bool begun;
};

#define IDS_INIT { .line = BYTES_INIT(JSON_DOCUMENT_MAX), .text = BYTES_INIT(JSON_DOCUMENT_MAX) }

/*
 * The next id into *id. `kind` tells of which kind a text is. With INPUT_BAD *id is the text that was
 * refused, or VIEW_NONE when it was none.
 */
enum input_status ids_next(struct ids *ids, struct input *in, enum id_kind (*kind)(struct view text),
    struct view *id, struct ssm_error *err);

void ids_clear(struct ids *ids);

#endif
