/*
 * console/statusline: one line of this program's own at the bottom of the terminal that a session has.
 *
 * Purpose:   shows it and takes it away again, between what the node prints, with the cursor, colours and modes as
 *            they were. Of a program that has the screen for itself it hides the last row until that is painted anew,
 *            which is the caller's to ask for; below a shell's cursor a row is made free first, so that it hides
 *            nothing that was printed last.
 * Harm:      what a program has saved with ESC 7 and not taken back is lost. What is below a shell's cursor on the last
 *            row is, too.
 * Does not:  work at a terminal of which TERM says nothing, or that has no size; it shows nothing then.
 */
#ifndef SSM_CONSOLE_STATUSLINE_H
#define SSM_CONSOLE_STATUSLINE_H

#include "console/output.h"
#include "console/screen.h"

#define CONSOLESTATUSLINE_MAX 1024	/* bytes of its text */

struct consolestatusline {
	struct consoleoutput *output;	/* borrowed */
	struct consolescreen screen;
	bool able;
	bool shown;
	unsigned columns, rows;		/* of the terminal that it was shown on */
	char text[CONSOLESTATUSLINE_MAX];
	size_t len;
};

/* It is to be on standard output's terminal; term is what TERM says, or NULL. */
void consolestatusline_start(struct consolestatusline *line, struct consoleoutput *output, const char *term);

/* Whether it can be shown at all, as the terminal is now. */
bool consolestatusline_is_able(const struct consolestatusline *line);

/* The node has printed this to standard output. */
void consolestatusline_printed(struct consolestatusline *line, struct view printed);

/* Shows the text, cut to the terminal's width; not while the terminal takes nothing, or inside a sequence. */
void consolestatusline_show(struct consolestatusline *line, struct view text);

/* Takes it away; nothing happens when it is not shown. */
void consolestatusline_hide(struct consolestatusline *line);

#endif
