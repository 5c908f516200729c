/* adoption: a channel in a session that another process was in, by hand and with the agent's rules for numbers. */
#include "stream/adoption.h"
#include "peer.h"
#include "stream/state.h"
#include "tap.h"

#define ROUNDS 20000

/* Of the node, as far as numbers go. */
struct node {
	int64_t expected;
	bool old, counts_all, deaf;	/* counts_all: a handshake runs; deaf: nothing arrives */
	bool early;			/* a real message came in front of its turn, where a probe could take its place */
	int64_t last, behind;		/* the last probe's number; the one behind all, when the first real message came */
	unsigned probes, sizes;
	unsigned columns, rows;		/* of the last size */
	struct bytes typed;
};

static void
take_real(struct node *node, const struct message *message)
{
	if (message->payload_type == PAYLOAD_OUTPUT)
		bytes_add(&node->typed, message->payload);
	if (message->payload_type == PAYLOAD_SIZE) {
		message_read_size(message->payload, &node->columns, &node->rows);
		node->sizes++;
	}
}

/* What there is to answer now. */
static void
answer(struct peer *peer, struct node *node)
{
	struct channel_outgoing out;
	struct message message;

	while (channel_next(peer->channel, &out, peer->now)) {
		bool wrong = out.text || message_decode(&message, out.message, peer->digest) != NULL;
		bool probe = !wrong && message.type == MESSAGE_INPUT && view_is(message.payload, "probe");

		if (wrong || message.type != MESSAGE_INPUT || node->deaf)
			continue;
		node->probes += probe;
		if (!probe && node->behind == 0)
			node->behind = node->last + 1;
		if (probe && message.sequence != ADOPTION_FAR)
			node->last = message.sequence;
		if (message.sequence < node->expected ? node->old : message.sequence == node->expected && probe &&
		    !node->counts_all)
			continue;
		if (!probe && message.sequence > node->expected)
			node->early = true;
		if (message.sequence == node->expected) {
			node->expected++;
			if (!probe)
				take_real(node, &message);
		}
		peer_acknowledge_message(peer, &message);
	}
}

/* Time passes from one deadline to the next, and no further than that. */
static void
pass(struct peer *peer, struct node *node, uint64_t until)
{
	for (unsigned i = 0; i < ROUNDS && peer->now < until; i++) {
		uint64_t due;

		answer(peer, node);
		due = channel_deadline(peer->channel);
		if (due > peer->now)
			peer->now = due < until ? due : until;
	}
	answer(peer, node);
}

static bool
is_adopted(struct peer *peer, int64_t input, int64_t output)
{
	return peer_event(peer, CHANNEL_ADOPTED) && peer->event.input == input && peer->event.output == output &&
	    peer_event(peer, CHANNEL_READY);
}

static void
close_both(struct peer *peer, struct node *node)
{
	bytes_clear(&node->typed);
	peer_close(peer);
}

/* A silent shell: after a while its numbers are looked for. */
static void
test_input(int64_t expected)
{
	struct peer peer;
	struct node node = { .expected = expected, .typed = BYTES_INIT(1024) };

	peer_open_adopting(&peer);
	channel_resize(peer.channel, 80, 24, peer.now);
	pass(&peer, &node, peer.now + ADOPTION_QUIET - 1);
	is_number(node.probes, 0, "%lld: nothing is sent at first", (long long)expected);
	pass(&peer, &node, peer.now + 100);
	ok(is_adopted(&peer, expected, -1) || expected == 0, "%lld: the number is found", (long long)expected);
	pass(&peer, &node, peer.now + 100);
	ok(node.sizes == 1 && node.columns == 80 && node.rows == 24, "the size is told, once");
	peer_event(&peer, CHANNEL_READY);
	for (unsigned i = 0; i < 400; i++) {
		peer_type(&peer, "k");
		answer(&peer, &node);
	}
	ok(node.behind > expected + ADOPTION_AHEAD, "nothing of the other process's is left");
	ok(node.typed.len == 400 && !node.early, "what is typed comes, and in its turn");
	peer_output(&peer, 17, "b");
	peer_output(&peer, 16, "a");
	is_text(peer_all(&peer), "", "output is not acknowledged before its start is known");
	for (unsigned i = 0; i < 2; i++) {
		peer.now += 200;
		peer_output(&peer, 16, "a");
	}
	pass(&peer, &node, peer.now + ADOPTION_COLLECT + 1);
	is_view(peer_read(&peer), VIEW("ab"), "and then shown in order");
	peer_output(&peer, 18, "c");
	is_view(peer_read(&peer), VIEW("c"), "as all that follows");
	close_both(&peer, &node);
}

