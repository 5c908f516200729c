#include "format/tabledraw.h"

#include <stdint.h>

#include "format/charwidth.h"

#define LINE_MAX_BYTES ((size_t)64 * 1024 * 1024)

/* What colorama writes: bright blue cells, dim yellow frames of nested sections. */
#define CELL "\033[1m\033[34m"
#define FRAME "\033[2m\033[33m|\033[0m"
#define RESET "\033[0m"

struct tabledraw {
	struct bytes *out;
	bool colour;
	struct bytes line;
};

/* One write of the AWS CLI's: behind each, colorama sets the terminal back. */
static void
put(struct tabledraw *draw, struct view text)
{
	bytes_add(draw->out, text);
	if (draw->colour)
		bytes_add(draw->out, VIEW(RESET));
}

static void
repeat(struct bytes *out, char c, ptrdiff_t times)
{
	while (times-- > 0)
		bytes_add_char(out, c);
}

static void
put_frame(struct tabledraw *draw, size_t indent)
{
	for (size_t i = 0; i < indent; i++)
		bytes_add(draw->out, draw->colour ? VIEW(FRAME) : VIEW("|"));
	put(draw, VIEW_NONE);
}

static void
put_gathered(struct tabledraw *draw)
{
	put(draw, bytes_view(&draw->line));
	if (bytes_failed(&draw->line))
		draw->out->failed = true;
	bytes_reset(&draw->line);
}

/* The gathered line, between the frames of the sections around this one. */
static void
put_line(struct tabledraw *draw, const struct section *section)
{
	put_frame(draw, section->indent);
	put_gathered(draw);
	put_frame(draw, section->indent);
	put(draw, VIEW("\n"));
}

/* A text in the middle of width columns, of which an edge on the left and one on the right are two. */
static void
add_centred(struct bytes *line, struct view text, size_t text_width, size_t width, bool left_edge)
{
	ptrdiff_t before = (ptrdiff_t)(width / 2) - (ptrdiff_t)(text_width / 2) - 1;

	if (left_edge)
		bytes_add_char(line, '|');
	repeat(line, ' ', before);
	bytes_add(line, text);
	repeat(line, ' ', (ptrdiff_t)width - 1 - (left_edge ? 1 : 0) - before - (ptrdiff_t)text_width);
	bytes_add_char(line, '|');
}

static void
add_left(struct tabledraw *draw, const struct cell *cell, size_t width, bool left_edge)
{
	struct bytes *line = &draw->line;
	size_t edges = left_edge ? 2 : 1;
	size_t padding = cell->width + 2 + edges <= width ? 2 : 0;

	if (left_edge)
		bytes_add_char(line, '|');
	repeat(line, ' ', (ptrdiff_t)padding);
	if (draw->colour)
		bytes_add(line, VIEW(CELL));
	bytes_add(line, cell->text);
	if (draw->colour)
		bytes_add(line, VIEW(RESET));
	repeat(line, ' ', (ptrdiff_t)width - (ptrdiff_t)(edges + padding + cell->width));
	bytes_add_char(line, '|');
}

/* Half to even, as Python rounds. */
static size_t
rounded(double x)
{
	size_t whole = (size_t)x;
	double rest = x - (double)whole;

	return whole + (rest > 0.5 || (rest == 0.5 && whole % 2 == 1));
}

/* The section's columns, stretched to width. Too much goes from the left, too little from the right. */
static void
stretch(size_t *scaled, const struct section *section, size_t width)
{
	size_t count = section->width_count, sum = 0, total = 0;

	for (size_t i = 0; i < count; i++)
		sum += section->widths[i] + GRID_PADDING;
	for (size_t i = 0; i < count; i++) {
		scaled[i] = rounded((double)width / (double)sum *
		    (double)(section->widths[i] + GRID_PADDING));
		total += scaled[i];
	}
	for (size_t i = 0; total > width; i = (i + 1) % count, total--)
		scaled[i]--;
	for (size_t i = 0; total < width; i = (i + 1) % count, total++)
		scaled[count - 1 - i]++;
}

static void
add_rule(struct bytes *line, const size_t *widths, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i == 0)
			bytes_add_char(line, '+');
		repeat(line, '-', (ptrdiff_t)widths[i] - (i == 0 ? 2 : 1));
		bytes_add_char(line, '+');
	}
}

static void
draw_title(struct tabledraw *draw, const struct section *section, size_t width)
{
	if (section->title.len == 0)
		return;
	add_centred(&draw->line, section->title, charwidth_of(section->title), width, true);
	put_line(draw, section);
	if (section->header != NULL || section->rows != NULL)
		return;
	add_rule(&draw->line, &width, 1);
	put_line(draw, section);
}

static void
draw_header(struct tabledraw *draw, const struct section *section, const size_t *widths)
{
	const struct row *header = section->header;

	add_rule(&draw->line, widths, section->width_count);
	put_line(draw, section);
	for (size_t i = 0; i < header->count && i < section->width_count; i++)
		add_centred(&draw->line, header->cells[i].text, header->cells[i].width, widths[i],
		    i == 0);
	put_line(draw, section);
}

static void
draw_rows(struct tabledraw *draw, const struct section *section, const size_t *widths)
{
	add_rule(&draw->line, widths, section->width_count);
	put_line(draw, section);
	for (const struct row *row = section->rows; row != NULL && !bytes_failed(draw->out);
	    row = row->next) {
		for (size_t i = 0; i < row->count && i < section->width_count; i++)
			add_left(draw, &row->cells[i], widths[i], i == 0);
		put_line(draw, section);
	}
	add_rule(&draw->line, widths, section->width_count);
	put_line(draw, section);
}

static bool
draw_section(struct tabledraw *draw, const struct section *section, struct arena *arena,
    size_t width)
{
	size_t *widths = arena_alloc(arena, section->width_count * sizeof *widths);

	if (widths == NULL)
		return false;
	draw_title(draw, section, width);
	if (section->width_count == 0)
		return true;
	stretch(widths, section, width);
	if (section->header != NULL)
		draw_header(draw, section, widths);
	if (section->rows != NULL)
		draw_rows(draw, section, widths);
	return true;
}

static bool
draw_all(struct tabledraw *draw, const struct grid *grid, size_t width)
{
	repeat(&draw->line, '-', (ptrdiff_t)width);
	bytes_add_char(&draw->line, '\n');
	put_gathered(draw);
	for (const struct section *section = grid->sections; section != NULL; section = section->next)
		if (bytes_failed(draw->out) ||
		    !draw_section(draw, section, grid->arena, width - 2 * section->indent))
			return false;
	return true;
}

enum ssm_err
tabledraw_grid(struct bytes *out, struct grid *grid, long terminal_width, bool colour,
    struct ssm_error *err)
{
	struct tabledraw draw = { .out = out, .colour = colour, .line = BYTES_INIT(LINE_MAX_BYTES) };
	bool narrow = terminal_width < 0 || grid_width(grid) > (size_t)terminal_width;
	enum ssm_err rc = narrow ? grid_turn(grid, err) : SSM_OK;

	if (rc == SSM_OK && !draw_all(&draw, grid, grid_width(grid)))
		rc = ssm_fail_memory(err);
	bytes_clear(&draw.line);
	return rc;
}
