/* channel: the client's end of a data channel, by hand: what it says, when, and what it tells. */
#include "stream/channel.h"
#include "peer.h"
#include "stream/state.h"
#include "tap.h"

static void
test_opening(void)
{
	struct peer peer;
	struct channel_outgoing out;
	struct message message;

	peer_open(&peer);
	channel_lost(peer.channel, peer.now);
	ok(!channel_next(peer.channel, &out, peer.now), "nothing is sent without a connection");
	channel_connected(peer.channel, VIEW("a\"b"), peer.now);
	is_number(channel_deadline(peer.channel), 0, "a connection has something to send at once");
	ok(channel_next(peer.channel, &out, peer.now) && out.text, "which is text");
	ok(view_starts(out.message, VIEW("{\"MessageSchemaVersion\":\"1.0\",\"RequestId\":\"")), "with the schema");
	is_view(view_slice(out.message, 43 + UUID_LEN, out.message.len), VIEW("\",\"TokenValue\":\"a\\\"b\",\"ClientId\":"
	    "\"00000000-0000-4000-8000-000000000001\",\"ClientVersion\":\"1.2.764.0\"}"), "the token, and who it is");
	ok(!peer_next(&peer, &message), "nothing else before the node speaks");
	is_number(channel_send(peer.channel, VIEW("x"), peer.now), 0, "input is not taken");
	is_number(channel_room(peer.channel), 0, "nor has it room");
	is_number(channel_deadline(peer.channel), peer.now + SILENCE_QUIET, "and nothing but that is waited for");
	ok(!channel_is_ready(peer.channel) && !channel_event(peer.channel, &peer.event), "it is not ready");
	peer_close(&peer);
}

static void
test_exchange(void)
{
	struct peer peer;
	struct message message;

	peer_open(&peer);
	channel_resize(peer.channel, 100, 40, peer.now);
	is_text(peer_all(&peer), "", "the size waits");
	peer_output(&peer, 0, "$ ");
	ok(peer_event(&peer, CHANNEL_READY) && peer.event.session == CHANNEL_SHELL, "the first output: a shell is ready");
	is_view(peer_read(&peer), VIEW("$ "), "with its output");
	ok(peer_next(&peer, &message) && message.type == MESSAGE_ACKNOWLEDGE, "it is acknowledged");
	ok(message.sequence == 0 && message.flags == 3 && message.payload_type == PAYLOAD_NONE, "in the right form");
	is_view(message.payload, VIEW("{\"AcknowledgedMessageType\":\"output_stream_data\",\"AcknowledgedMessageId\":"
	    "\"01000000-0000-0000-0000-000000000000\",\"AcknowledgedMessageSequenceNumber\":0,"
	    "\"IsSequentialMessage\":true}"), "with the id that came");
	ok(peer_next(&peer, &message) && message.sequence == 0 && message.payload_type == PAYLOAD_SIZE, "then the size");
	is_view(message.payload, VIEW("{\"cols\":100,\"rows\":40}"), "as it was told");
	peer_type(&peer, "l");
	peer_type(&peer, "s\r");
	ok(peer_next(&peer, &message) && message.sequence == 1 && message.flags == 0, "input has the next number");
	is_view(message.payload, VIEW("ls\r"), "what was typed meanwhile is one message");
	is_number(message.created, PEER_EPOCH + peer.now, "and a date");
	ok(!peer_next(&peer, &message), "that is all");
	peer_acknowledge(&peer, 0);
	peer_acknowledge(&peer, 1);
	is_number(channel_deadline(peer.channel), CHANNEL_NEVER, "nothing waits when all is acknowledged");
	peer_close(&peer);
}

static void
test_order(void)
{
	struct peer peer;

	peer_open_shell(&peer);
	peer_output(&peer, 3, "d");
	peer_output(&peer, 2, "c");
	is_view(peer_read(&peer), VIEW(""), "what comes early is not shown");
	is_text(peer_all(&peer), "a3 a2", "but acknowledged");
	peer_output(&peer, 3, "d");
	peer_output(&peer, 0, "$ ");
	is_text(peer_all(&peer), "a3 a0", "what comes again is acknowledged again");
	peer_output(&peer, 1, "b");
	is_view(peer_read(&peer), VIEW("bcd"), "in order, once");
	is_text(peer_all(&peer), "a1", "and the last one acknowledged");
	peer_close(&peer);
}