static void
test_output(void)
{
	struct peer peer;
	struct node node = { .expected = 3, .typed = BYTES_INIT(1024) };

	peer_open_adopting(&peer);
	peer_output(&peer, 5, "five ");
	peer_output(&peer, 6, "six ");
	pass(&peer, &node, peer.now + 100);
	ok(is_adopted(&peer, 3, 5), "output tells that there is something to adopt");
	peer_output(&peer, 5, "five ");
	pass(&peer, &node, peer.now + 100);
	peer_output(&peer, 5, "five ");
	pass(&peer, &node, peer.now + ADOPTION_COLLECT - 201);
	ok(peer_read(&peer).len == 0, "the first number is waited for");
	peer.now++;
	is_text(peer_all(&peer), "a5 a6 a5 a5", "then all is acknowledged");
	is_number(channel_deadline(peer.channel), 0, "and somebody is to look");
	is_view(peer_read(&peer), VIEW("five six "), "at the output");
	close_both(&peer, &node);
}

/* The network makes two of one, and the second is late: the oldest, which is lost once, is another. */
static void
test_copies(void)
{
	struct peer peer;
	struct node node = { .expected = 3, .typed = BYTES_INIT(1024) };

	peer_open_adopting(&peer);
	peer_output(&peer, 6, "six ");
	pass(&peer, &node, peer.now + 300);
	peer_output(&peer, 6, "six ");
	pass(&peer, &node, peer.now + ADOPTION_COLLECT);
	ok(is_adopted(&peer, 3, 6), "a session that is adopted");
	is_number(peer_read(&peer).len, 0, "what comes twice need not be the oldest");
	peer_output(&peer, 5, "five ");
	for (unsigned i = 0; i < 2; i++) {
		pass(&peer, &node, peer.now + 500);
		peer_output(&peer, 5, "five ");
	}
	pass(&peer, &node, peer.now + 1);
	is_view(peer_read(&peer), VIEW("five six "), "what comes three times is");
	close_both(&peer, &node);
}

/* The session ends while its output is collected, and has come so often. */
static void
test_end(unsigned sightings, bool incomplete)
{
	struct peer peer;
	struct node node = { .expected = 3, .typed = BYTES_INIT(1024) };

	peer_open_adopting(&peer);
	for (unsigned i = 0; i < sightings; i++) {
		peer_output(&peer, 6, "six ");
		pass(&peer, &node, peer.now + 100);
	}
	peer_tell(&peer, MESSAGE_CLOSED, PAYLOAD_NONE, 0, VIEW("{}"));
	ok(is_adopted(&peer, 3, 6), "%u times: a session that is adopted, and ends", sightings);
	is_view(peer_read(&peer), VIEW("six "), "what has come is shown");
	ok(peer.event.kind == CHANNEL_ENDED && peer.event.incomplete == incomplete,
	    "and it is said whether something may be missing");
	close_both(&peer, &node);
}

