#include "console/screen.h"

#define BEL 0x07
#define CAN 0x18
#define SUB 0x1a
#define ESC 0x1b
#define SPACE 0x20
#define DEL 0x7f

static void
begin(struct consolescreen *screen, enum consolescreen_state state)
{
	screen->state = state;
	if (state == CONSOLESCREEN_GROUND)
		screen->len = 0;
}

static void
keep(struct consolescreen *screen, char c)
{
	if (screen->len < CONSOLESCREEN_PARTIAL)
		screen->partial[screen->len] = c;
	if (screen->len <= CONSOLESCREEN_PARTIAL)
		screen->len++;
}

static bool
is_alternate(struct view mode)
{
	return view_is(mode, "47") || view_is(mode, "1047") || view_is(mode, "1049");
}

/* ESC [ ? 1049 h, alone or among others. */
static void
take_mode(struct consolescreen *screen, bool on)
{
	struct view modes = { screen->partial, screen->len };

	if (screen->len > CONSOLESCREEN_PARTIAL || modes.len < 3 || modes.ptr[2] != '?')
		return;
	modes = view_slice(modes, 3, modes.len);
	while (modes.len > 0)
		if (is_alternate(view_take(&modes, ';')))
			screen->alternate = on;
}

static void
take_escape(struct consolescreen *screen, char c)
{
	if (c == '[')
		begin(screen, CONSOLESCREEN_CSI);
	else if (c != '\0' && strchr("]PX^_", c) != NULL)
		begin(screen, CONSOLESCREEN_STRING);
	else if ((unsigned char)c >= '0') {
		if (c == 'c')
			screen->alternate = false;
		begin(screen, CONSOLESCREEN_GROUND);
		return;
	}
	keep(screen, c);
}

static void
take_csi(struct consolescreen *screen, char c)
{
	if (c < '@' || c == DEL) {
		keep(screen, c);
		return;
	}
	if (c == 'h' || c == 'l')
		take_mode(screen, c == 'h');
	begin(screen, CONSOLESCREEN_GROUND);
}

static void
take_text(struct consolescreen *screen, unsigned char c)
{
	if (screen->state == CONSOLESCREEN_CHARACTER && (c & 0xc0) == 0x80) {
		if (--screen->missing == 0)
			begin(screen, CONSOLESCREEN_GROUND);
		return;
	}
	screen->missing = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : 0;
	begin(screen, screen->missing > 0 ? CONSOLESCREEN_CHARACTER : CONSOLESCREEN_GROUND);
}

/* Other control characters inside a sequence are carried out at once, and belong to none. */
static void
take_control(struct consolescreen *screen, char c)
{
	if (c == ESC) {
		begin(screen, CONSOLESCREEN_GROUND);
		begin(screen, CONSOLESCREEN_ESCAPE);
		keep(screen, c);
	} else if (c == CAN || c == SUB || screen->state == CONSOLESCREEN_CHARACTER ||
	    (c == BEL && screen->state == CONSOLESCREEN_STRING)) {
		begin(screen, CONSOLESCREEN_GROUND);
	}
}

void
consolescreen_take(struct consolescreen *screen, struct view printed)
{
	for (size_t i = 0; i < printed.len; i++) {
		char c = printed.ptr[i];

		if ((unsigned char)c < SPACE)
			take_control(screen, c);
		else if (screen->state == CONSOLESCREEN_ESCAPE)
			take_escape(screen, c);
		else if (screen->state == CONSOLESCREEN_CSI)
			take_csi(screen, c);
		else if (screen->state == CONSOLESCREEN_STRING)
			keep(screen, c);
		else
			take_text(screen, (unsigned char)c);
	}
}

/* A terminal drops a sequence that an ESC comes into; what was said of a character it may have shown already. */
bool
consolescreen_may_interrupt(const struct consolescreen *screen, struct view *again)
{
	if (screen->state == CONSOLESCREEN_CHARACTER || screen->state == CONSOLESCREEN_STRING ||
	    screen->len > CONSOLESCREEN_PARTIAL)
		return false;
	*again = (struct view){ screen->partial, screen->len };
	return true;
}
