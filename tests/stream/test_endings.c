/* channel: how much it takes, and how sessions end. */
#include "stream/channel.h"
#include "peer.h"
#include "tap.h"

static void
tell_closed(struct peer *peer, const char *output)
{
	struct bytes payload = BYTES_INIT(65536);

	bytes_print(&payload, "{\"MessageType\":\"channel_closed\",\"Output\":\"%s\"}", output);
	peer_tell(peer, MESSAGE_CLOSED, PAYLOAD_NONE, 0, bytes_view(&payload));
	bytes_clear(&payload);
}

static void
tell_request(struct peer *peer)
{
	peer_tell(peer, MESSAGE_OUTPUT, PAYLOAD_HANDSHAKE_REQUEST, 0, VIEW("{\"AgentVersion\":\"3.3.0.0\","
	    "\"RequestedClientActions\":[{\"ActionType\":\"SessionType\",\"ActionParameters\":"
	    "{\"SessionType\":\"NonInteractiveCommands\",\"Properties\":null}}]}"));
}

static void
tell_complete(struct peer *peer)
{
	peer_tell(peer, MESSAGE_OUTPUT, PAYLOAD_HANDSHAKE_COMPLETE, 1, VIEW("{\"CustomerMessage\":\"\"}"));
}

static void
open_command(struct peer *peer)
{
	peer_open(peer);
	tell_request(peer);
	tell_complete(peer);
	peer_all(peer);
	if (!peer_event(peer, CHANNEL_READY) || peer->event.session != CHANNEL_COMMAND)
		ok(false, "a command could not be opened");
}

static void
lose(struct peer *peer)
{
	channel_lost(peer->channel, peer->now);
	channel_connected(peer->channel, VIEW("t"), peer->now);
	peer_all(peer);
}

static void
test_closed(void)
{
	struct peer peer;

	peer_open(&peer);
	peer_output(&peer, 0, "$ ");
	peer_output(&peer, 1, "exit\n");
	tell_closed(&peer, "");
	ok(peer_event(&peer, CHANNEL_READY), "a session that is over before it is looked at was ready");
	ok(peer_event(&peer, CHANNEL_OUTPUT), "its output comes first");
	is_view(peer.event.bytes, VIEW("$ exit\n"), "all of it");
	channel_took(peer.channel, 3);
	ok(peer_event(&peer, CHANNEL_OUTPUT), "what is not taken stays");
	is_view(peer.event.bytes, VIEW("xit\n"), "the next event");
	channel_took(peer.channel, 4);
	ok(peer_event(&peer, CHANNEL_ENDED) && !peer.event.incomplete, "then the end");
	is_number(peer.event.text.len, 0, "an ordinary one");
	ok(!channel_event(peer.channel, &peer.event), "after which there is no event");
	is_number(channel_send(peer.channel, VIEW("x"), peer.now), 0, "nothing is taken");
	ok(!channel_send_flag(peer.channel, CHANNEL_TERMINATE_SESSION, peer.now), "no flag either");
	peer_output(&peer, 2, "late");
	is_text(peer_all(&peer), "", "and nothing is sent");
	is_number(channel_deadline(peer.channel), CHANNEL_NEVER, "or waited for");
	peer_close(&peer);
}

static void
test_closed_with_text(void)
{
	struct peer peer;

	peer_open(&peer);
	tell_closed(&peer, "\\nno such user");
	ok(peer_event(&peer, CHANNEL_ENDED), "a session may end before it is ready");
	is_view(peer.event.text, VIEW("\nno such user"), "and says why");
	peer_close(&peer);
	peer_open(&peer);
	peer_tell(&peer, MESSAGE_CLOSED, PAYLOAD_NONE, 0, VIEW("?"));
	ok(peer_event(&peer, CHANNEL_ENDED) && peer.event.text.len > 0, "one that cannot be read is no ordinary end");
	peer_close(&peer);
}

static void
test_holes(void)
{
	struct peer peer;

	peer_open_shell(&peer);
	peer_output(&peer, 1, "a");
	peer_output(&peer, 3, "c");
	tell_closed(&peer, "");
	is_view(peer_read(&peer), VIEW("a"), "what is behind a hole is not shown");
	ok(peer.event.kind == CHANNEL_ENDED && peer.event.incomplete, "and the end says that something is missing");
	peer_close(&peer);
}

/* Data should not come behind channel_closed; a user who takes his time sees that it did. */
static void
test_late(void)
{
	struct peer peer;

	peer_open_shell(&peer);
	peer_output(&peer, 1, "a");
	tell_closed(&peer, "");
	peer_output(&peer, 2, "b");
	is_view(peer_read(&peer), VIEW("a"), "what comes behind the end is not shown");
	ok(peer.event.kind == CHANNEL_ENDED && peer.event.incomplete, "and is said to be missing");
	peer_close(&peer);
	peer_open_shell(&peer);
	peer_output(&peer, 1, "a");
	tell_closed(&peer, "");
	peer_output(&peer, 1, "a");
	is_view(peer_read(&peer), VIEW("a"), "what comes again is not shown again");
	ok(peer.event.kind == CHANNEL_ENDED && !peer.event.incomplete, "and nothing is missing");
	peer_close(&peer);
}

