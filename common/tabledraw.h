/*
 * tabledraw: the lines of a table whose cells are known.
 *
 * Errors: those of struct bytes (sticky), for *out; false when other memory ended.
 */
#ifndef SSM_TABLEDRAW_H
#define SSM_TABLEDRAW_H

#include "bytes.h"
#include "tablegrid.h"

#define TABLEDRAW_PADDING 4		/* of a cell: blanks and frame */
#define TABLEDRAW_LINE_MAX ((size_t)64 * 1024 * 1024)

struct tabledraw {
	struct bytes *out;
	bool colour;
	struct bytes line;
};

#define TABLEDRAW_INIT(to, in_colour) { .out = (to), .colour = (in_colour), \
	.line = BYTES_INIT(TABLEDRAW_LINE_MAX) }

/* All sections of grid in a frame that is width columns wide. */
bool tabledraw_all(struct tabledraw *draw, const struct grid *grid, size_t width);

void tabledraw_clear(struct tabledraw *draw);

#endif
