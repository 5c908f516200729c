/*
 * console/screen: as much of a terminal's state as has to be known to write between what a program prints.
 *
 * Purpose:   where in what was printed a line of somebody else's can stand: not inside a control sequence or a
 *            character, unless what there is of it is said again behind it; and whether the program has the screen
 *            for itself (the alternate one) and will paint it anew when asked.
 * Does not:  know what the screen shows, nor where the cursor is.
 */
#ifndef SSM_CONSOLE_SCREEN_H
#define SSM_CONSOLE_SCREEN_H

#include "core/bytes.h"

#define CONSOLESCREEN_PARTIAL 32	/* bytes of a sequence that can be said again */

enum consolescreen_state {
	CONSOLESCREEN_GROUND,
	CONSOLESCREEN_ESCAPE,
	CONSOLESCREEN_CSI,
	CONSOLESCREEN_STRING,		/* a title, a colour: up to BEL or ESC \ */
	CONSOLESCREEN_CHARACTER,	/* of several bytes */
};

struct consolescreen {
	enum consolescreen_state state;
	char partial[CONSOLESCREEN_PARTIAL];
	size_t len;			/* of it; more than there is room for: it cannot be said again */
	unsigned missing;		/* bytes of the character */
	bool alternate;
};

/* This was printed. */
void consolescreen_take(struct consolescreen *screen, struct view printed);

/* False where nothing may be written now; else what is to be written behind it, which lives as long as the struct. */
bool consolescreen_may_interrupt(const struct consolescreen *screen, struct view *again);

#endif
