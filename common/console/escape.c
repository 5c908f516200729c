#include "console/escape.h"

#define CTRL_Z 0x1a

const struct consoleescape_help consoleescape_helps[] = {
	{ ".", "end the session", true },
	{ "d", "leave the session, which goes on without a client", false },
	{ "^Z", "suspend this program", false },
	{ "?", "this text", true },
	{ "-", "no more escapes", true },
	{ NULL, NULL, false },
};

static enum consoleescape_command
command_of(const struct consoleescape *escape, char c)
{
	if (escape->few && (c == 'd' || c == CTRL_Z))
		return CONSOLEESCAPE_NONE;
	switch (c) {
	case '.': return CONSOLEESCAPE_END;
	case 'd': return CONSOLEESCAPE_DETACH;
	case CTRL_Z: return CONSOLEESCAPE_SUSPEND;
	case '?': return CONSOLEESCAPE_HELP;
	default: return CONSOLEESCAPE_NONE;
	}
}

/* The character behind an escape character; true when nothing of both is to be sent. */
static bool
take_pending(struct consoleescape *escape, char c, struct bytes *out, enum consoleescape_command *command)
{
	escape->pending = false;
	*command = command_of(escape, c);
	if (*command != CONSOLEESCAPE_NONE)
		return true;
	if (c == '-') {
		escape->character = CONSOLEESCAPE_OFF;
		return true;
	}
	if (c != (char)escape->character)
		bytes_add_char(out, (char)escape->character);
	return false;
}

size_t
consoleescape_take(struct consoleescape *escape, struct view typed, struct bytes *out,
    enum consoleescape_command *command)
{
	size_t i = 0;

	*command = CONSOLEESCAPE_NONE;
	while (i < typed.len && *command == CONSOLEESCAPE_NONE && escape->character != CONSOLEESCAPE_OFF) {
		char c = typed.ptr[i++];

		if (escape->pending) {
			if (take_pending(escape, c, out, command))
				continue;
		} else if (escape->line_begins && c == (char)escape->character) {
			escape->pending = true;
			continue;
		}
		escape->line_begins = c == '\r' || c == '\n';
		bytes_add_char(out, c);
	}
	if (escape->character == CONSOLEESCAPE_OFF) {
		bytes_add(out, view_slice(typed, i, typed.len));
		i = typed.len;
	}
	return i;
}

bool
consoleescape_parse(struct view text, int *character)
{
	if (view_is(text, "none"))
		*character = CONSOLEESCAPE_OFF;
	else if (text.len == 1)
		*character = (unsigned char)text.ptr[0];
	else if (text.len == 2 && text.ptr[0] == '^' && text.ptr[1] >= '?' && text.ptr[1] < 0x7f)
		*character = text.ptr[1] == '?' ? 0x7f : text.ptr[1] & 0x1f;
	else
		return false;
	return *character != '\r' && *character != '\n';
}
