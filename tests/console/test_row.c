/* row: what a status line says on rows of many widths. */
#include "console/row.h"

#include "tap.h"

#define REFUSED "InternalServerError: the service has failed (reached max retries: 4)"
#define UNREACHED "Could not connect to the endpoint URL: \"https://ssm.eu-central-1.amazonaws.com/\""

static const struct row {
	unsigned columns;
	const char *reason;
	unsigned typed;			/* 65536: no room for more */
	const char *text;
} rows[] = {
	{ 200, REFUSED, 12, "[ssm-stream: connection lost 12 s ago, resuming; " REFUSED "; 12 typed; ~. ends, ~d leaves]" },
	{ 80, "", 0, "[ssm-stream: connection lost 12 s ago, resuming; ~. ends, ~d leaves]" },
	{ 80, "", 12, "[ssm-stream: connection lost 12 s ago, resuming; 12 typed; ~. ends, ~d leaves]" },
	{ 80, "no answer in time", 12, "[connection lost 12 s ago; no answer in time; 12 typed; ~. ends, ~d leaves]" },
	{ 80, "no answer of the service in time", 12,
	    "[connection lost 12 s ago; no answer of the service in time; 12 typed; ~. ends]" },
	{ 80, REFUSED, 0, "[lost 12 s ago; InternalServerError: the service has failed...; ~. ends]" },
	{ 80, REFUSED, 12, "[lost 12 s ago; InternalServerError: the service has...; 12 typed; ~. ends]" },
	{ 80, REFUSED, 65536, "[lost 12 s ago; InternalServerError: the service...; NO ROOM for more; ~. ends]" },
	{ 80, UNREACHED, 12, "[lost 12 s ago; Could not connect to the endpoint URL...; 12 typed; ~. ends]" },
	{ 60, "", 0, "[connection lost 12 s ago; ~. ends, ~d leaves]" },
	{ 60, "no answer of the service in time", 0, "[lost 12 s ago; no answer of the service in time; ~. ends]" },
	{ 60, REFUSED, 0, "[lost 12 s ago; InternalServerError: the...; ~. ends]" },
	{ 60, REFUSED, 12, "[lost 12 s ago; InternalServerError...; 12 typed; ~. ends]" },
	{ 60, REFUSED, 65536, "[lost 12 s ago; InternalServerError...; NO ROOM for more]" },
	{ 60, UNREACHED, 12, "[lost 12 s ago; Could not connect to...; 12 typed; ~. ends]" },
	{ 40, "", 12, "[lost 12 s ago; 12 typed; ~. ends]" },
	{ 40, REFUSED, 0, "[lost 12 s ago; InternalServerError...]" },
	{ 40, REFUSED, 12, "[lost 12 s ago; InternalServerError...]" },
	{ 40, UNREACHED, 12, "[lost 12 s ago; Could not connect...]" },
	{ 40, REFUSED, 65536, "[lost 12 s ago; InternalSe...; NO ROOM]" },
	{ 20, REFUSED, 12, "[lost 12 s ago]" },
	{ 10, REFUSED, 12, "[lost 12]" },
	{ 2, REFUSED, 12, "[]" },
};

static void
check_row(const struct row *row)
{
	const struct view typed = VIEW("12 typed");
	const bool full = row->typed == 65536;
	const struct consolerow parts = {
		.event = { VIEW("ssm-stream: connection lost 12 s ago, resuming"), VIEW("connection lost 12 s ago"),
		    VIEW("lost 12 s ago") },
		.reason = view_of(row->reason),
		.typed = { full ? VIEW("NO ROOM for more typing, 65536 bytes wait") : row->typed > 0 ? typed : VIEW_NONE,
		    full ? VIEW("NO ROOM for more") : row->typed > 0 ? typed : VIEW_NONE, full ? VIEW("NO ROOM") : VIEW_NONE },
		.keys = { VIEW("~. ends, ~d leaves"), VIEW("~. ends"), VIEW_NONE },
	};
	struct bytes out = BYTES_INIT(1024);

	consolerow_fit(&out, &parts, row->columns);
	is_text(bytes_cstr(&out), row->text, "%u columns, %u typed, '%s'", row->columns, row->typed, row->reason);
	ok(row->columns < 3 || out.len < row->columns, "%u columns: the last one is free", row->columns);
	bytes_clear(&out);
}

int
main(void)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_row(&rows[i]);
	return done_testing();
}
