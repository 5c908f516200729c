/* What is bounded, and what goes on at the bounds: streams, what waits to go out, what waits for readers. */
#include <stdlib.h>

#include "muxlog.h"
#include "tap.h"

#define WIDE 32768

static char bytes[2 * MUX_WAITING_MAX];

static void
test_waiting(void)
{
	struct mux *mux = muxlog_open(false);
	uint32_t one = mux_start(mux), two = mux_start(mux);
	size_t room, taken;

	mux_took(mux, mux_waiting(mux).len);
	room = mux_room(mux);
	taken = mux_send(mux, one, (struct view){ bytes, sizeof bytes });
	is_number(taken, room, "as much is taken as was said");
	ok(mux_waiting(mux).len <= MUX_WAITING_MAX, "no more waits than may");
	ok(taken > MUX_WAITING_MAX - 4 * SMUX_HEADER_LEN, "nearly all of which is data");
	is_number(mux_send(mux, two, VIEW("x")), 0, "then nothing is taken");
	is_number(mux_room(mux), 0, "and there is no room");
	mux_finish(mux, two);
	ok(mux_start(mux) == 7 && mux_waiting(mux).len == taken + 4 * SMUX_HEADER_LEN, "FIN and SYN still go");
	mux_took(mux, 1024);
	room = mux_room(mux);
	ok(room > 900 && mux_send(mux, one, (struct view){ bytes, sizeof bytes }) == room, "what was taken is room again");
	mux_free(mux);
}

/* What is said is taken, wherever what waits stands. */
static void
test_room(void)
{
	struct mux *mux = muxlog_open(false);
	uint32_t stream = mux_start(mux);
	size_t wrong = 0;

	for (size_t n = 1; n < 4000; n++) {
		size_t room = mux_room(mux), waits;

		wrong += mux_send(mux, stream, (struct view){ bytes, sizeof bytes }) != room;
		waits = mux_waiting(mux).len;
		wrong += waits > MUX_WAITING_MAX;
		mux_took(mux, n * 37 < waits ? n * 37 % 65537 % waits : waits);
	}
	is_number(wrong, 0, "room is what is taken, at every filling");
	mux_free(mux);
}

static void
test_frames(void)
{
	struct mux *mux = muxlog_open(false);
	uint32_t stream = mux_start(mux);
	struct smux_reader reader = SMUX_READER_INIT;
	struct smux_event event;
	struct view waiting;

	mux_took(mux, mux_waiting(mux).len);
	is_number(mux_send(mux, stream, (struct view){ bytes, WIDE + 1 }), WIDE + 1, "more than a frame may have is taken");
	waiting = mux_waiting(mux);
	ok(smux_read(&reader, &waiting, &event) == SMUX_FRAME && event.length == WIDE, "the first frame has what it may");
	smux_took(&reader, &waiting, WIDE);
	ok(smux_read(&reader, &waiting, &event) == SMUX_FRAME && event.length == 1, "the next one the rest");
	mux_free(mux);
}

/* Streams that come and go while nothing is taken: in the end there is no SYN without room for all the FINs. */
static void
test_control(void)
{
	const size_t most = MUX_WAITING_MAX + 2 * SMUX_HEADER_LEN * (MUX_STREAMS_MAX + 1);
	struct mux *mux = muxlog_open(false);
	uint32_t last = 0, stream;
	size_t gone = 0, waits;

	for (size_t i = 0; i < MUX_STREAMS_MAX / 2; i++)
		last = mux_start(mux);
	ok(mux_send(mux, last, (struct view){ bytes, sizeof bytes }) > 0, "what may wait, waits");
	for (; gone < 100000 && (stream = mux_start(mux)) != 0; gone++)
		mux_finish(mux, stream);
	ok(gone < 100000, "at some time no stream is opened any more");
	for (waits = mux_waiting(mux).len; last > 1; last -= 2)
		mux_finish(mux, last);
	is_number(mux_waiting(mux).len, waits + MUX_STREAMS_MAX / 2 * SMUX_HEADER_LEN, "but all that are open can be ended");
	ok(mux_waiting(mux).len <= most, "in the room that there is for it");
	mux_took(mux, waits);
	ok(mux_start(mux) != 0, "when it is taken, there is room again");
	mux_free(mux);
}

