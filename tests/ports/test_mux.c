/* The rules of smux as the client has them, one by one; frames are those of ssm-data-channel(7). */
#include "muxlog.h"
#include "tap.h"

static struct bytes log_text = BYTES_INIT(SIZE_MAX);

#define EVENTS(mux, expected, title) is_view(muxlog_events(mux, &log_text), VIEW(expected), title)
#define OUT(mux, expected, title) is_view(muxlog_out(mux, &log_text), VIEW(expected), title)

static void
test_starting(void)
{
	struct mux *mux = muxlog_open(false);

	is_number(mux_start(mux), 3, "the first stream is 3");
	is_view(mux_waiting(mux), VIEW("\1\0\0\0\3\0\0\0"), "and a SYN goes out");
	mux_took(mux, 5);
	is_view(mux_waiting(mux), VIEW("\0\0\0"), "of which a part may be taken");
	mux_took(mux, 3);
	is_number(mux_waiting(mux).len, 0, "and the rest");
	is_number(mux_start(mux), 5, "the next one is 5");
	is_number(mux_start(mux), 7, "then 7");
	is_number(mux_count(mux), 3, "three are open");
	OUT(mux, "SYN5 SYN7 ", "each has a SYN");
	mux_free(mux);
}

static void
test_sending(void)
{
	struct mux *mux = muxlog_open(false);
	uint32_t one = mux_start(mux), two = mux_start(mux);

	is_number(mux_send(mux, one, VIEW("hello")), 5, "bytes are taken");
	is_number(mux_send(mux, two, VIEW("world")), 5, "of another stream too");
	is_number(mux_send(mux, one, VIEW("")), 0, "of none there is no frame");
	mux_finish(mux, one);
	OUT(mux, "SYN3 SYN5 PSH3:hello PSH5:world FIN3 ", "and are frames, in the order in which they came");
	is_number(mux_send(mux, one, VIEW("late")), 4, "behind its end bytes are taken");
	is_number(mux_send(mux, 77, VIEW("stray")), 5, "for a stream that never was, too");
	mux_finish(mux, one);
	mux_finish(mux, 77);
	OUT(mux, "", "and nothing of it goes out, nor a second FIN");
	is_number(mux_count(mux), 1, "one stream is open");
	mux_free(mux);
}

static void
test_owner(void)
{
	struct mux *mux = muxlog_open(false);
	uint32_t stream = mux_start(mux);
	struct mux_event event;
	int mine;

	ok(mux_owner(mux, stream) == NULL, "a stream has no owner at first");
	mux_set_owner(mux, stream, &mine);
	ok(mux_owner(mux, stream) == &mine, "then the one that was set");
	mux_set_owner(mux, 99, &mine);
	ok(mux_owner(mux, 99) == NULL, "a stream that there is not has none");
	muxlog_node(mux, SMUX_FIN, stream, VIEW_NONE);
	ok(mux_event(mux, stream, &event) && event.owner == &mine && event.kind == MUX_END, "an event has it");
	ok(mux_owner(mux, stream) == NULL, "and with the end it is gone");
	mux_free(mux);
}

static void
test_receiving(void)
{
	struct mux *mux = muxlog_open(false);
	uint32_t one = mux_start(mux), two = mux_start(mux);
	struct mux_event event;

	is_number(mux_ready(mux), 0, "nothing has come");
	ok(!mux_event(mux, one, &event), "for a stream neither");
	muxlog_node(mux, SMUX_PSH, two, VIEW("abc"));
	muxlog_node(mux, SMUX_PSH, one, VIEW("x"));
	muxlog_node(mux, SMUX_PSH, two, VIEW("def"));
	is_number(mux_ready(mux), two, "the stream for which something came first is first");
	ok(mux_event(mux, two, &event) && event.kind == MUX_DATA && event.stream == two, "it has data");
	is_view(event.bytes, VIEW("abcdef"), "that run together");
	mux_consumed(mux, two, 4);
	ok(mux_event(mux, two, &event), "what was not consumed");
	is_view(event.bytes, VIEW("ef"), "comes again");
	is_number(mux_ready(mux), one, "the other one is next");
	is_number(mux_ready(mux), 0, "a stream is told once");
	muxlog_node(mux, SMUX_PSH, two, VIEW("g"));
	EVENTS(mux, "5:efg ", "and again when more has come");
	mux_free(mux);
}

