/* channel: what is sent again, and when; how much may be under way. */
#include "stream/channel.h"
#include "peer.h"
#include "tap.h"

static const char *
all_after(struct peer *peer, uint64_t ms)
{
	peer->now += ms;
	return peer_all(peer);
}

static void
test_timer(void)
{
	static const unsigned gaps[] = { 200, 400, 800, 1000, 1000, 1000 };
	struct peer peer;
	struct message message;
	struct channel_outgoing first, again;
	struct bytes bytes = BYTES_INIT(MESSAGE_MAX);

	peer_open_shell(&peer);
	peer_type(&peer, "x");
	is_number(channel_deadline(peer.channel), 0, "input is to be sent at once");
	ok(channel_next(peer.channel, &first, peer.now), "it is sent");
	bytes_set(&bytes, first.message);
	for (size_t i = 0; i < ARRAY_LEN(gaps); i++) {
		is_number(channel_deadline(peer.channel), peer.now + gaps[i], "and again after %u ms", gaps[i]);
		is_text(all_after(&peer, gaps[i] - 1), "", "not before");
		peer.now++;
		ok(channel_next(peer.channel, &again, peer.now), "but then");
		is_view(again.message, bytes_view(&bytes), "byte for byte");
		ok(!peer_next(&peer, &message), "once");
	}
	peer_acknowledge(&peer, 0);
	is_number(channel_deadline(peer.channel), CHANNEL_NEVER, "until it is acknowledged");
	bytes_clear(&bytes);
	peer_close(&peer);
}

/* A node slower than the timeout is measured although what was repeated is no sample. */
static void
test_slow_node(void)
{
	struct peer peer;

	peer_open_shell(&peer);
	peer_type(&peer, "x");
	is_text(peer_all(&peer), "i0", "one message");
	is_text(all_after(&peer, 200), "i0", "is repeated too early");
	peer.now += 100;
	peer_acknowledge(&peer, 0);
	peer_type(&peer, "y");
	is_text(peer_all(&peer), "i1", "the next one");
	is_text(all_after(&peer, 300), "", "is given more time");
	peer_acknowledge(&peer, 1);
	peer_type(&peer, "z");
	is_text(peer_all(&peer), "i2", "and its time is taken: RTT 125, RTTV 50");
	is_number(channel_deadline(peer.channel), peer.now + 326, "RTO is 325 and a part");
	peer_close(&peer);
}

static void
test_connected_again(void)
{
	struct peer peer;
	struct channel_outgoing first, again;
	struct bytes bytes = BYTES_INIT(MESSAGE_MAX);

	peer_open_shell(&peer);
	peer.now += 29000;
	peer_output(&peer, 1, "late");
	peer_type(&peer, "a");
	ok(channel_next(peer.channel, &first, peer.now) && channel_next(peer.channel, &first, peer.now), "input");
	bytes_set(&bytes, first.message);
	channel_lost(peer.channel, peer.now);
	peer_type(&peer, "b");
	peer_type(&peer, "c");
	is_text(all_after(&peer, 2000), "", "nothing is sent while there is no connection");
	is_number(channel_deadline(peer.channel), CHANNEL_NEVER, "and nothing waited for");
	channel_connected(peer.channel, VIEW("new"), peer.now);
	ok(channel_next(peer.channel, &again, peer.now) && again.text, "then comes the first message");
	ok(channel_next(peer.channel, &again, peer.now), "acknowledgements of the last 30 s");
	ok(channel_next(peer.channel, &again, peer.now), "and what is not acknowledged");
	is_view(again.message, bytes_view(&bytes), "byte for byte");
	is_text(peer_all(&peer), "i1", "and what was typed meanwhile");
	is_text(all_after(&peer, 199), "", "in its time");
	bytes_clear(&bytes);
	peer_close(&peer);
}

static void
fill(struct peer *peer, size_t messages)
{
	static char kilobyte[CHANNEL_PAYLOAD_MAX];

	for (size_t i = 0; i < messages; i++)
		if (channel_send(peer->channel, (struct view){ kilobyte, sizeof kilobyte }, peer->now) != sizeof kilobyte)
			ok(false, "message %zu is not taken", i);
}

static size_t
count_now(struct peer *peer)
{
	struct message message;
	size_t count = 0;

	while (peer_next(peer, &message))
		count++;
	return count;
}

