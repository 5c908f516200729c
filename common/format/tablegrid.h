/*
 * format/tablegrid: a table's sections of headed rows, and how wide they are.
 *
 * Units:     widths in columns of the terminal (charwidth).
 * Ownership: sections, rows and their lists are made in the arena; texts are borrowed.
 * Errors:    SSM_E_INPUT for rows that do not fit their section, SSM_E_OTHER when memory ended.
 */
#ifndef SSM_FORMAT_TABLEGRID_H
#define SSM_FORMAT_TABLEGRID_H

#include "core/arena.h"
#include "core/err.h"

#define GRID_PADDING 4		/* of a cell: blanks and frame */

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

/* How wide the table is, with its frames. */
size_t grid_width(const struct grid *grid);

/* For a table that is too wide: sections of one row become rows of a name and a value. */
enum ssm_err grid_turn(struct grid *grid, struct ssm_error *err);

#endif