static void
test_node_ends(void)
{
	struct mux *mux = muxlog_open(false);
	uint32_t one = mux_start(mux), two = mux_start(mux);

	muxlog_out(mux, &log_text);
	muxlog_node(mux, SMUX_PSH, one, VIEW("last"));
	muxlog_node(mux, SMUX_FIN, one, VIEW_NONE);
	muxlog_node(mux, SMUX_PSH, one, VIEW("behind"));
	muxlog_node(mux, SMUX_FIN, one, VIEW_NONE);
	is_number(mux_send(mux, one, VIEW("upwards")), 7, "for a stream that the node has ended, bytes are taken");
	is_number(mux_count(mux), 2, "until its end is told it is open");
	EVENTS(mux, "3:last 3.END ", "the end comes once, behind the data before it, and data behind it does not");
	OUT(mux, "FIN3 ", "a FIN answers, and no data goes out");
	muxlog_node(mux, SMUX_FIN, one, VIEW_NONE);
	muxlog_node(mux, SMUX_PSH, one, VIEW("late"));
	EVENTS(mux, "", "then nothing comes for it");
	mux_finish(mux, one);
	OUT(mux, "", "or goes");
	is_number(mux_count(mux), 1, "it is gone");
	muxlog_node(mux, SMUX_FIN, two, VIEW_NONE);
	is_number(mux_ready(mux), two, "an end makes a stream ready");
	muxlog_node(mux, SMUX_FIN, two, VIEW_NONE);
	is_number(mux_ready(mux), 0, "a second one does not");
	mux_finish(mux, two);
	two = mux_start(mux);
	muxlog_node(mux, SMUX_FIN, two, VIEW_NONE);
	EVENTS(mux, "7.END ", "an end needs no data");
	mux_free(mux);
}

static void
test_we_end(void)
{
	struct mux *mux = muxlog_open(false);
	uint32_t one = mux_start(mux), two = mux_start(mux);

	muxlog_out(mux, &log_text);
	muxlog_node(mux, SMUX_PSH, one, VIEW("unread"));
	mux_finish(mux, one);
	OUT(mux, "FIN3 ", "FIN goes out");
	is_number(mux_ready(mux), 0, "it is ready no more");
	EVENTS(mux, "", "what waited is dropped");
	muxlog_node(mux, SMUX_PSH, one, VIEW("late"));
	muxlog_node(mux, SMUX_FIN, one, VIEW_NONE);
	EVENTS(mux, "", "what comes later too, the node's FIN with it");
	muxlog_node(mux, SMUX_FIN, two, VIEW_NONE);
	mux_finish(mux, two);
	EVENTS(mux, "", "an end that waits is dropped");
	OUT(mux, "FIN5 ", "when both end at a time there is one FIN of ours");
	is_number(mux_count(mux), 0, "none is open");
	mux_free(mux);
}

static void
test_dropped(void)
{
	struct mux *mux = muxlog_open(false);

	is_number(mux_start(mux), 3, "a stream");
	muxlog_out(mux, &log_text);
	muxlog_node(mux, SMUX_SYN, 4, VIEW_NONE);
	muxlog_node(mux, SMUX_SYN, 3, VIEW_NONE);
	muxlog_node(mux, SMUX_PSH, 4, VIEW("no stream of ours"));
	muxlog_node(mux, SMUX_FIN, 4, VIEW_NONE);
	muxlog_node(mux, SMUX_PSH, 3 + 2 * MUX_STREAMS_MAX, VIEW("its neighbour in a table"));
	muxlog_node(mux, SMUX_NOP, 0, VIEW_NONE);
	muxlog_node(mux, SMUX_PSH, 3, VIEW(""));
	EVENTS(mux, "", "SYN, NOP, frames for unknown streams and frames of nothing are dropped");
	OUT(mux, "", "and not answered");
	ok(!mux_is_broken(mux), "nor are they wrong");
	muxlog_node(mux, SMUX_PSH, 3, VIEW("go on"));
	EVENTS(mux, "3:go on ", "the stream goes on");
	mux_free(mux);
}

