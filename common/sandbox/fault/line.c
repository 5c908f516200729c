#include "sandbox/fault/line.h"

#include <stdlib.h>

#define BACKLOG_MS 1000

struct fault_parcel {
	struct fault_parcel *next;
	uint64_t due;
	size_t len;
	char message[];
};

static uint64_t
later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t
time_of(size_t len, unsigned rate)
{
	return rate == 0 ? 0 : ((uint64_t)len * 1000 + rate - 1) / rate;
}

bool
fault_line_add(struct fault_line *line, struct view message, const struct fault_verdict *verdict, uint64_t now)
{
	struct fault_parcel *parcel = malloc(sizeof *parcel + message.len);

	if (parcel == NULL)
		return false;
	line->free_at = later(line->free_at, now) + time_of(message.len, verdict->rate);
	*parcel = (struct fault_parcel){ .due = line->free_at + verdict->delay_ms, .len = message.len };
	memcpy(parcel->message, message.ptr, message.len);
	if (line->first == NULL) {
		line->first = parcel;
	} else {
		parcel->due = later(parcel->due, line->last->due);
		line->last->next = parcel;
	}
	line->last = parcel;
	line->bytes += message.len;
	return true;
}

bool
fault_line_next(const struct fault_line *line, uint64_t now, struct view *message)
{
	if (line->first == NULL || line->first->due > now)
		return false;
	*message = (struct view){ line->first->message, line->first->len };
	return true;
}

void
fault_line_drop(struct fault_line *line)
{
	struct fault_parcel *first = line->first;

	line->first = first->next;
	line->bytes -= first->len;
	bytes_free(first, sizeof *first + first->len);
}

static bool
lags(const struct fault_line *line, uint64_t now)
{
	return line->free_at > now + BACKLOG_MS;
}

uint64_t
fault_line_deadline(const struct fault_line *line, uint64_t now)
{
	uint64_t due = line->first == NULL ? FAULT_NEVER : line->first->due;
	uint64_t room = lags(line, now) ? line->free_at - BACKLOG_MS : FAULT_NEVER;

	return due < room ? due : room;
}

bool
fault_line_is_empty(const struct fault_line *line)
{
	return line->first == NULL;
}

bool
fault_line_is_full(const struct fault_line *line, uint64_t now)
{
	return lags(line, now) || line->bytes >= FAULT_LINE_MAX;
}

void
fault_line_clear(struct fault_line *line)
{
	while (line->first != NULL)
		fault_line_drop(line);
	*line = (struct fault_line){ .first = NULL };
}
