/*
 * console/row: the words of a status line, for a row that may be too narrow for all of them.
 *
 * Purpose:   what happens, why, what was typed, the keys that there are; each but the reason in forms that get shorter.
 *            A row too narrow for all has shorter forms, then no keys, then a reason that ends behind a word with
 *            "...", then no more than what happens.
 * Units:     a byte is a column: a status line has no others.
 * Ownership: all is borrowed.
 */
#ifndef SSM_CONSOLE_ROW_H
#define SSM_CONSOLE_ROW_H

#include "core/bytes.h"

enum consolerow_form { CONSOLEROW_LONG, CONSOLEROW_MIDDLE, CONSOLEROW_SHORT };

struct consolerow {
	struct view event[3];		/* a form each */
	struct view reason;		/* VIEW_NONE: none is known */
	struct view typed[3];		/* VIEW_NONE: not worth a word in that form */
	struct view keys[3];
};

/* Appends it in brackets: at most columns - 1 bytes, for the last column of a terminal stays free. */
void consolerow_fit(struct bytes *out, const struct consolerow *row, unsigned columns);

#endif