/* What the other process has acknowledged never comes: output goes on behind it. */
static void
test_hole(void)
{
	struct peer peer;
	struct node node = { .expected = 3, .typed = BYTES_INIT(1024) };

	peer_open_adopting(&peer);
	for (unsigned i = 0; i < 4; i++) {
		peer_output(&peer, 5, "five ");
		pass(&peer, &node, peer.now + 200);
	}
	ok(is_adopted(&peer, 3, 5), "a session that is adopted");
	is_view(peer_read(&peer), VIEW("five "), "and its output");
	for (unsigned i = 0; i < 4; i++) {
		peer_output(&peer, 8, "eight ");
		peer_output(&peer, i == 0 ? 9 : 8, i == 0 ? "nine " : "eight ");
		if (i < 2)
			is_text(peer_all(&peer), "", "behind a hole nothing is acknowledged");
		pass(&peer, &node, peer.now + 200);
	}
	is_view(peer_read(&peer), VIEW("eight nine "), "until it is known for one that nothing fills");
	peer_output(&peer, 11, "eleven ");
	peer_output(&peer, 10, "ten ");
	is_view(peer_read(&peer), VIEW("ten eleven "), "one that is filled is waited for");
	is_text(peer_all(&peer), "a10 a11", "and all is acknowledged");
	close_both(&peer, &node);
}

/* More than are acknowledged again on a new connection wait behind a hole: all are acknowledged in the end. */
static void
test_flood(void)
{
	enum { FLOOD = RECEIPTS_MAX + 1000 };
	struct peer peer;
	struct node node = { .expected = 3, .typed = BYTES_INIT(1024) };
	struct message message;
	unsigned acknowledged = 0;

	peer_open_adopting(&peer);
	for (unsigned i = 0; i < 3; i++) {
		peer_output(&peer, 5, "five ");
		pass(&peer, &node, peer.now + 200);
	}
	for (int64_t i = 0; i < FLOOD; i++)
		peer_output(&peer, 7 + i, ".");
	peer_output(&peer, 6, "six ");
	ok(is_adopted(&peer, 3, 5), "a session that is adopted");
	is_number(peer_read(&peer).len, strlen("five six ") + FLOOD, "all that waits behind a hole is shown when it is filled");
	while (peer_next(&peer, &message))
		acknowledged += message.type == MESSAGE_ACKNOWLEDGE;
	is_number(acknowledged, FLOOD + 1, "and acknowledged");
	channel_lost(peer.channel, peer.now);
	channel_connected(peer.channel, VIEW(PEER_TOKEN), peer.now);
	is_number(peer.channel->receipts.end - peer.channel->receipts.first, RECEIPTS_MAX, "not all of them once more");
	close_both(&peer, &node);
}

static void
test_fresh(void)
{
	struct peer peer;
	struct node node = { .typed = BYTES_INIT(1024) };

	peer_open_adopting(&peer);
	peer_output(&peer, 0, "$ ");
	ok(peer_event(&peer, CHANNEL_READY), "a new session is ready with its first output");
	is_view(peer_read(&peer), VIEW("$ "), "which is shown");
	pass(&peer, &node, peer.now + 10000);
	is_number(node.probes, 0, "and nothing is looked for");
	close_both(&peer, &node);
	node = (struct node){ .typed = BYTES_INIT(1024), .deaf = true };
	peer_open_adopting(&peer);
	pass(&peer, &node, peer.now + 60000);
	ok(!channel_event(peer.channel, &peer.event), "a node that is not there yet is waited for");
	node.deaf = false;
	peer_output(&peer, 0, "$ ");
	pass(&peer, &node, peer.now + 6000);
	ok(peer_event(&peer, CHANNEL_READY), "and when it has spoken the session is ready");
	is_view(peer_read(&peer), VIEW("$ "), "with its output");
	peer_type(&peer, "ls");
	answer(&peer, &node);
	is_view(bytes_view(&node.typed), VIEW("ls"), "and input");
	close_both(&peer, &node);
}

