#include "console/row.h"

#define FRAME 3				/* brackets, and the last column */
#define REASON_LEAST 24			/* of a reason that is cut; for less of it others make room first */
#define MORE VIEW("...")
#define BETWEEN VIEW("; ")

/* The order in which they are given up. */
static const struct {
	enum consolerow_form event, typed, keys;
	bool cuts;			/* the reason */
} choices[] = {
	{ CONSOLEROW_LONG, CONSOLEROW_LONG, CONSOLEROW_LONG, false },
	{ CONSOLEROW_MIDDLE, CONSOLEROW_LONG, CONSOLEROW_LONG, false },
	{ CONSOLEROW_MIDDLE, CONSOLEROW_LONG, CONSOLEROW_MIDDLE, false },
	{ CONSOLEROW_SHORT, CONSOLEROW_MIDDLE, CONSOLEROW_MIDDLE, true },
	{ CONSOLEROW_SHORT, CONSOLEROW_MIDDLE, CONSOLEROW_SHORT, true },
	{ CONSOLEROW_SHORT, CONSOLEROW_SHORT, CONSOLEROW_SHORT, true },
};

static size_t
width(struct view part)
{
	return part.len > 0 ? BETWEEN.len + part.len : 0;
}

static void
add(struct bytes *out, struct view part)
{
	if (part.len == 0)
		return;
	bytes_add(out, BETWEEN);
	bytes_add(out, part);
}

static bool
ends_badly(struct view text)
{
	return text.len > 0 && strchr(" ,;:(\"'", text.ptr[text.len - 1]) != NULL;
}

/* As many words as there is room for, or as much of the first. */
static struct view
cut(struct view reason, size_t room)
{
	size_t end = room;

	while (end > 0 && reason.ptr[end] != ' ')
		end--;
	reason = view_slice(reason, 0, end > 0 ? end : room);
	while (ends_badly(reason))
		reason.len--;
	return reason;
}

static void
add_reason(struct bytes *out, struct view reason, size_t room)
{
	if (width(reason) <= room) {
		add(out, reason);
		return;
	}
	if (room <= BETWEEN.len + MORE.len)
		return;
	add(out, cut(reason, room - BETWEEN.len - MORE.len));
	bytes_add(out, MORE);
}

void
consolerow_fit(struct bytes *out, const struct consolerow *row, unsigned columns)
{
	size_t room = columns > FRAME ? columns - FRAME : 0, used, i = 0;
	struct view event, typed, keys;

	do {
		size_t least = width(row->reason);

		event = row->event[choices[i].event];
		typed = row->typed[choices[i].typed];
		keys = row->keys[choices[i].keys];
		used = event.len + width(typed) + width(keys);
		if (choices[i].cuts && least > REASON_LEAST)
			least = REASON_LEAST;
		if (used + least <= room)
			break;
	} while (++i < ARRAY_LEN(choices));
	event = view_slice(event, 0, event.len < room ? event.len : room);
	bytes_add_char(out, '[');
	bytes_add(out, event);
	if (used <= room) {
		add_reason(out, row->reason, room - used);
		add(out, typed);
		add(out, keys);
	}
	bytes_add_char(out, ']');
}
