/*
 * ports/mux: what a node sends, whole and in pieces, is the same for every reader; and a play in which each byte says
 * what one of the two sides does next: what goes out is what was sent, in bounded memory.
 */
#include <stdlib.h>

#include "fuzz.h"
#include "ports/mux.h"
#include "stream/smux.h"

#define STREAMS 4
#define STEPS_MAX 256			/* of a play */
#define PERIOD 251
#define FRAME_MAX 65535
#define CONTROL_MAX (2 * SMUX_HEADER_LEN * (MUX_STREAMS_MAX + 1))

static struct mux *
open_mux(bool keepalive)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct mux *mux;

	if (mux_open(&mux, keepalive, 0, &err) != SSM_OK)
		abort();
	return mux;
}

/* What the readers of all streams have got, each in its own log. */
static void
read_all(struct mux *mux, struct bytes *logs)
{
	struct mux_event event;
	uint32_t stream;

	while ((stream = mux_ready(mux)) != 0)
		while (mux_event(mux, stream, &event)) {
			HOLDS(event.stream == stream && stream / 2 - 1 < STREAMS && stream % 2 == 1);
			if (event.kind != MUX_DATA)
				bytes_add_text(&logs[stream / 2 - 1], event.kind == MUX_END ? "END" : "BROKEN");
			else
				bytes_add(&logs[stream / 2 - 1], event.bytes);
			mux_consumed(mux, stream, event.bytes.len);
		}
}

static void
check_receiving(struct view text)
{
	struct mux *whole = open_mux(false), *parts = open_mux(false);
	struct bytes logs[STREAMS], others[STREAMS];
	struct fuzz_pieces pieces = fuzz_pieces(text);
	struct view piece;

	for (size_t i = 0; i < STREAMS; i++) {
		logs[i] = others[i] = (struct bytes)BYTES_INIT(SIZE_MAX);
		HOLDS(mux_start(whole) == 3 + 2 * i && mux_start(parts) == 3 + 2 * i);
	}
	HOLDS(mux_receive(whole, text, 0) == text.len);
	read_all(whole, logs);
	while (fuzz_next(&pieces, &piece)) {
		HOLDS(mux_receive(parts, piece, 0) == piece.len);
		if (piece.len % 2 == 0)
			read_all(parts, others);
	}
	read_all(parts, others);
	HOLDS(mux_is_broken(whole) == mux_is_broken(parts) && mux_count(whole) == mux_count(parts));
	for (size_t i = 0; i < STREAMS; i++) {
		SAME(bytes_view(&logs[i]), bytes_view(&others[i]));
		bytes_clear(&logs[i]);
		bytes_clear(&others[i]);
	}
	mux_free(whole);
	mux_free(parts);
}

/* A stream of a play, as both sides should see it. */
struct known {
	uint32_t id;
	bool open;			/* at the client */
	bool there;			/* at the node: its SYN has come, and no FIN */
	bool ended;			/* by the node */
	size_t sent, arrived;		/* up */
	size_t offered, read;		/* down */
	size_t kept;			/* of what was offered, up to the node's end */
};

struct play {
	struct mux *mux;
	struct known known[STREAMS];
	size_t count;			/* of those that were started */
	struct smux_reader reader;	/* the node's */
	uint64_t now;
	size_t held;			/* bytes that were taken from the node and not read */
};

/* What a stream carries from that place on: the same bytes over and over, each stream from another one on. */
static struct view
data_of(uint32_t id, size_t at, size_t len)
{
	static char data[PERIOD + FRAME_MAX];

	if (data[1] == 0)
		for (size_t i = 0; i < sizeof data; i++)
			data[i] = (char)(i % PERIOD * 167);
	return (struct view){ data + (at + id * 37) % PERIOD, len };
}

static void
start(struct play *play)
{
	struct known *known = &play->known[play->count];

	if (play->count == STREAMS)
		return;
	*known = (struct known){ .id = mux_start(play->mux), .open = true };
	HOLDS(known->id == 3 + 2 * play->count);
	mux_set_owner(play->mux, known->id, known);
	play->count++;
}

static void
send_some(struct play *play, struct known *known, size_t len)
{
	size_t room = mux_room(play->mux), taken;

	taken = mux_send(play->mux, known->id, data_of(known->id, known->sent, len));
	HOLDS(taken == (known->open && !known->ended && len > room ? room : len));
	if (known->open && !known->ended)
		known->sent += taken;
}

static void
finish(struct play *play, struct known *known)
{
	mux_finish(play->mux, known->id);
	if (known->open)
		play->held -= known->kept - known->read;
	known->open = false;
	HOLDS(mux_owner(play->mux, known->id) == NULL);
}

/* The node's frames: what there is no room for is not sent, as if it had never been. */
static void
node_sends(struct play *play, struct known *known, size_t len)
{
	struct bytes frame = BYTES_INIT(SIZE_MAX);

	if (play->held + len + STREAMS * (1U << 15) < MUX_BUFFER_MAX) {
		smux_add_header(&frame, SMUX_PSH, len, known->id);
		bytes_add(&frame, data_of(known->id, known->offered, len));
		HOLDS(mux_receive(play->mux, bytes_view(&frame), play->now) == frame.len);
		known->offered += len;
		if (known->open && !known->ended) {
			known->kept += len;
			play->held += len;
		}
	}
	bytes_clear(&frame);
}