/* An agent counts what comes during a handshake: the answer has the number behind that. */
static void
test_slow_handshake(void)
{
	struct peer peer;
	struct node node = { .typed = BYTES_INIT(1024), .counts_all = true };
	struct message message;

	peer_open_adopting(&peer);
	node.deaf = true;
	pass(&peer, &node, peer.now + ADOPTION_QUIET);
	peer.now += 1000;
	peer_tell(&peer, MESSAGE_OUTPUT, PAYLOAD_HANDSHAKE_REQUEST, 0, VIEW("{\"AgentVersion\":\"3.3.987.0\"}"));
	for (unsigned i = 0; i < ROUNDS; i++) {
		if (!peer_next(&peer, &message))
			break;
		if (message.type == MESSAGE_INPUT && message.payload_type == PAYLOAD_HANDSHAKE_RESPONSE)
			break;
		if (message.type == MESSAGE_INPUT) {
			node.expected = message.sequence + 1;
			peer_acknowledge_message(&peer, &message);
		}
	}
	is_number(message.sequence, node.expected, "the answer to a late handshake has the number that is expected");
	close_both(&peer, &node);
}

static void
test_lost_answers(void)
{
	struct peer peer;
	struct node node = { .expected = 300, .typed = BYTES_INIT(1024) };

	peer_open_adopting(&peer);
	node.deaf = true;
	pass(&peer, &node, peer.now + ADOPTION_QUIET + 10);
	channel_lost(peer.channel, peer.now);
	peer.now += 60000;
	channel_connected(peer.channel, VIEW(PEER_TOKEN), peer.now);
	node.deaf = false;
	pass(&peer, &node, peer.now + 1000);
	ok(is_adopted(&peer, 300, -1), "what was sent on a lost connection is sent again");
	close_both(&peer, &node);
}

static void
test_failing(int64_t expected)
{
	struct peer peer;
	struct node node = { .expected = expected, .typed = BYTES_INIT(1024), .old = true };

	peer_open_adopting(&peer);
	peer_output(&peer, 7, "x");
	pass(&peer, &node, peer.now + ADOPTION_PATIENCE - 1);
	ok(!peer_event(&peer, CHANNEL_FAILED), "an old agent, %lld: it is asked for a while", (long long)expected);
	pass(&peer, &node, peer.now + 6000);
	is_number(channel_deadline(peer.channel), 0, "then somebody is to look");
	while (channel_event(peer.channel, &peer.event) && peer.event.kind == CHANNEL_OUTPUT)
		channel_took(peer.channel, peer.event.bytes.len);
	ok(peer.event.kind == CHANNEL_FAILED && peer.event.keep, "at the end, which leaves the session");
	is_view(peer.event.text, VIEW("the session cannot be adopted: the node's agent is older than 3.2.1041.0, "
	    "or the session is no shell"), "with the reason");
	close_both(&peer, &node);
}

/* "root" and a line's end, under the key of ssm-data-channel(7). */
static const char sealed[] = "defghijklmno\x3a\x74\xb1\x12\x74\xe3\x8a\x50\xdb\xd5\xec\x01\x87\x01\x84\xb8\xf1\xb6"
    "\x6f\x63\x93\xe7";

/* A machine that has slept: output goes on and the search is given up at one moment. */
static void
test_failing_late(void)
{
	struct peer peer;
	struct node node = { .expected = 1000, .typed = BYTES_INIT(1024), .old = true };

	peer_open_adopting(&peer);
	pass(&peer, &node, 9000);
	for (unsigned i = 0; i < 3; i++) {
		peer_output(&peer, 7, "7;");
		peer.now += 100;
	}
	peer.now += 20000;
	answer(&peer, &node);
	is_view(peer_read(&peer), VIEW("7;"), "given up when output goes on: it is shown");
	ok(peer.event.kind == CHANNEL_FAILED && peer.event.keep, "and then it is the end, with no input at all");
	close_both(&peer, &node);
}

