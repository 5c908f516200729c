/*
 * tablegrid: sections of headed rows, drawn one below the other at one width.
 *
 * Purpose:   the drawing of the AWS CLI's tables: how wide columns become, when rows turn into names
 *            and values, what is coloured.
 * Units:     widths in columns of the terminal (charwidth).
 * Ownership: sections, rows and their lists are made in the arena; texts are borrowed.
 * Errors:    SSM_E_INPUT for rows that do not fit their section, SSM_E_OTHER when memory ended.
 */
#ifndef SSM_TABLEGRID_H
#define SSM_TABLEGRID_H

#include "arena.h"
#include "err.h"

struct cell {
	struct view text;
	size_t width;
};

struct row {
	struct row *next;
	size_t count;
	struct cell cells[];
};

struct section {
	struct section *next;
	struct view title;
	bool untitled;			/* not even an empty title */
	size_t indent;
	const struct row *header;	/* NULL: none, or of no columns */
	struct row *rows, **rows_end;
	size_t row_count;
	bool counted;			/* columns is set */
	size_t columns;			/* of the first header or row */
	size_t *widths, width_count;	/* of the widest cell in each column */
};

struct grid {
	struct arena *arena;
	struct section *sections, **end, *current;
};

void grid_init(struct grid *grid, struct arena *arena);

/* A new section, for what follows; title may be NULL. */
enum ssm_err grid_section(struct grid *grid, const struct view *title, size_t indent,
    struct ssm_error *err);

/* An empty row to be filled in, of count cells; NULL when memory ended. */
struct row *grid_new_row(struct grid *grid, size_t count);

/* The text of a cell. */
void grid_cell(struct row *row, size_t at, struct view text);

/* A filled row into the current section. */
enum ssm_err grid_header(struct grid *grid, const struct row *header, struct ssm_error *err);
enum ssm_err grid_row(struct grid *grid, struct row *row, struct ssm_error *err);

/* Draws the sections. Those of one row turn when the table is wider than terminal_width. */
enum ssm_err grid_draw(struct grid *grid, struct bytes *out, long terminal_width, bool colour,
    struct ssm_error *err);

#endif
