/* escape: what is typed, and what of it is for the node. */
#include "console/escape.h"

#include "tap.h"

struct row {
	const char *typed, *sent;
	enum consoleescape_command command;
	size_t taken;
};

static const struct row rows[] = {
	{ "ls\r", "ls\r", CONSOLEESCAPE_NONE, 3 },
	{ "~.", "", CONSOLEESCAPE_END, 2 },			/* at the very start */
	{ "ls~.", "ls~.", CONSOLEESCAPE_NONE, 4 },
	{ "ls\r~.more", "ls\r", CONSOLEESCAPE_END, 5 },
	{ "ls\n~.", "ls\n", CONSOLEESCAPE_END, 5 },
	{ "\r~~.", "\r~.", CONSOLEESCAPE_NONE, 4 },
	{ "\r~x", "\r~x", CONSOLEESCAPE_NONE, 3 },
	{ "\r~\r~d", "\r~\r", CONSOLEESCAPE_DETACH, 5 },
	{ "~\x1a", "", CONSOLEESCAPE_SUSPEND, 2 },
	{ "~?~.", "", CONSOLEESCAPE_HELP, 2 },
	{ "\r~-~.", "\r~.", CONSOLEESCAPE_NONE, 5 },
	{ "", "", CONSOLEESCAPE_NONE, 0 },
};

static void
check_rows(void)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct consoleescape escape = CONSOLEESCAPE('~');
		struct bytes out = BYTES_INIT(100);
		enum consoleescape_command command;
		size_t taken = consoleescape_take(&escape, view_of(rows[i].typed), &out, &command);

		ok(out.len == strlen(rows[i].sent) && memcmp(out.ptr == NULL ? "" : out.ptr, rows[i].sent, out.len) == 0,
		    "row %zu: what is sent", i);
		is_number(command, rows[i].command, "row %zu: the command", i);
		is_number(taken, rows[i].taken, "row %zu: how much was gone through", i);
		bytes_clear(&out);
	}
}

/* One byte at a time, as a keyboard has it: the same as all at once. */
static void
check_bytes_alone(void)
{
	static const char typed[] = "a\r~~b\r~x\r~?~";
	struct consoleescape escape = CONSOLEESCAPE('~');
	struct bytes out = BYTES_INIT(100);
	enum consoleescape_command command, last = CONSOLEESCAPE_NONE;

	for (size_t i = 0; i + 1 < sizeof typed; i++) {
		consoleescape_take(&escape, (struct view){ typed + i, 1 }, &out, &command);
		last = command == CONSOLEESCAPE_NONE ? last : command;
	}
	is_view(bytes_view(&out), VIEW("a\r~b\r~x\r"), "typed one by one");
	is_number(last, CONSOLEESCAPE_HELP, "the help is asked for");
	ok(escape.pending, "behind a command a line begins still");
	bytes_clear(&out);
}

static void
check_off(void)
{
	struct consoleescape escape = CONSOLEESCAPE(CONSOLEESCAPE_OFF);
	struct bytes out = BYTES_INIT(100);
	enum consoleescape_command command;

	is_number(consoleescape_take(&escape, VIEW("\r~."), &out, &command), 3, "all is gone through");
	is_view(bytes_view(&out), VIEW("\r~."), "and sent");
	bytes_clear(&out);
}

static void
check_parse(void)
{
	int c = 0;

	ok(consoleescape_parse(VIEW("%"), &c) && c == '%', "a character");
	ok(consoleescape_parse(VIEW("^]"), &c) && c == 0x1d, "a control character");
	ok(consoleescape_parse(VIEW("^a"), &c) && c == 1, "the same in a small letter");
	ok(consoleescape_parse(VIEW("^?"), &c) && c == 0x7f, "DEL");
	ok(consoleescape_parse(VIEW("none"), &c) && c == CONSOLEESCAPE_OFF, "none");
	ok(!consoleescape_parse(VIEW("ab"), &c), "two are none");
	ok(!consoleescape_parse(VIEW("^M"), &c), "the end of a line is none");
	ok(!consoleescape_parse(VIEW_NONE, &c), "nothing is none");
}

int
main(void)
{
	check_rows();
	check_bytes_alone();
	check_off();
	check_parse();
	return done_testing();
}
