/*
 * core/printable: text that cannot control a terminal.
 *
 * Purpose: one rule for all tools (ssm-tools(7), TERMINALS): foreign text brings no control character to a
 *          terminal. C0 (ESC, CR, BEL ...), DEL, C1 (U+0080 to U+009F) and bytes that are no UTF-8 become
 *          escapes. Messages are always written so; data only when standard output is a terminal, as
 *          into a pipe they stay what they are.
 * Errors:  those of struct bytes (sticky).
 * Does not: look whether there is a terminal.
 */
#ifndef SSM_CORE_PRINTABLE_H
#define SSM_CORE_PRINTABLE_H

#include <stdbool.h>

#include "core/bytes.h"

static inline bool
printable_is_control(unsigned code)
{
	return code < 0x20 || (code >= 0x7F && code < 0xA0);
}

/* Adds a text that is to stay one line: \n, \x1b, \x9b. */
void printable_line(struct bytes *out, struct view text);

/* Adds a text that may have lines and columns: line ends and tabs stay. */
void printable_text(struct bytes *out, struct view text);

/* Whether printable_text() would add it as it is. */
bool printable_is_text(struct view text);

/* Adds JSON text, in which only DEL and C1 can stand raw: their \u escapes mean the same. */
void printable_json(struct bytes *out, struct view json);

#endif