static void
test_command(void)
{
	struct peer peer;

	open_command(&peer);
	peer_tell(&peer, MESSAGE_OUTPUT, PAYLOAD_OUTPUT, 2, VIEW("out"));
	peer_tell(&peer, MESSAGE_OUTPUT, PAYLOAD_STDERR, 3, VIEW("err"));
	peer_tell(&peer, MESSAGE_OUTPUT, PAYLOAD_EXIT_CODE, 4, VIEW("EXIT_CODE: 7"));
	peer_tell(&peer, MESSAGE_OUTPUT, PAYLOAD_STDERR, 5, VIEW("!"));
	tell_closed(&peer, "");
	is_view(peer_read(&peer), VIEW("out"), "output");
	ok(peer.event.kind == CHANNEL_ERROR_OUTPUT && view_is(peer.event.bytes, "err"), "then error output");
	channel_took(peer.channel, 3);
	ok(peer_event(&peer, CHANNEL_EXIT) && peer.event.exit_code == 7, "then the exit code");
	ok(peer_event(&peer, CHANNEL_ERROR_OUTPUT) && view_is(peer.event.bytes, "!"), "which is not the end");
	channel_took(peer.channel, 1);
	ok(peer_event(&peer, CHANNEL_ENDED) && !peer.event.incomplete, "the end is");
	peer_close(&peer);
}

static void
test_exit_codes(void)
{
	static const struct {
		const char *text;
		int code;
	} cases[] = { { "EXIT_CODE: 0", 0 }, { "EXIT_CODE:255\n", 255 }, { "EXIT_CODE: -1", -1 }, { "7", -1 },
	    { "", -1 }, { "EXIT_CODE:", -1 }, { "EXIT_CODE: 99999999999", -1 } };
	struct peer peer;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		open_command(&peer);
		peer_tell(&peer, MESSAGE_OUTPUT, PAYLOAD_EXIT_CODE, 2, view_of(cases[i].text));
		ok(peer_event(&peer, CHANNEL_EXIT) && peer.event.exit_code == cases[i].code, "text %zu is %d", i, cases[i].code);
		peer_close(&peer);
	}
}

/* Letters say what happens to a command: output, error output, a connection lost, exit code. */
static bool
is_incomplete(const char *story)
{
	struct peer peer;
	bool incomplete = false;
	int64_t number = 2;

	open_command(&peer);
	for (const char *at = story; *at != '\0'; at++)
		if (*at == 'l')
			lose(&peer);
		else
			peer_tell(&peer, MESSAGE_OUTPUT, *at == 'o' ? PAYLOAD_OUTPUT : *at == 'e' ? PAYLOAD_STDERR :
			    PAYLOAD_EXIT_CODE, number++, *at == 'x' ? VIEW("EXIT_CODE: 0") : VIEW("text"));
	tell_closed(&peer, "");
	while (channel_event(peer.channel, &peer.event)) {
		channel_took(peer.channel, peer.event.bytes.len);
		incomplete = peer.event.kind == CHANNEL_ENDED && peer.event.incomplete;
	}
	peer_close(&peer);
	return incomplete;
}

static void
test_incomplete(void)
{
	ok(!is_incomplete("oex"), "a command with separate output that lost no connection is complete");
	ok(!is_incomplete("oexl"), "nor does one count that was lost behind the exit code");
	ok(is_incomplete("olex"), "one in front of it does");
	ok(is_incomplete("lx"), "although nothing had come");
	ok(is_incomplete("oe"), "error output without an exit code is no end");
	ok(!is_incomplete("lo"), "output that comes at the end alone is complete");
	ok(!is_incomplete("o"), "all the more without an outage");
	ok(is_incomplete("ol"), "output in front of an outage did not come at the end alone");
}

/*
 * Letters say what happens behind a connection that was lost: input and its acknowledgement, output that is made, or is
 * repeated and was made before.
 */
static bool
is_doubtful(const char *story)
{
	struct peer peer;
	bool doubtful = true;
	int64_t input = 0, output = 1;

	peer_open_shell(&peer);
	lose(&peer);
	for (const char *at = story; *at != '\0'; at++) {
		peer.now += 10;
		if (*at == 'i') {
			peer_type(&peer, "x");
			peer_all(&peer);
			peer_acknowledge(&peer, input++);
			continue;
		}
		peer.now -= *at == 'r' ? 20 : 0;
		peer_output(&peer, output++, "text");
		peer.now += *at == 'r' ? 20 : 0;
	}
	tell_closed(&peer, "");
	while (channel_event(peer.channel, &peer.event)) {
		channel_took(peer.channel, peer.event.bytes.len);
		doubtful = peer.event.kind == CHANNEL_ENDED && peer.event.doubtful;
	}
	peer_close(&peer);
	return doubtful;
}

static void
test_doubtful(void)
{
	ok(is_doubtful("i"), "a connection that brings no output leaves a doubt");
	ok(is_doubtful("ri"), "so does one that brings what was made before it");
	ok(is_doubtful("ir"), "also behind an acknowledgement");
	ok(!is_doubtful("io"), "output that was made since leaves none");
	ok(!is_doubtful("ior"), "whatever is repeated behind it");
}

