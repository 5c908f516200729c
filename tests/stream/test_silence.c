/* silence: a new session whose node says nothing: a command that reads before it writes, and what only looks like one. */
#include "stream/silence.h"
#include "peer.h"
#include "tap.h"

#include <stdio.h>

/* Up to a question that is asked then: the first one, or the next. */
static void
pass_until_asked(struct peer *peer, unsigned after, int64_t number)
{
	char want[32];

	peer->now += after - 1;
	is_text(peer_all(peer), "", "%lld: nothing is sent for a while", (long long)number);
	peer->now++;
	is_number((long long)channel_deadline(peer->channel), (long long)peer->now, "%lld: then there is something to do",
	    (long long)number);
	snprintf(want, sizeof want, "i%lld", (long long)number);
	is_text(peer_all(peer), want, "%lld: a question", (long long)number);
}

static void
test_reader(void)
{
	struct peer peer;
	struct message message;

	peer_open(&peer);
	pass_until_asked(&peer, SILENCE_QUIET, 0);
	peer_acknowledge(&peer, 0);
	ok(!channel_event(peer.channel, &peer.event), "one answer is not enough: there may be a handshake");
	pass_until_asked(&peer, SILENCE_APART, 1);
	peer_acknowledge(&peer, 1);
	ok(peer_event(&peer, CHANNEL_READY) && peer.event.session == CHANNEL_SHELL, "two are");
	peer_type(&peer, "ls\r");
	ok(peer_next(&peer, &message) && message.sequence == 2 && view_is(message.payload, "ls\r"), "input comes behind them");
	peer_acknowledge(&peer, 2);
	peer_output(&peer, 0, "here");
	is_view(peer_read(&peer), VIEW("here"), "and output, when there is some");
	is_text(peer_all(&peer), "a0", "which is acknowledged");
	ok(!channel_event(peer.channel, &peer.event), "and makes nothing ready once more");
	peer_close(&peer);
}

static void
test_question(void)
{
	struct peer peer;
	struct message message;
	struct channel_counters counters;

	peer_open(&peer);
	peer.now += SILENCE_QUIET;
	ok(peer_next(&peer, &message) && message.type == MESSAGE_INPUT && message.payload_type == PAYLOAD_OUTPUT &&
	    message.payload.len == 0, "a question is input of no bytes");
	peer.now += 60000;
	is_text(peer_all(&peer), "i0", "it is repeated, and alone, while nobody is there");
	channel_count(peer.channel, &counters);
	ok(counters.oldest == CHANNEL_NEVER, "nobody has typed it, and waits for it");
	peer_close(&peer);
}

static void
test_late_words(void)
{
	struct peer peer;

	peer_open(&peer);
	pass_until_asked(&peer, SILENCE_QUIET, 0);
	peer_output(&peer, 0, "$ ");
	ok(peer_event(&peer, CHANNEL_READY), "a node that speaks behind a question is ready");
	is_view(peer_read(&peer), VIEW("$ "), "what it says is shown");
	peer_acknowledge(&peer, 0);
	peer.now += 60000;
	is_text(peer_all(&peer), "a0", "and it is asked nothing more");
	peer_close(&peer);
}

/* An agent counts what comes during a handshake, and drops it. */
static void
test_late_handshake(void)
{
	struct peer peer;
	struct message message;

	peer_open(&peer);
	pass_until_asked(&peer, SILENCE_QUIET, 0);
	peer_acknowledge(&peer, 0);
	peer_tell(&peer, MESSAGE_OUTPUT, PAYLOAD_HANDSHAKE_REQUEST, 0, VIEW("{\"AgentVersion\":\"3.3.987.0\"}"));
	is_text(peer_all(&peer), "a0 i1", "the answer to a late handshake comes behind the question");
	peer.now += SILENCE_APART;
	peer_acknowledge(&peer, 1);
	ok(!channel_event(peer.channel, &peer.event), "an answer to that makes nothing ready");
	ok(!peer_next(&peer, &message), "nor is anything asked");
	peer_tell(&peer, MESSAGE_OUTPUT, PAYLOAD_HANDSHAKE_COMPLETE, 1, VIEW("{\"HandshakeTimeToComplete\":1}"));
	ok(peer_event(&peer, CHANNEL_READY), "its end does");
	peer_close(&peer);
}

/* A request may have been lost with the connection between two answers. */
static void
test_cut(void)
{
	struct peer peer;

	peer_open(&peer);
	pass_until_asked(&peer, SILENCE_QUIET, 0);
	peer_acknowledge(&peer, 0);
	channel_lost(peer.channel, peer.now);
	peer.now += 60000;
	channel_connected(peer.channel, VIEW(PEER_TOKEN), peer.now);
	is_text(peer_all(&peer), "open i1", "behind a cut the next question comes");
	peer_acknowledge(&peer, 1);
	ok(!channel_event(peer.channel, &peer.event), "its answer is the first again");
	pass_until_asked(&peer, SILENCE_APART, 2);
	peer_acknowledge(&peer, 2);
	ok(peer_event(&peer, CHANNEL_READY), "the next one counts");
	peer_close(&peer);
}

static void
test_foreign_answers(void)
{
	struct peer peer;

	peer_open(&peer);
	pass_until_asked(&peer, SILENCE_QUIET, 0);
	peer_acknowledge(&peer, 0);
	peer.now += SILENCE_APART;
	peer_acknowledge(&peer, 0);
	peer_acknowledge(&peer, 1);
	ok(!channel_event(peer.channel, &peer.event), "an answer that comes twice, or to nothing, is none");
	peer_close(&peer);
}

/* A node that never comes is asked no more for that: what waits for it does not grow. */
static void
test_nobody(void)
{
	struct peer peer;
	struct message message;
	struct channel_counters counters;

	peer_open(&peer);
	for (unsigned i = 0; i < 3600; i++) {
		peer.now += 1000;
		while (peer_next(&peer, &message))
			;
	}
	channel_count(peer.channel, &counters);
	ok(counters.unacknowledged > 1 && counters.unacknowledged <= SILENCE_QUESTIONS, "of an hour's questions few wait for an answer");
	peer_close(&peer);
}

/* Old agents do not acknowledge what they have already: their answer may be lost. */
static void
test_old_agent(void)
{
	struct peer peer;
	struct message message;
	bool ready = false;

	peer_open(&peer);
	for (unsigned i = 0; i < 60 && !ready; i++) {
		peer.now += 1000;
		while (peer_next(&peer, &message))
			if (message.type == MESSAGE_INPUT && message.sequence > 0)
				peer_acknowledge_message(&peer, &message);
		ready = peer_event(&peer, CHANNEL_READY);
	}
	ok(ready, "an answer that is lost, and does not come again, costs time alone");
	peer_close(&peer);
}

int
main(void)
{
	test_reader();
	test_question();
	test_late_words();
	test_late_handshake();
	test_cut();
	test_foreign_answers();
	test_nobody();
	test_old_agent();
	return done_testing();
}
