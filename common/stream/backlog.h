/*
 * stream/backlog: what came in order and waits for the user to take it.
 *
 * Purpose:   output, error output and what else the node told, in one order. Output of one kind runs together, so
 *            that who is slow takes much at once.
 * Limits:    the caller's; a piece is BACKLOG_PIECE long at most, but for one message that is longer.
 * Ownership: payloads are copied, once; views live until the next call. Memory of more than BACKLOG_KEPT is given
 *            back when all is taken.
 */
#ifndef SSM_STREAM_BACKLOG_H
#define SSM_STREAM_BACKLOG_H

#include <stdint.h>

#include "core/bytes.h"

#define BACKLOG_PIECE (64 * 1024)
#define BACKLOG_PIECE_MESSAGES 256
#define BACKLOG_KEPT (512 * 1024)	/* more than one turn of the loop brings */

enum backlog_kind { BACKLOG_OUTPUT, BACKLOG_ERROR_OUTPUT, BACKLOG_TEXT, BACKLOG_EXIT, BACKLOG_FLAG };

struct backlog_piece {
	enum backlog_kind kind;
	uint32_t messages;
	uint32_t flag;			/* of FLAG */
	int exit_code;			/* of EXIT */
	size_t len;			/* of bytes that are left */
};

struct backlog {
	struct backlog_piece *pieces;
	size_t first, count, room;	/* pieces[first .. count - 1] are there */
	struct bytes text;		/* of all pieces, behind `taken` bytes that are gone */
	size_t taken;
	size_t messages;
};

#define BACKLOG_INIT { .text = BYTES_INIT(SIZE_MAX) }

void backlog_clear(struct backlog *backlog);

/* Adds a message; `told` has its kind, and the value that belongs to it. False when there is no memory. */
bool backlog_add(struct backlog *backlog, struct backlog_piece told, struct view bytes);

/* The piece that is next, and its bytes; NULL when there is none. */
const struct backlog_piece *backlog_next(const struct backlog *backlog, struct view *bytes);

/* That many bytes of it are taken; with the last one (of an empty one: with none) it is gone. */
void backlog_took(struct backlog *backlog, size_t len);

/* Bytes that wait. */
static inline size_t
backlog_len(const struct backlog *backlog)
{
	return backlog->text.len - backlog->taken;
}

#endif
