/* screen: where in what a program prints a line of somebody else's may stand. */
#include "console/screen.h"

#include "tap.h"

struct row {
	const char *printed, *again;	/* again NULL: nowhere */
	bool alternate;
};

static const struct row rows[] = {
	{ "", "", false },
	{ "$ ls\r\n", "", false },
	{ "\033", "\033", false },
	{ "\033[", "\033[", false },
	{ "\033[1;3", "\033[1;3", false },
	{ "\033[1;31m", "", false },
	{ "\033[1\r;3", "\033[1;3", false },			/* carried out, and in no sequence */
	{ "\033[1\033[4", "\033[4", false },			/* the first one is dropped */
	{ "\033[1\x18", "", false },
	{ "\033(", "\033(", false },
	{ "\033(B", "", false },
	{ "\033]0;title", NULL, false },
	{ "\033]0;title\a", "", false },
	{ "\033]0;title\033", "\033", false },
	{ "\033]0;title\033\\", "", false },
	{ "\033[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16", NULL, false },
	{ "\033[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16m", "", false },
	{ "caf\xc3", NULL, false },
	{ "caf\xc3\xa9", "", false },
	{ "\xf0\x9f\x98", NULL, false },
	{ "\xf0\x9f\x98\x80", "", false },
	{ "\xf0\x9f\r", "", false },
	{ "\xa9", "", false },
	{ "\033[?1049h", "", true },
	{ "\033[?1049", "\033[?1049", false },
	{ "\033[?1;47h", "", true },
	{ "\033[?1047hx\033[?25l", "", true },
	{ "\033[1049h", "", false },
	{ "\033[?1049h\033[?1049l", "", false },
	{ "\033[?1049h\033c", "", false },
	{ "\033[?1049h\033[3", "\033[3", true },
};

/* All at once, or byte by byte. */
static void
check_row(size_t i, size_t portion)
{
	struct consolescreen screen = { .state = CONSOLESCREEN_GROUND };
	struct view rest = view_of(rows[i].printed), again = VIEW_NONE;
	bool may;

	while (rest.len > 0) {
		size_t len = portion < rest.len ? portion : rest.len;

		consolescreen_take(&screen, view_slice(rest, 0, len));
		rest = view_slice(rest, len, rest.len);
	}
	may = consolescreen_may_interrupt(&screen, &again);
	is_number(may, rows[i].again != NULL, "row %zu, %zu bytes at a time: whether it may stand there", i, portion);
	ok(!may || rows[i].again == NULL || view_is(again, rows[i].again), "row %zu: what is said again", i);
	is_number(screen.alternate, rows[i].alternate, "row %zu: whether the screen is the program's", i);
}

int
main(void)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		check_row(i, 1);
		check_row(i, 1000);
	}
	return done_testing();
}