/* The frames of this list, in pieces of that many bytes. */
static void
test_cut(size_t size)
{
	static const char frames[] = "\1\2\5\0\3\0\0\0hello" "\1\3\0\0\0\0\0\0" "\1\2\3\0\x63\0\0\0bad" "\1\2\1\0\3\0\0\0!"
	    "\1\1\0\0\3\0\0\0" "\1\2\2\0\5\0\0\0ok" "\1\1\0\0\5\0\0\0";
	struct mux *mux = muxlog_open(false);
	size_t taken = 0;

	ok(mux_start(mux) == 3 && mux_start(mux) == 5, "two streams are open");
	for (size_t at = 0, len; at < sizeof frames - 1; at += len) {
		len = sizeof frames - 1 - at < size ? sizeof frames - 1 - at : size;
		taken += mux_receive(mux, (struct view){ frames + at, len }, 0);
	}
	is_number(taken, sizeof frames - 1, "frames in pieces of %zu bytes are taken", size);
	EVENTS(mux, "3:hello! 3.END 5:ok 5.END ", "and are the same");
	mux_free(mux);
}

static void
test_broken(void)
{
	struct mux *mux = muxlog_open(true);
	uint32_t one = mux_start(mux), two = mux_start(mux), three = mux_start(mux);

	muxlog_node(mux, SMUX_PSH, two, VIEW("before"));
	muxlog_node(mux, SMUX_FIN, three, VIEW_NONE);
	is_number(mux_receive(mux, VIEW("\2\0\0\0\3\0\0\0more"), 0), 12, "what is no smux is taken");
	ok(mux_is_broken(mux), "and told");
	EVENTS(mux, "5:before 5.BROKEN 7.END 3.BROKEN ", "streams have what came before, then the end or the break, once");
	is_number(mux_receive(mux, VIEW("\1\2\1\0\3\0\0\0x"), 0), 9, "what comes behind it is taken, too");
	EVENTS(mux, "", "and dropped");
	is_number(mux_start(mux), 0, "no stream is opened any more");
	is_number(mux_send(mux, one, VIEW("x")), 1, "what is sent is dropped");
	ok(mux_deadline(mux) == MUX_NEVER, "no NOP is due");
	is_number(mux_count(mux), 0, "no stream is left");
	mux_free(mux);
}

static void
test_keepalive(void)
{
	struct mux *mux = muxlog_open(true);

	is_number(mux_deadline(mux), 10000, "a NOP is due after 10 seconds");
	mux_tick(mux, 9999);
	OUT(mux, "", "not before");
	mux_tick(mux, 10000);
	is_view(mux_waiting(mux), VIEW("\1\3\0\0\0\0\0\0"), "then it goes out");
	is_number(mux_deadline(mux), 20000, "the next one is due 10 seconds later");
	mux_tick(mux, 20000);
	mux_tick(mux, 99000);
	OUT(mux, "NOP0 ", "while one waits there is no second one");
	is_number(mux_deadline(mux), 109000, "nor are those made up for that were missed");
	is_number(mux_start(mux), 3, "a stream is opened");
	mux_tick(mux, 109000);
	OUT(mux, "SYN3 ", "other frames do as well");
	is_number(mux_receive(mux, VIEW(""), 119000), 0, "nothing is received");
	OUT(mux, "NOP0 ", "but the time is seen by what receives");
	mux_free(mux);
	mux = muxlog_open(false);
	ok(mux_deadline(mux) == MUX_NEVER, "without keepalive none is due");
	mux_tick(mux, 1000000);
	OUT(mux, "", "and none goes out");
	mux_free(mux);
}

int
main(void)
{
	test_starting();
	test_sending();
	test_owner();
	test_receiving();
	test_node_ends();
	test_we_end();
	test_dropped();
	for (size_t size = 1; size <= 60; size++)
		test_cut(size);
	test_broken();
	test_keepalive();
	mux_free(NULL);
	bytes_clear(&log_text);
	return done_testing();
}