/* Two ends that lose nothing: all that goes in comes out, both ways. */
static void
test_no_loss(void)
{
	struct peer peer;
	struct message message;
	struct bytes sent = BYTES_INIT(SIZE_MAX), echoed = BYTES_INIT(SIZE_MAX), line = BYTES_INIT(SIZE_MAX);
	int64_t number = 1, expected = 0;

	peer_open_shell(&peer);
	for (unsigned i = 0; i < 5000; i++) {
		bytes_reset(&line);
		bytes_print(&line, "line %u of %u\n", i, i * 7919);
		bytes_add(&sent, bytes_view(&line));
		if (channel_send(peer.channel, bytes_view(&line), peer.now) != line.len)
			ok(false, "line %u is not taken", i);
		while (i % 10 == 9 && peer_next(&peer, &message)) {
			if (message.type != MESSAGE_INPUT)
				continue;
			if (message.sequence != expected++)
				ok(false, "line %u: an unexpected number", i);
			bytes_set(&line, message.payload);
			peer_acknowledge(&peer, message.sequence);
			peer_tell(&peer, MESSAGE_OUTPUT, PAYLOAD_OUTPUT, number++, bytes_view(&line));
			bytes_add(&echoed, peer_read(&peer));
		}
		peer.now += 3;
	}
	is_view(bytes_view(&echoed), bytes_view(&sent), "all comes back");
	peer_close(&peer);
	bytes_clear(&sent);
	bytes_clear(&echoed);
	bytes_clear(&line);
}

static void
test_token(void)
{
	struct peer peer;

	peer_open(&peer);
	ok(peer.channel->opening.ptr != NULL, "the first message lives until the next call");
	ok(!channel_event(peer.channel, &peer.event) && peer.channel->opening.ptr == NULL, "and is then wiped");
	channel_connected(peer.channel, VIEW(PEER_TOKEN), peer.now);
	channel_lost(peer.channel, peer.now);
	ok(peer.channel->opening.ptr == NULL, "so is one whose connection is lost before");
	peer_close(&peer);
}

/* The caller's mistakes and the node's do nothing. */
static void
test_odd(void)
{
	struct peer peer;
	struct channel_counters counters;

	peer_open_shell(&peer);
	peer_output(&peer, -1, "x");
	channel_receive(peer.channel, VIEW("rubbish"), true, peer.now);
	peer_tell(&peer, MESSAGE_ACKNOWLEDGE, PAYLOAD_NONE, 0, VIEW("{}"));
	channel_count(peer.channel, &counters);
	is_number(counters.refused, 3, "what is wrong is counted");
	peer_tell(&peer, MESSAGE_INPUT, PAYLOAD_OUTPUT, 1, VIEW("x"));
	peer_acknowledge(&peer, 0);
	peer_acknowledge(&peer, 99);
	peer_tell(&peer, MESSAGE_OUTPUT, PAYLOAD_CHALLENGE_REQUEST, 1, VIEW("?"));
	peer_tell(&peer, MESSAGE_OUTPUT, PAYLOAD_HANDSHAKE_REQUEST, 2, VIEW("{}"));
	peer_tell(&peer, MESSAGE_OUTPUT, PAYLOAD_HANDSHAKE_COMPLETE, 3, VIEW("{\"CustomerMessage\":\"x\"}"));
	is_text(peer_all(&peer), "a1 a2 a3", "what says nothing in its place is acknowledged");
	ok(!channel_event(peer.channel, &peer.event), "and that is all");
	channel_count(peer.channel, &counters);
	is_number(counters.refused, 3, "nothing more was wrong");
	channel_resize(peer.channel, 0, 0, peer.now);
	channel_took(peer.channel, 100);
	is_text(peer_all(&peer), "", "a terminal without a size has none to tell");
	peer_close(&peer);
}

int
main(void)
{
	test_opening();
	test_exchange();
	test_order();
	test_no_loss();
	test_token();
	test_odd();
	return done_testing();
}