/* The other process had the key: nothing is shown, or acknowledged, and the session is left. */
static void
test_encrypted(void)
{
	struct peer peer;
	struct node node = { .expected = 3, .typed = BYTES_INIT(1024) };

	peer_open_adopting(&peer);
	pass(&peer, &node, peer.now + ADOPTION_QUIET + 1000);
	ok(is_adopted(&peer, 3, -1), "a shell whose output is encrypted is adopted as any, while it is silent");
	for (unsigned i = 0; i < 3; i++) {
		peer_output(&peer, 7, sealed);
		pass(&peer, &node, peer.now + 100);
	}
	pass(&peer, &node, peer.now + ADOPTION_COLLECT);
	is_text(peer_all(&peer), "", "what it says then is not acknowledged");
	ok(peer_event(&peer, CHANNEL_FAILED) && peer.event.keep, "it is the end, which leaves the session");
	is_view(peer.event.text, VIEW("the session cannot be adopted: it is encrypted with a KMS key, or its output is no text"),
	    "with the reason");
	close_both(&peer, &node);
	peer_open_adopting(&peer);
	peer_output(&peer, 7, sealed);
	peer_tell(&peer, MESSAGE_CLOSED, PAYLOAD_NONE, 0, VIEW("{}"));
	ok(peer_event(&peer, CHANNEL_FAILED) && peer.event.keep, "nor is it shown when the session ends at once");
	peer_close(&peer);
}

/* Output of an adopted shell that begins in another way than with UTF-8. */
static void
test_foreign_text(const char *text, const char *next, const char *title)
{
	struct peer peer;
	struct node node = { .expected = 3, .typed = BYTES_INIT(1024) };

	peer_open_adopting(&peer);
	for (unsigned i = 0; i < 3; i++) {
		peer_output(&peer, 7, text);
		pass(&peer, &node, peer.now + 300);
	}
	ok(is_adopted(&peer, 3, 7), "a session that is adopted");
	is_view(peer_read(&peer), view_of(text), "%s: it is shown", title);
	peer_output(&peer, 8, next);
	is_view(peer_read(&peer), view_of(next), "%s: and what follows", title);
	close_both(&peer, &node);
}

/* What an agent takes for an answer to something else is none. */
static void
test_foreign_answers(void)
{
	struct peer peer;
	struct node node = { .expected = 3, .typed = BYTES_INIT(1024), .deaf = true };

	peer_open_adopting(&peer);
	pass(&peer, &node, peer.now + ADOPTION_QUIET);
	for (int64_t i = 0; i < ADOPTION_WINDOW; i++)
		peer_acknowledge(&peer, i);
	is_number(peer.channel->adoption.unanswered, ADOPTION_WINDOW, "acknowledgements of other messages say nothing");
	close_both(&peer, &node);
	peer_open_adopting(&peer);
	peer_output(&peer, 5, "five ");
	peer_acknowledge(&peer, 0);
	is_number(peer.channel->adoption.unanswered, ADOPTION_WINDOW, "nor do those that come in front of any probe");
	close_both(&peer, &node);
}

int
main(void)
{
	test_input(0);
	test_input(3);
	test_input(255);
	test_input(256);
	test_input(700);
	test_output();
	test_copies();
	test_end(1, true);
	test_end(2, true);
	test_end(3, false);
	test_hole();
	test_flood();
	test_fresh();
	test_slow_handshake();
	test_lost_answers();
	test_failing(3);
	test_failing(700);
	test_foreign_answers();
	test_failing_late();
	test_encrypted();
	test_foreign_text("caf\xe9 cr\xe8me, th\xe9 glac\xe9 et g\xe2teau", "x", "Latin-1");
	test_foreign_text("\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac"
	    "\xe2\x82\xac\xe2\x82", "\xac", "characters that are cut");
	test_foreign_text("$ ", sealed, "random bytes behind text");
	return done_testing();
}
