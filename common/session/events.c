#include "session/events.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/io.h"
#include "core/iso8601.h"
#include "core/pathexpand.h"
#include "json/text.h"
#include "process/fifo.h"

/* A reader that is there is told of by the loop; one that has gone shows when something is written. */
static void
write_pending(struct sessionevents *events)
{
	bool good = output_flush(&events->out);

	loop_ask(events->loop, &events->room, good && events->out.pending.len > 0 ? LOOP_WRITE : 0);
}

static void
on_room(void *owner, unsigned asked)
{
	(void)asked;
	write_pending(owner);
}

enum ssm_err
sessionevents_open(struct sessionevents *events, struct loop *loop, const char *path, struct view session_id,
    struct ssm_error *err)
{
	struct bytes expanded = BYTES_INIT(PATHEXPAND_MAX);
	const char *name;
	int fd;

	if (path == NULL)
		return SSM_OK;
	name = pathexpand_given(&expanded, view_of(path));
	fd = name == NULL ? -1 : fifo_open(name);
	bytes_clear(&expanded);
	if (fd < 0)
		return ssm_fail(err, SSM_E_INPUT, "OutputError", "cannot write events to '%s': %s", path,
		    errno == ENXIO ? "nobody reads them" : strerror(errno));
	output_start(&events->out, fd, OUTPUT_COMPACT);
	events->out.no_wait = true;
	events->loop = loop;
	events->room = (struct loop_watch){ .fd = fd, .ready = on_room, .owner = events };
	events->session_id = session_id;
	return SSM_OK;
}

static void
add_time(struct bytes *text)
{
	long long now = clock_utc_ms();
	char seconds[ISO8601_LEN + 1], time_text[ISO8601_LEN + sizeof ".000"];

	iso8601_format_extended(seconds, (time_t)(now / 1000));
	snprintf(time_text, sizeof time_text, "%.*s.%03uZ", ISO8601_LEN - 1, seconds, (unsigned)(now % 1000));
	jsontext_member(text, "Time", view_of(time_text));
}

void
sessionevents_begin(struct sessionevents *events, const char *name)
{
	bytes_reset(&events->text);
	jsontext_begin(&events->text);
	jsontext_member(&events->text, "Event", view_of(name));
	add_time(&events->text);
	jsontext_member(&events->text, "SessionId", events->session_id);
}

void
sessionevents_text(struct sessionevents *events, const char *member, struct view text)
{
	if (text.ptr != NULL)
		jsontext_member(&events->text, member, text);
}

void
sessionevents_number(struct sessionevents *events, const char *member, long long number)
{
	jsontext_member_number(&events->text, member, number);
}

void
sessionevents_counters(struct sessionevents *events, const struct channel_counters *counters)
{
	const struct {
		const char *name;
		uint64_t value;
	} rows[] = {
		{ "BytesIn", counters->bytes_in }, { "BytesOut", counters->bytes_out },
		{ "MessagesIn", counters->messages_in }, { "MessagesOut", counters->messages_out },
		{ "Repeated", counters->repeated }, { "Duplicates", counters->duplicates },
		{ "OutOfOrder", counters->out_of_order }, { "Refused", counters->refused },
		{ "Unacknowledged", counters->unacknowledged },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		sessionevents_number(events, rows[i].name, (long long)rows[i].value);
}

void
sessionevents_end(struct sessionevents *events)
{
	jsontext_end(&events->text);
	if (events->out.fd < 0 || events->out.error != 0)
		return;
	if (bytes_failed(&events->text))
		events->out.error = ENOMEM;
	else
		output_document(&events->out, bytes_view(&events->text));
	write_pending(events);
}

int
sessionevents_close(struct sessionevents *events, unsigned patience)
{
	uint64_t until = clock_ms() + patience, now;

	bytes_clear(&events->text);
	if (events->out.fd < 0)
		return 0;
	while (events->out.error == 0 && events->out.pending.len > 0 && (now = clock_ms()) < until)
		if (loop_turn(events->loop, (unsigned)(until - now)) != 0)
			break;
	loop_ask(events->loop, &events->room, 0);
	if (events->out.error == 0 && events->out.pending.len > 0) {
		output_give_up(&events->out);
		events->out.error = EAGAIN;
	}
	output_close(&events->out);
	return events->out.error;
}
