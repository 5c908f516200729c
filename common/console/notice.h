/*
 * console/notice: lines for the user while a session is at work.
 *
 * Purpose:   what cli_warn() says, on a line of its own also when the terminal is raw and the node writes to it. A
 *            status line makes way for it. While whoever reads standard error has stopped, lines are held, and
 *            what is too much for that is lost: a session neither waits for its messages' reader nor ends for them.
 * Ownership: held lines are the caller's, who clears them; without, lines are written whatever comes.
 * Does not:  say anything with --quiet.
 */
#ifndef SSM_CONSOLE_NOTICE_H
#define SSM_CONSOLE_NOTICE_H

#include "cli/cli.h"
#include "console/statusline.h"
#include "console/terminal.h"

struct consolenotice {
	const struct cli *cli;
	const struct consoleterminal *terminal;
	struct consolestatusline *line;
	struct bytes *held;
};

#define CONSOLENOTICE_HELD_MAX (64 * 1024)	/* bytes */

void consolenotice(const struct consolenotice *notice, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same about the connection, unless a status line tells the user of it. */
void consolenotice_connection(const struct consolenotice *notice, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Whether it does, in a session whose keys are the node's. */
bool consolenotice_has_line(const struct consolenotice *notice);

/* A line without the tool's name, in the user's own interest: help that was asked for, a command to type. */
void consolenotice_line(const struct consolenotice *notice, struct view text);

/* Writes what was held, as far as it goes now. */
void consolenotice_flush(const struct consolenotice *notice);

/* Whether some is held still. */
bool consolenotice_holds(const struct consolenotice *notice);

#endif