/* The node starts a command when it has the answer; that it has said so may be lost. */
static void
test_lost_at_start(void)
{
	struct peer peer;
	bool incomplete = false;

	peer_open(&peer);
	tell_request(&peer);
	peer_all(&peer);
	lose(&peer);
	tell_complete(&peer);
	peer_tell(&peer, MESSAGE_OUTPUT, PAYLOAD_EXIT_CODE, 2, VIEW("EXIT_CODE: 0"));
	tell_closed(&peer, "");
	while (channel_event(peer.channel, &peer.event))
		incomplete = peer.event.kind == CHANNEL_ENDED && peer.event.incomplete;
	ok(incomplete, "a connection that is lost behind the answer to the handshake counts, too");
	peer_close(&peer);
}

static void
test_flags(void)
{
	struct peer peer;
	struct message message;

	peer_open_shell(&peer);
	peer_type(&peer, "a");
	ok(channel_send_flag(peer.channel, CHANNEL_TERMINATE_SESSION, peer.now), "a flag is taken");
	ok(peer_next(&peer, &message) && view_is(message.payload, "a"), "what was typed before goes before it");
	ok(peer_next(&peer, &message) && message.payload_type == PAYLOAD_FLAG, "then the flag");
	is_view(message.payload, VIEW("\0\0\0\2"), "as four bytes");
	peer_tell(&peer, MESSAGE_OUTPUT, PAYLOAD_FLAG, 1, VIEW("\0\0\0\3"));
	peer_tell(&peer, MESSAGE_OUTPUT, PAYLOAD_FLAG, 2, VIEW("\3"));
	ok(peer_event(&peer, CHANNEL_FLAG) && peer.event.flag == CHANNEL_CONNECT_TO_PORT_ERROR, "the node's is told");
	ok(!channel_event(peer.channel, &peer.event), "one that is none is not");
	peer_close(&peer);
}

static bool
was_taken(struct peer *peer)
{
	struct message message;
	bool taken = false;

	while (peer_next(peer, &message))
		taken = true;
	return taken;
}

/* Gives messages from `number` on until one is not acknowledged; returns its number. */
static int64_t
give_until_full(struct peer *peer, int64_t number, struct view payload)
{
	do
		peer_tell(peer, MESSAGE_OUTPUT, PAYLOAD_OUTPUT, number, payload);
	while (was_taken(peer) && ++number < 100000);
	return number;
}

static void
test_backlog(void)
{
	static char kilobyte[1024];
	struct peer peer;
	int64_t full;
	struct view output;

	peer_open_shell(&peer);
	full = give_until_full(&peer, 1, (struct view){ kilobyte, sizeof kilobyte });
	is_number(full - 1, 4096, "4 MiB wait for the user");
	peer_tell(&peer, MESSAGE_OUTPUT, PAYLOAD_OUTPUT, full, VIEW("x"));
	ok(!was_taken(&peer), "what comes then is not acknowledged");
	output = peer_read(&peer);
	is_number(output.len, 4 * 1024 * 1024, "all that was is there");
	peer_tell(&peer, MESSAGE_OUTPUT, PAYLOAD_OUTPUT, full, VIEW("x"));
	ok(was_taken(&peer), "it is taken when the user has taken the rest");
	is_view(peer_read(&peer), VIEW("x"), "and shown");
	is_number(give_until_full(&peer, full + 1, VIEW("x")) - full - 1, CHANNEL_AHEAD, "no more than CHANNEL_AHEAD");
	is_number(peer_read(&peer).len, CHANNEL_AHEAD, "however short they are");
	peer_close(&peer);
}

/* What is full of what came early still takes what is missing. */
static void
test_early(void)
{
	static char payload[65536];
	struct peer peer;
	int64_t full;

	peer_open_shell(&peer);
	full = give_until_full(&peer, 2, VIEW("x"));
	is_number(full - 2, CHANNEL_AHEAD - 1, "CHANNEL_AHEAD less one come early");
	peer_output(&peer, 1, "x");
	is_number(peer_read(&peer).len, CHANNEL_AHEAD, "the one that was missing has its place");
	peer_close(&peer);
	peer_open_shell(&peer);
	full = give_until_full(&peer, 2, (struct view){ payload, sizeof payload });
	is_number(full - 2, 48, "3 MiB come early");
	peer_output(&peer, 1, "x");
	is_number(peer_read(&peer).len, 48 * sizeof payload + 1, "and what was missing has its place");
	tell_closed(&peer, "");
	ok(peer_event(&peer, CHANNEL_ENDED) && peer.event.incomplete, "what was seen and not taken is missing at the end");
	peer_close(&peer);
}

int
main(void)
{
	test_closed();
	test_closed_with_text();
	test_holes();
	test_late();
	test_command();
	test_exit_codes();
	test_incomplete();
	test_doubtful();
	test_lost_at_start();
	test_flags();
	test_backlog();
	test_early();
	return done_testing();
}
