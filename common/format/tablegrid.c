#include "format/tablegrid.h"

#include <stdint.h>

#include "format/charwidth.h"

void
grid_init(struct grid *grid, struct arena *arena)
{
	*grid = (struct grid){ .arena = arena, .end = &grid->sections };
}

enum ssm_err
grid_section(struct grid *grid, const struct view *title, size_t indent, struct ssm_error *err)
{
	struct section *section = arena_alloc(grid->arena, sizeof *section);

	if (section == NULL)
		return ssm_fail_memory(err);
	*section = (struct section){ .title = title == NULL ? VIEW_NONE : *title,
	    .untitled = title == NULL, .indent = indent };
	section->rows_end = &section->rows;
	*grid->end = section;
	grid->end = &section->next;
	grid->current = section;
	return SSM_OK;
}

struct row *
grid_new_row(struct grid *grid, size_t count)
{
	struct row *row = arena_alloc(grid->arena, sizeof *row + count * sizeof row->cells[0]);

	if (row == NULL)
		return NULL;
	row->next = NULL;
	row->count = count;
	return row;
}

void
grid_cell(struct row *row, size_t at, struct view text)
{
	row->cells[at] = (struct cell){ text, charwidth_of(text) };
}

static enum ssm_err
widen(struct grid *grid, struct section *section, const struct row *row, struct ssm_error *err)
{
	if (section->width_count == 0) {
		section->widths = arena_alloc(grid->arena, row->count * sizeof *section->widths);
		if (section->widths == NULL)
			return ssm_fail_memory(err);
		section->width_count = row->count;
		memset(section->widths, 0, row->count * sizeof *section->widths);
	}
	if (row->count > section->width_count)
		return ssm_fail(err, SSM_E_INPUT, "FormatError", "list index out of range");
	for (size_t i = 0; i < row->count; i++)
		if (row->cells[i].width > section->widths[i])
			section->widths[i] = row->cells[i].width;
	return SSM_OK;
}

static void
count_columns(struct section *section, const struct row *row)
{
	if (!section->counted)
		section->columns = row->count;
	section->counted = true;
}

enum ssm_err
grid_header(struct grid *grid, const struct row *header, struct ssm_error *err)
{
	enum ssm_err rc = widen(grid, grid->current, header, err);

	if (rc != SSM_OK)
		return rc;
	count_columns(grid->current, header);
	grid->current->header = header->count > 0 ? header : NULL;
	return SSM_OK;
}

enum ssm_err
grid_row(struct grid *grid, struct row *row, struct ssm_error *err)
{
	struct section *section = grid->current;

	count_columns(section, row);
	if (row->count != section->columns)
		return ssm_fail(err, SSM_E_INPUT, "FormatError",
		    "Row should have %zu elements, instead it has %zu", section->columns, row->count);
	*section->rows_end = row;
	section->rows_end = &row->next;
	section->row_count++;
	return widen(grid, section, row, err);
}

/* Columns that a section needs, with its frame and those of the sections around it. */
static size_t
needed_width(const struct section *section)
{
	size_t title = section->untitled ? strlen("None") : charwidth_of(section->title);
	size_t total = 2 + 2 * section->indent;

	title += total;
	for (size_t i = 0; i < section->width_count; i++)
		total += section->widths[i] + GRID_PADDING;
	return title > total ? title : total;
}

size_t
grid_width(const struct grid *grid)
{
	size_t width = 0;

	for (const struct section *section = grid->sections; section != NULL; section = section->next)
		if (needed_width(section) > width)
			width = needed_width(section);
	return width;
}

/* A header over one row becomes rows of a name and a value. */
static enum ssm_err
turn(struct grid *grid, struct section *section, struct ssm_error *err)
{
	const struct row *header = section->header, *values = section->rows;
	enum ssm_err rc = SSM_OK;

	section->header = NULL;
	section->rows = NULL;
	section->rows_end = &section->rows;
	section->row_count = section->width_count = 0;
	section->counted = false;
	grid->current = section;
	for (size_t i = 0; rc == SSM_OK && i < header->count && i < values->count; i++) {
		struct row *row = grid_new_row(grid, 2);

		if (row == NULL)
			return ssm_fail_memory(err);
		row->cells[0] = header->cells[i];
		row->cells[1] = values->cells[i];
		rc = grid_row(grid, row, err);
	}
	return rc;
}

enum ssm_err
grid_turn(struct grid *grid, struct ssm_error *err)
{
	enum ssm_err rc = SSM_OK;

	for (struct section *section = grid->sections; section != NULL && rc == SSM_OK;
	    section = section->next)
		if (section->row_count == 1 && section->header != NULL)
			rc = turn(grid, section, err);
	return rc;
}