static void
node_ends(struct play *play, struct known *known)
{
	unsigned char fin[SMUX_HEADER_LEN];

	smux_header(fin, SMUX_FIN, 0, known->id);
	HOLDS(mux_receive(play->mux, (struct view){ (const char *)fin, sizeof fin }, play->now) == sizeof fin);
	known->ended = known->ended || known->open;
}

static void
read_some(struct play *play, struct known *known, size_t len)
{
	struct mux_event event;

	if (!mux_event(play->mux, known->id, &event)) {
		HOLDS(!known->open || (known->read == known->kept && !known->ended));
		return;
	}
	HOLDS(known->open && event.owner == known && event.stream == known->id);
	if (event.kind == MUX_DATA) {
		HOLDS(event.bytes.len <= known->kept - known->read && event.bytes.len <= FRAME_MAX);
		SAME(event.bytes, data_of(known->id, known->read, event.bytes.len));
		len = len < event.bytes.len ? len : event.bytes.len;
		mux_consumed(play->mux, known->id, len);
		known->read += len;
		play->held -= len;
		return;
	}
	HOLDS(event.kind == MUX_END && known->ended && known->read == known->kept);
	known->open = false;
}

static void
node_takes_frame(struct play *play, const struct smux_event *frame)
{
	struct known *known;

	if (frame->command == SMUX_NOP)
		return;
	HOLDS(frame->stream % 2 == 1 && frame->stream / 2 - 1 < play->count);
	known = &play->known[frame->stream / 2 - 1];
	HOLDS(known->there == (frame->command != SMUX_SYN));
	HOLDS(frame->length <= SMUX_DATA_MAX && (frame->length > 0 || frame->command != SMUX_PSH));
	if (frame->command == SMUX_FIN)
		HOLDS(!known->open && known->arrived == known->sent);
	known->there = frame->command != SMUX_FIN;
}

static void
node_takes(struct play *play, size_t len)
{
	struct view waiting = mux_waiting(play->mux), bytes;
	struct smux_event event;
	enum smux_piece piece;

	HOLDS(waiting.len <= MUX_WAITING_MAX + CONTROL_MAX);
	len = len < waiting.len ? len : waiting.len;
	bytes = view_slice(waiting, 0, len);
	while ((piece = smux_read(&play->reader, &bytes, &event)) == SMUX_FRAME || piece == SMUX_DATA) {
		struct known *known;

		if (piece == SMUX_FRAME) {
			node_takes_frame(play, &event);
			continue;
		}
		known = &play->known[event.stream / 2 - 1];
		SAME(event.data, data_of(known->id, known->arrived, event.data.len));
		known->arrived += event.data.len;
		smux_took(&play->reader, &bytes, event.data.len);
	}
	HOLDS(piece == SMUX_MORE);
	mux_took(play->mux, len);
}

/* Three bits say what, two whose, three how much. */
static void
step(struct play *play, unsigned char byte)
{
	static const size_t lengths[] = { 0, 1, 7, 9, 700, 1016, 30000, FRAME_MAX };
	struct known *known = &play->known[byte >> 3 & 3];
	size_t len = lengths[byte >> 5];

	if ((byte & 7) == 0)
		start(play);
	else if ((byte & 7) == 1)
		node_takes(play, len);
	else if ((byte & 7) == 2)
		mux_tick(play->mux, play->now += len);
	else if (known->id == 0)
		return;
	else if ((byte & 7) == 3)
		send_some(play, known, len);
	else if ((byte & 7) == 4)
		finish(play, known);
	else if ((byte & 7) == 5)
		node_sends(play, known, len);
	else if ((byte & 7) == 6)
		node_ends(play, known);
	else
		read_some(play, known, len);
}

static void
check_play(struct view text)
{
	struct play play = { .mux = open_mux(true) };
	uint32_t id;

	for (size_t i = 0; i < text.len && i < STEPS_MAX; i++)
		step(&play, (unsigned char)text.ptr[i]);
	while ((id = mux_ready(play.mux)) != 0)
		HOLDS(id / 2 - 1 < play.count && play.known[id / 2 - 1].open);
	HOLDS(!mux_is_broken(play.mux) && mux_deadline(play.mux) <= play.now + MUX_KEEPALIVE_MS);
	for (size_t i = 0; i < play.count; i++)
		finish(&play, &play.known[i]);
	node_takes(&play, SIZE_MAX);
	for (size_t i = 0; i < play.count; i++)
		HOLDS(!play.known[i].there && play.known[i].arrived == play.known[i].sent);
	HOLDS(mux_count(play.mux) == 0 && mux_waiting(play.mux).len == 0 && play.held == 0);
	mux_free(play.mux);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 0 && data[0] != 0)		/* a version, be it right or wrong */
		check_receiving(fuzz_view(data, size));
	else
		check_play(fuzz_view(data, size));
	return 0;
}
