#include "muxlog.h"

#include <stdio.h>
#include <stdlib.h>

static void
demand(bool holds, const char *what)
{
	if (holds)
		return;
	printf("Bail out! %s\n", what);
	exit(1);
}

struct mux *
muxlog_open(bool keepalive)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct mux *mux;

	demand(mux_open(&mux, keepalive, 0, &err) == SSM_OK, err.message);
	ssm_error_clear(&err);
	return mux;
}

void
muxlog_node(struct mux *mux, enum smux_command command, uint32_t stream, struct view data)
{
	struct bytes frame = BYTES_INIT(SIZE_MAX);

	smux_add_header(&frame, command, data.len, stream);
	bytes_add(&frame, data);
	demand(!bytes_failed(&frame) && mux_receive(mux, bytes_view(&frame), 0) == frame.len, "a frame is not taken");
	bytes_clear(&frame);
}

struct view
muxlog_events(struct mux *mux, struct bytes *log)
{
	struct mux_event event;
	uint32_t stream;

	bytes_reset(log);
	while ((stream = mux_ready(mux)) != 0)
		while (mux_event(mux, stream, &event)) {
			if (event.kind != MUX_DATA) {
				bytes_print(log, "%u.%s ", stream, event.kind == MUX_END ? "END" : "BROKEN");
				continue;
			}
			bytes_print(log, "%u:%.*s ", stream, VIEW_ARG(event.bytes));
			mux_consumed(mux, stream, event.bytes.len);
		}
	return log->len == 0 ? VIEW("") : bytes_view(log);
}

struct view
muxlog_out(struct mux *mux, struct bytes *log)
{
	static const char *const names[] = { "SYN", "FIN", "PSH", "NOP" };
	struct smux_reader reader = SMUX_READER_INIT;
	struct view waiting = mux_waiting(mux);
	struct smux_event event;
	enum smux_piece piece;

	bytes_reset(log);
	while ((piece = smux_read(&reader, &waiting, &event)) != SMUX_MORE) {
		demand(piece != SMUX_BROKEN, "what goes out is no smux");
		if (piece == SMUX_FRAME)
			bytes_print(log, "%s%u%s", names[event.command], event.stream, event.length > 0 ? ":" : " ");
		else {
			bytes_print(log, "%.*s ", VIEW_ARG(event.data));
			smux_took(&reader, &waiting, event.data.len);
		}
	}
	demand(reader.have == 0 && reader.left == 0, "half a frame waits to go out");
	mux_took(mux, mux_waiting(mux).len);
	return log->len == 0 ? VIEW("") : bytes_view(log);
}