static void
test_window(void)
{
	struct channel_counters counters;
	struct peer peer;

	peer_open_shell(&peer);
	is_number(channel_room(peer.channel), 64 * CHANNEL_PAYLOAD_MAX, "64 messages at first");
	fill(&peer, 64);
	is_number(channel_send(peer.channel, VIEW("x"), peer.now), 0, "and no more");
	is_number(count_now(&peer), 64, "all are sent");
	peer_acknowledge(&peer, 0);
	is_number(channel_room(peer.channel), 2 * CHANNEL_PAYLOAD_MAX, "one is acknowledged: it was full, and grows");
	ok(channel_send_flag(peer.channel, CHANNEL_TERMINATE_SESSION, peer.now), "a flag is as good as input");
	is_number(channel_room(peer.channel), CHANNEL_PAYLOAD_MAX, "and takes a place");
	fill(&peer, 1);
	for (unsigned i = 0; i < 8; i++)
		ok(channel_send_flag(peer.channel, CHANNEL_TERMINATE_SESSION, peer.now), "flag %u has its own room", i);
	ok(!channel_send_flag(peer.channel, CHANNEL_TERMINATE_SESSION, peer.now), "of which there is an end");
	count_now(&peer);
	for (int64_t i = 1; i < 32; i++)
		peer_acknowledge(&peer, i);
	fill(&peer, channel_room(peer.channel) / CHANNEL_PAYLOAD_MAX);
	for (int64_t i = 32; i < 4000; i++) {
		count_now(&peer);
		peer_acknowledge(&peer, i);
		fill(&peer, channel_room(peer.channel) / CHANNEL_PAYLOAD_MAX);
	}
	count_now(&peer);
	channel_count(peer.channel, &counters);
	is_number(counters.unacknowledged, 1016, "up to CHANNEL_WINDOW, less what is kept for others");
	is_number(counters.bytes_out, (counters.messages_out - 9) * 1024 + 9 * 4, "bytes are counted");
	peer.now += 1000;
	count_now(&peer);
	is_number(channel_room(peer.channel), 0, "the oldest timed out");
	for (int64_t i = 4000; i < 4600; i++)
		peer_acknowledge(&peer, i);
	is_number(channel_room(peer.channel), (508 + 1 - 416) * CHANNEL_PAYLOAD_MAX, "half of it is left, and grows again");
	peer_close(&peer);
}

/* By timer go the 32 oldest, and those in front of one that is acknowledged. */
static void
test_which(void)
{
	struct peer peer;

	peer_open_shell(&peer);
	fill(&peer, 60);
	is_number(count_now(&peer), 60, "60 messages are sent");
	peer.now += 200;
	is_number(count_now(&peer), 32, "32 of them are repeated in time");
	peer_acknowledge(&peer, 49);
	is_number(count_now(&peer), 17, "and more when a later one is acknowledged");
	peer_close(&peer);
}

static void
test_away(void)
{
	struct peer peer;

	peer_open_shell(&peer);
	peer_type(&peer, "a");
	is_text(peer_all(&peer), "i0", "a message");
	peer_tell(&peer, MESSAGE_PAUSE, PAYLOAD_NONE, 0, VIEW(""));
	peer_tell(&peer, MESSAGE_PAUSE, PAYLOAD_NONE, 0, VIEW(""));
	ok(peer_event(&peer, CHANNEL_AWAY) && !channel_event(peer.channel, &peer.event), "the agent is away: told once");
	peer_type(&peer, "b");
	is_text(all_after(&peer, 999), "", "input waits");
	is_text(all_after(&peer, 1), "i0", "the oldest is repeated after a second");
	is_number(channel_deadline(peer.channel), peer.now + 1000, "and after each other second");
	peer_output(&peer, 0, "$ ");
	ok(peer_event(&peer, CHANNEL_BACK), "output says that it is back");
	is_text(peer_all(&peer), "a0 i1", "what waited is sent");
	peer_tell(&peer, MESSAGE_PAUSE, PAYLOAD_NONE, 0, VIEW(""));
	peer_tell(&peer, MESSAGE_START, PAYLOAD_NONE, 0, VIEW(""));
	ok(!channel_event(peer.channel, &peer.event), "what was away and is back is not told");
	peer_acknowledge(&peer, 0);
	peer_acknowledge(&peer, 1);
	peer_tell(&peer, MESSAGE_PAUSE, PAYLOAD_NONE, 0, VIEW(""));
	ok(peer_event(&peer, CHANNEL_AWAY), "away again, with nothing under way");
	is_number(channel_deadline(peer.channel), CHANNEL_NEVER, "there is nothing to send");
	peer_type(&peer, "c");
	peer_type(&peer, "d");
	is_number(channel_deadline(peer.channel), peer.now + 1000, "input is sent after a second all the same");
	is_text(all_after(&peer, 1000), "i2", "since nobody may tell that the agent is back");
	channel_lost(peer.channel, peer.now);
	channel_connected(peer.channel, VIEW("t"), peer.now);
	is_text(peer_all(&peer), "open a0 a0 i2", "a new connection has what was sent");
	peer_acknowledge(&peer, 2);
	ok(peer_event(&peer, CHANNEL_BACK), "an acknowledgement says that it is back");
	is_text(peer_all(&peer), "i3", "and the rest is sent");
	peer_close(&peer);
}

/* A window whose size changes meanwhile; nobody types. */
static void
test_away_size(void)
{
	struct peer peer;

	peer_open_shell(&peer);
	peer_tell(&peer, MESSAGE_PAUSE, PAYLOAD_NONE, 0, VIEW(""));
	ok(peer_event(&peer, CHANNEL_AWAY), "the agent is away, with nothing under way");
	channel_resize(peer.channel, 90, 30, peer.now);
	is_text(all_after(&peer, 0), "", "a size");
	is_number(channel_deadline(peer.channel), peer.now + 1000, "is sent after a second");
	is_text(all_after(&peer, 1000), "i0", "though nobody tells that the agent is back");
	is_text(all_after(&peer, 1000), "i0", "and each second");
	channel_resize(peer.channel, 91, 30, peer.now);
	channel_resize(peer.channel, 92, 30, peer.now);
	is_text(all_after(&peer, 1000), "i0", "others wait");
	peer_acknowledge(&peer, 0);
	is_text(peer_all(&peer), "i1", "and the last of them follows");
	peer_close(&peer);
}