/* All that there may be; each has an owner, gets data and is ended, half of them by the node. */
static void
test_many(void)
{
	static uint32_t ids[MUX_STREAMS_MAX];
	struct mux *mux = muxlog_open(false);
	size_t wrong = 0;

	for (size_t i = 0; i < MUX_STREAMS_MAX; i++) {
		ids[i] = mux_start(mux);
		mux_set_owner(mux, ids[i], &ids[i]);
		wrong += ids[i] != 3 + 2 * i;
	}
	is_number(wrong, 0, "%d streams are opened", MUX_STREAMS_MAX);
	is_number(mux_start(mux), 0, "one more is not");
	is_number(mux_count(mux), MUX_STREAMS_MAX, "that is how many are open");
	for (size_t i = MUX_STREAMS_MAX; i-- > 0;) {
		muxlog_node(mux, SMUX_PSH, ids[i], VIEW("something"));
		if (i % 2 == 0)
			muxlog_node(mux, SMUX_FIN, ids[i], VIEW_NONE);
	}
	ok(true, "something waits for all of them");
	for (size_t i = MUX_STREAMS_MAX; i-- > 0;) {
		struct mux_event event;

		wrong += mux_ready(mux) != ids[i] || !mux_event(mux, ids[i], &event) || event.owner != &ids[i];
		wrong += !view_is(event.bytes, "something");
		mux_consumed(mux, ids[i], event.bytes.len);
		wrong += mux_event(mux, ids[i], &event) != (i % 2 == 0);
		mux_finish(mux, ids[i]);
	}
	ok(wrong == 0 && mux_ready(mux) == 0, "each is told once, in the order in which it came");
	is_number(mux_count(mux), 0, "and all have ended");
	is_number(mux_waiting(mux).len, 2 * MUX_STREAMS_MAX * SMUX_HEADER_LEN, "with one SYN and one FIN each");
	ok(mux_start(mux) == 3 + 2 * MUX_STREAMS_MAX, "then others can be opened");
	mux_free(mux);
}

/* A frame of the node's as far as it is taken. */
static size_t
offer(struct mux *mux, struct bytes *frame, uint32_t stream, size_t len)
{
	bytes_reset(frame);
	smux_add_header(frame, SMUX_PSH, len, stream);
	bytes_add(frame, (struct view){ bytes, len });
	return mux_receive(mux, bytes_view(frame), 0);
}

static void
test_slow_reader(void)
{
	struct bytes frame = BYTES_INIT(SIZE_MAX);
	struct mux *mux = muxlog_open(false);
	uint32_t slow = mux_start(mux), fast = mux_start(mux);
	size_t held = 0, passed = 0, taken, rest;
	struct mux_event event;

	while ((taken = offer(mux, &frame, slow, 10000)) == frame.len) {
		held += 10000;
		if ((taken = offer(mux, &frame, fast, 10000)) != frame.len)
			break;
		while (mux_event(mux, fast, &event)) {
			passed += event.bytes.len;
			mux_consumed(mux, fast, event.bytes.len);
		}
	}
	ok(held <= MUX_BUFFER_MAX && held > MUX_BUFFER_MAX - MUX_BUFFER_MAX / 8,
	    "a reader that takes nothing can hold what may wait in all, and no more: %zu", held);
	ok(passed >= held - 2 * 10000, "until then others go on: %zu", passed);
	ok(taken < frame.len, "then a frame is not taken whole, whose ever it is");
	is_number(mux_receive(mux, view_slice(bytes_view(&frame), taken, frame.len), 0), 0, "then nothing is taken");
	is_number(mux_send(mux, slow, VIEW("upwards")), 7, "but what is sent goes out");
	ok(mux_event(mux, slow, &event) && event.bytes.len > 0, "he reads a little");
	mux_consumed(mux, slow, event.bytes.len);
	rest = mux_receive(mux, view_slice(bytes_view(&frame), taken, frame.len), 0);
	ok(rest > 0, "and more is taken");
	taken += rest;
	mux_finish(mux, slow);
	rest = frame.len - taken;
	is_number(mux_receive(mux, view_slice(bytes_view(&frame), taken, frame.len), 0), rest, "when he has gone, all is");
	is_number(offer(mux, &frame, fast, 10000), frame.len, "and the others go on");
	mux_free(mux);
	bytes_clear(&frame);
}

/* What waits is bounded by the memory that it takes, not by its length alone. */
static void
test_small_frames(void)
{
	struct bytes frame = BYTES_INIT(SIZE_MAX);
	struct mux *mux = muxlog_open(false);
	size_t taken = 0, streams = 0;
	uint32_t stream;

	while ((stream = mux_start(mux)) != 0) {
		streams++;
		taken += offer(mux, &frame, stream, 1) == frame.len;
	}
	is_number(taken, streams, "a byte can wait for each of the streams that there may be");
	ok(offer(mux, &frame, 3, 2000) < 1100, "and not much more");
	mux_free(mux);
	bytes_clear(&frame);
}

int
main(void)
{
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(i % 251);
	test_waiting();
	test_room();
	test_frames();
	test_control();
	test_many();
	test_slow_reader();
	test_small_frames();
	return done_testing();
}
