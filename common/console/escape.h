/*
 * console/escape: the commands that a person types into a session for this end of it.
 *
 * Purpose:   as ssh(1) has them: behind a line's end, and at the very start of a session, the escape character
 *            is held back, and the character behind it tells. One that is no command is sent, with the escape
 *            character in front of it; that twice is the character itself. Behind a command a line begins still.
 *            `-` is the end of all escapes. The official client has fewer of them, and none at the very start.
 * Ownership: all of the struct is the caller's to set up: CONSOLEESCAPE().
 * Does not:  do what is commanded, read or write anything.
 */
#ifndef SSM_CONSOLE_ESCAPE_H
#define SSM_CONSOLE_ESCAPE_H

#include "core/bytes.h"

#define CONSOLEESCAPE_OFF (-1)

struct consoleescape {
	int character;			/* CONSOLEESCAPE_OFF: there are none */
	bool line_begins, pending;
	bool few;			/* the official client's alone are commands */
};

#define CONSOLEESCAPE(CHARACTER) { .character = (CHARACTER), .line_begins = true }

enum consoleescape_command {
	CONSOLEESCAPE_NONE,
	CONSOLEESCAPE_END,		/* . */
	CONSOLEESCAPE_DETACH,		/* d */
	CONSOLEESCAPE_SUSPEND,		/* Ctrl-Z */
	CONSOLEESCAPE_HELP,		/* ? */
};

/*
 * Goes through what was typed, up to a command or its end; how much of it that is. What is to be sent of it is
 * added to `out`.
 */
size_t consoleescape_take(struct consoleescape *escape, struct view typed, struct bytes *out,
    enum consoleescape_command *command);

/* The command as it is typed, a character, and what it does; NULL behind the last one. */
struct consoleescape_help {
	const char *typed, *text;
	bool official;			/* the official client has it, too */
};

extern const struct consoleescape_help consoleescape_helps[];

/* --escape's value: one character, ^X for a control character, or the word none. False for anything else. */
bool consoleescape_parse(struct view text, int *character);

#endif
