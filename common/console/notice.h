/*
 * console/notice: lines for the user while a session is at work.
 *
 * Purpose:   what cli_warn() says, on a line of its own also when the terminal is raw and the node writes to it. A
 *            status line makes way for it.
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
};

void consolenotice(const struct consolenotice *notice, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same about the connection, unless a status line tells the user of it. */
void consolenotice_connection(const struct consolenotice *notice, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Whether it does, in a session whose keys are the node's. */
bool consolenotice_has_line(const struct consolenotice *notice);

/* A line without the tool's name, in the user's own interest: help that was asked for, a command to type. */
void consolenotice_line(const struct consolenotice *notice, struct view text);

#endif