/* The agent has the first message, and does not say so again; the user goes on typing, or not. */
static void
test_old_agent(bool typing)
{
	struct peer peer;
	struct channel_counters counters;
	uint64_t started;
	int64_t number = 1;

	peer_open_shell(&peer);
	peer_type(&peer, "x");
	count_now(&peer);
	started = peer.now;
	channel_count(peer.channel, &counters);
	ok(!counters.in_doubt, "what was sent once is not in doubt");
	do {
		peer.now += 500;
		if (typing)
			peer_type(&peer, "y");
		count_now(&peer);
		if (typing)
			peer_acknowledge(&peer, number++);
		channel_count(peer.channel, &counters);
	} while (counters.unacknowledged > 0 && peer.now < started + 60000);
	if (typing)
		ok(peer.now - started >= 19000 && peer.now - started <= 24000, "what an old agent does not acknowledge "
		    "again counts as delivered after 20 repeats");
	else
		ok(counters.unacknowledged == 1 && counters.in_doubt, "not when nothing tells that it had arrived, but it is in doubt");
	peer_close(&peer);
}

/* All that the window holds is at the agent, which does not say so again. */
static void
test_old_agent_full(void)
{
	struct peer peer;
	struct channel_counters counters;
	int64_t number = 64;

	peer_open_shell(&peer);
	fill(&peer, 64);
	count_now(&peer);
	while (channel_room(peer.channel) == 0 && peer.now < 60000) {
		peer.now += 500;
		count_now(&peer);
	}
	ok(peer.now < 30000, "a window that is full of repeats takes one message more");
	is_number(channel_room(peer.channel), CHANNEL_PAYLOAD_MAX, "and only one");
	for (; peer.now < 60000 && number < 68; peer.now += 500) {
		count_now(&peer);
		if (channel_room(peer.channel) == 0)
			continue;
		fill(&peer, 1);
		peer.now++;
		count_now(&peer);
		peer_acknowledge(&peer, number++);
	}
	peer.now += 1000;
	count_now(&peer);
	channel_count(peer.channel, &counters);
	is_number(number, 68, "more by and by");
	ok(counters.unacknowledged < 40, "whose acknowledgement says of others that they have arrived");
	peer_close(&peer);
}

/* The agent is back, has what is sent to it, and nobody says so. */
static void
test_away_unanswered(void)
{
	struct peer peer;

	peer_open_shell(&peer);
	peer_type(&peer, "a");
	peer_all(&peer);
	peer_tell(&peer, MESSAGE_PAUSE, PAYLOAD_NONE, 0, VIEW(""));
	peer_type(&peer, "b");
	for (int i = 0; i < 20; i++)
		is_text(all_after(&peer, 1000), "i0", "time %d the oldest is sent without an answer", i);
	is_text(all_after(&peer, 999), "", "then, a second later");
	is_text(all_after(&peer, 1), "i1", "what is new is sent");
	is_text(all_after(&peer, 1000), "i0", "by turns");
	peer_acknowledge(&peer, 1);
	ok(!channel_event(peer.channel, &peer.event), "an answer says that it is there");
	is_text(all_after(&peer, 1000), "i0", "and all is as ever");
	peer_close(&peer);
}

static void
test_receipts(void)
{
	struct peer peer;

	peer_open_shell(&peer);
	peer.now += 30000;
	peer_output(&peer, 1, "x");
	is_view(peer_read(&peer), VIEW("x"), "output");
	is_text(peer_all(&peer), "a1", "and its acknowledgement");
	peer.now += 1;
	channel_lost(peer.channel, peer.now);
	channel_connected(peer.channel, VIEW("t"), peer.now);
	is_text(peer_all(&peer), "open a1", "those of the last 30 s are sent again");
	for (int64_t i = 2; i < 10000; i++) {
		peer_output(&peer, i, "x");
		if (!view_is(peer_read(&peer), "x") || count_now(&peer) != 1)
			ok(false, "output %lld is lost", (long long)i);
	}
	channel_lost(peer.channel, peer.now);
	channel_connected(peer.channel, VIEW("t"), peer.now);
	ok(!peer_next(&peer, &(struct message){ .type = MESSAGE_UNKNOWN }), "the first message is text");
	is_number(count_now(&peer), 4096, "4096 of them at most");
	peer_close(&peer);
}

int
main(void)
{
	test_timer();
	test_slow_node();
	test_connected_again();
	test_window();
	test_which();
	test_away();
	test_away_size();
	test_old_agent(true);
	test_old_agent(false);
	test_old_agent_full();
	test_away_unanswered();
	test_receipts();
	return done_testing();
}
