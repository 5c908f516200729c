#include "console/statusline.h"

#include <unistd.h>

#include "console/terminal.h"

#define ROW_MAX 256			/* bytes of the sequences around it */

/* Save the cursor, colours and character set; rows count from the top of the screen, not of a region. */
#define SAVE "\0337\033[?6l"
#define RESTORE "\0338"

void
consolestatusline_start(struct consolestatusline *line, struct consoleoutput *output, const char *term)
{
	line->output = output;
	line->able = term != NULL && *term != '\0' && strcmp(term, "dumb") != 0 && isatty(STDOUT_FILENO);
}

bool
consolestatusline_is_able(const struct consolestatusline *line)
{
	unsigned columns, rows;

	return line->able && consoleterminal_size(STDOUT_FILENO, &columns, &rows) && columns > 1 && rows > 1;
}

void
consolestatusline_printed(struct consolestatusline *line, struct view printed)
{
	if (line->able)
		consolescreen_take(&line->screen, printed);
}

static void
print(struct consolestatusline *line, const struct bytes *text)
{
	if (!bytes_failed(text))
		consoleoutput_add(line->output, CONSOLEOUTPUT_STDOUT, bytes_view(text));
	consoleoutput_flush(line->output);
}

/* The width is that of plain characters. The last column stays free: what is written there moves the cursor or not. */
static void
add_text(struct bytes *out, struct view text, unsigned columns)
{
	for (size_t i = 0; i < text.len && i + 1 < columns; i++)
		bytes_add_char(out, text.ptr[i] >= ' ' && text.ptr[i] <= '~' ? text.ptr[i] : '?');
}

static bool
is_the_same(const struct consolestatusline *line, struct view text, unsigned columns, unsigned rows)
{
	return line->shown && columns == line->columns && rows == line->rows &&
	    view_equal(text, (struct view){ line->text, line->len });
}

static void
note(struct consolestatusline *line, struct view text, unsigned columns, unsigned rows)
{
	line->shown = true;
	line->columns = columns;
	line->rows = rows;
	line->len = text.len;
	memcpy(line->text, text.ptr, text.len);
}

/* "ESC D ESC [ A" scrolls when the cursor stands on the last row, and changes nothing when it does not. */
void
consolestatusline_show(struct consolestatusline *line, struct view text)
{
	struct bytes out = BYTES_INIT(CONSOLESTATUSLINE_MAX + ROW_MAX);
	unsigned columns, rows;
	struct view again;

	text = view_slice(text, 0, text.len < CONSOLESTATUSLINE_MAX ? text.len : CONSOLESTATUSLINE_MAX);
	if (!consolestatusline_is_able(line) || !consoleterminal_size(STDOUT_FILENO, &columns, &rows) ||
	    is_the_same(line, text, columns, rows) || !consoleoutput_is_empty(line->output) ||
	    !consolescreen_may_interrupt(&line->screen, &again))
		return;
	if (!line->shown && !line->screen.alternate)
		bytes_add(&out, VIEW("\033D\033[A"));
	bytes_print(&out, SAVE "\033[0;7m\033(B\033[%u;1H", rows);
	add_text(&out, text, columns);
	bytes_add(&out, VIEW("\033[0m\033[K" RESTORE));
	bytes_add(&out, again);
	note(line, text, columns, rows);
	print(line, &out);
	bytes_clear(&out);
}

void
consolestatusline_hide(struct consolestatusline *line)
{
	struct bytes out = BYTES_INIT(ROW_MAX);
	struct view again = VIEW_NONE;

	if (!line->shown)
		return;
	line->shown = false;
	consolescreen_may_interrupt(&line->screen, &again);
	bytes_print(&out, SAVE "\033[0m\033[%u;1H\033[2K" RESTORE, line->rows);
	bytes_add(&out, again);
	print(line, &out);
	bytes_clear(&out);
}
