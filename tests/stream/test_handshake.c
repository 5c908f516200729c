/* handshake: what a node may ask for, and the answers. */
#include "stream/handshake.h"
#include "peer.h"
#include "tap.h"

static void
is_answered(const char *request, const char *response, const char *refusal, const char *title)
{
	struct handshake handshake;
	struct bytes out = BYTES_INIT(16384);

	handshake_init(&handshake);
	ok(handshake_read_request(&handshake, view_of(request)), "%s is read", title);
	handshake_write_response(&out, &handshake, VIEW("1.2.764.0"));
	is_view(bytes_view(&out), view_of(response), "%s: the response", title);
	is_view(bytes_view(&handshake.refusal), view_of(refusal), "%s: what the user is told", title);
	bytes_clear(&out);
	handshake_clear(&handshake);
}

#define REQUEST(actions) "{\"AgentVersion\":\"3.3.987.0\",\"RequestedClientActions\":[" actions "]}"
#define ASKED(type) "{\"ActionType\":\"SessionType\",\"ActionParameters\":{\"SessionType\":\"" type "\"}}"
#define ASKED_PORT(properties) "{\"ActionType\":\"SessionType\",\"ActionParameters\":{\"SessionType\":\"Port\"," \
	"\"Properties\":" properties "}}"
#define FORWARDED "{\"portNumber\":\"80\",\"type\":\"LocalPortForwarding\"}"
#define RESPONSE(actions, errors) \
	"{\"ClientVersion\":\"1.2.764.0\",\"ProcessedClientActions\":[" actions "],\"Errors\":" errors "}"
#define DONE(type) "{\"ActionType\":\"" type "\",\"ActionStatus\":1,\"ActionResult\":null,\"Error\":\"\"}"
#define NOT_DONE(type, error) \
	"{\"ActionType\":\"" type "\",\"ActionStatus\":3,\"ActionResult\":null,\"Error\":\"" error "\"}"

#define NO_KEY_ID "this client is not told of one key that it could do it with"
#define NO_PORT_KEY "this client does not encrypt what a port carries"
#define OTHER_REFUSED "another thing that is asked for cannot be done"
#define NO_TYPE "this client does not know the type of the session"
#define NO_ACTION "this client does not know what is asked for"

static void
test_answers(void)
{
	is_answered(REQUEST(ASKED("Standard_Stream")), RESPONSE(DONE("SessionType"), "null"), NULL, "a shell");
	is_answered(REQUEST(ASKED("NonInteractiveCommands")), RESPONSE(DONE("SessionType"), "null"), NULL, "a command");
	is_answered(REQUEST(), RESPONSE("", "null"), NULL, "no action");
	is_answered("{\"AgentVersion\":\"1\"}", RESPONSE("", "null"), NULL, "nothing that is asked");
	is_answered(REQUEST(ASKED_PORT("{\"portNumber\":\"22\"}")), RESPONSE(DONE("SessionType"), "null"), NULL, "a port");
	is_answered(REQUEST(ASKED("Port")), RESPONSE(DONE("SessionType"), "null"), NULL, "a port without properties");
	is_answered(REQUEST(ASKED_PORT(FORWARDED)), RESPONSE(DONE("SessionType"), "null"), NULL, "a port that is forwarded");
	is_answered(REQUEST(ASKED("Dance")), RESPONSE(NOT_DONE("SessionType", NO_TYPE), "[\"" NO_TYPE "\"]"),
	    "the node asks for SessionType, but " NO_TYPE, "an unknown session");
	is_answered(REQUEST("{\"ActionType\":\"A\\u001bB\\\"\"},{\"ActionType\":\"C\"}"),
	    RESPONSE(NOT_DONE("A\\u001bB\\\"", NO_ACTION) "," NOT_DONE("C", NO_ACTION),
	    "[\"" NO_ACTION "\",\"" NO_ACTION "\"]"), "the node asks for A\\x1bB\", but " NO_ACTION,
	    "unknown actions");
}

#define KMS(parameters) "{\"ActionType\":\"KMSEncryption\",\"ActionParameters\":" parameters "}"
#define FAILED(type, error) \
	"{\"ActionType\":\"" type "\",\"ActionStatus\":2,\"ActionResult\":null,\"Error\":\"" error "\"}"
#define KEPT(more) "{\"ActionType\":\"KMSEncryption\",\"ActionStatus\":1,\"ActionResult\":{\"KMSCipherTextKey\":\"Q0s=\"," \
	"\"KMSCipherTextHash\":null" more "},\"Error\":\"\"}"

static void
is_encrypted(const char *request, struct view reason, const char *response, const char *refusal, const char *title)
{
	struct handshake handshake;
	struct bytes out = BYTES_INIT(16384);

	handshake_init(&handshake);
	ok(handshake_read_request(&handshake, view_of(request)) && handshake_wants_key(&handshake),
	    "%s: a key is wanted", title);
	is_view(bytes_view(&handshake.key.id), VIEW("arn:k"), "%s: it is named", title);
	if (reason.len > 0)
		handshake_refuse_key(&handshake, reason);
	else
		handshake_take_key(&handshake, VIEW("Q0s="));
	ok(!handshake_wants_key(&handshake), "%s: that is settled", title);
	handshake_write_response(&out, &handshake, VIEW("1.2.764.0"));
	is_view(bytes_view(&out), view_of(response), "%s: the response", title);
	is_view(bytes_view(&handshake.refusal), view_of(refusal), "%s: what the user is told", title);
	bytes_clear(&out);
	handshake_clear(&handshake);
}

static void
test_encryption(void)
{
	is_encrypted(REQUEST(KMS("{\"KMSKeyId\":\"arn:k\"}") "," ASKED("Standard_Stream")), VIEW(""),
	    RESPONSE(KEPT("") "," DONE("SessionType"), "null"), NULL, "encryption, in front of the type");
	is_encrypted(REQUEST(ASKED("Standard_Stream") "," KMS("{\"KMSKeyId\":\"arn:k\",\"Challenge\":\"Qw==\"}")), VIEW(""),
	    RESPONSE(DONE("SessionType") "," KEPT(",\"ChallengeAcknowledgement\":true"), "null"), NULL, "with a challenge");
	is_encrypted(REQUEST(KMS("{\"KMSKeyId\":\"arn:k\",\"Challenge\":\"\"}")), VIEW(""),
	    RESPONSE(KEPT(""), "null"), NULL, "with an empty challenge");
	is_encrypted(REQUEST(KMS("{\"KMSKeyId\":\"arn:k\",\"Challenge\":7}")), VIEW(""),
	    RESPONSE(KEPT(""), "null"), NULL, "with a challenge that is none");
	is_encrypted(REQUEST(KMS("{\"KMSKeyId\":\"arn:k\"}")), VIEW("no \"key\""),
	    RESPONSE(FAILED("KMSEncryption", "no \\\"key\\\""), "[\"no \\\"key\\\"\"]"), "no \"key\"", "a key that is refused");
}

static void
test_no_encryption(void)
{
	is_answered(REQUEST(KMS("{}")), RESPONSE(NOT_DONE("KMSEncryption", NO_KEY_ID), "[\"" NO_KEY_ID "\"]"),
	    "the node asks for KMSEncryption, but " NO_KEY_ID, "a key without a name");
	is_answered(REQUEST(KMS("{\"KMSKeyId\":\"k\"}") "," KMS("{\"KMSKeyId\":\"l\"}")),
	    RESPONSE(FAILED("KMSEncryption", OTHER_REFUSED) "," NOT_DONE("KMSEncryption", NO_KEY_ID),
	    "[\"" OTHER_REFUSED "\",\"" NO_KEY_ID "\"]"), "the node asks for KMSEncryption, but " NO_KEY_ID, "two keys");
	is_answered(REQUEST(KMS("{\"KMSKeyId\":\"k\"}") "," ASKED_PORT("{}")),
	    RESPONSE(NOT_DONE("KMSEncryption", NO_PORT_KEY) "," DONE("SessionType"), "[\"" NO_PORT_KEY "\"]"),
	    "the node asks for KMSEncryption, but " NO_PORT_KEY, "a port");
	is_answered(REQUEST(KMS("{\"KMSKeyId\":\"k\"}") "," ASKED("Dance")),
	    RESPONSE(FAILED("KMSEncryption", OTHER_REFUSED) "," NOT_DONE("SessionType", NO_TYPE),
	    "[\"" OTHER_REFUSED "\",\"" NO_TYPE "\"]"), "the node asks for SessionType, but " NO_TYPE,
	    "a session that is refused anyway");
}

static void
test_port(void)
{
	static const struct {
		const char *version;
		enum portproperties_mode mode;
		bool keepalive;
	} rows[] = {
		{ "3.3.987.0", PORTPROPERTIES_SMUX, false },
		{ "3.1.1512.0", PORTPROPERTIES_SMUX, false },
		{ "3.1.1511.0", PORTPROPERTIES_SMUX, true },
		{ "3.0.196.1", PORTPROPERTIES_SMUX, true },
		{ "3.0.196.0", PORTPROPERTIES_BASIC, true },
		{ "3.0.196", PORTPROPERTIES_BASIC, true },
		{ "2.10.0.0", PORTPROPERTIES_BASIC, true },
		{ "x", PORTPROPERTIES_BASIC, true },
	};
	struct bytes text = BYTES_INIT(4096);
	struct handshake handshake;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		bytes_reset(&text);
		bytes_print(&text, "{\"AgentVersion\":\"%s\",\"RequestedClientActions\":[" ASKED_PORT(
		    "{\"portNumber\":\"80\",\"type\":\"LocalPortForwarding\",\"localPortNumber\":\"8080\",\"host\":\"db\"}")
		    "]}", rows[i].version);
		handshake_init(&handshake);
		ok(handshake_read_request(&handshake, bytes_view(&text)), "an agent %s", rows[i].version);
		is_number(handshake.port.mode, rows[i].mode, "%s: how connections are carried", rows[i].version);
		is_number(handshake.port.keepalive, rows[i].keepalive, "%s: whether it wants to hear something", rows[i].version);
		is_view(bytes_view(&handshake.port.port), VIEW("80"), "%s: the port", rows[i].version);
		is_view(bytes_view(&handshake.port.host), VIEW("db"), "%s: the host", rows[i].version);
		is_view(bytes_view(&handshake.port.local_port), VIEW("8080"), "%s: the local one", rows[i].version);
		handshake_clear(&handshake);
	}
	handshake_init(&handshake);
	ok(handshake_read_request(&handshake, VIEW(REQUEST(ASKED_PORT("{\"portNumber\":\"22\"}")))), "no type");
	is_number(handshake.port.mode, PORTPROPERTIES_STREAMS, "is standard input and output");
	handshake_clear(&handshake);
	handshake_init(&handshake);
	ok(handshake_read_request(&handshake, VIEW(REQUEST(ASKED_PORT("{\"type\":\"LocalPortForwarding\","
	    "\"localConnectionType\":\"unix\",\"localUnixSocket\":\"/tmp/s\"}")))), "a socket of UNIX");
	is_view(bytes_view(&handshake.port.local_socket), VIEW("/tmp/s"), "is a path");
	ok(handshake.port.has_socket, "in place of a port");
	handshake_clear(&handshake);
	bytes_clear(&text);
}

static void
test_refused(void)
{
	static const char *const texts[] = { "", "x", "[]", "{\"RequestedClientActions\":1}", REQUEST("1"), REQUEST("{}"),
	    REQUEST("{\"ActionType\":1}"), REQUEST("{\"ActionType\":\"\"}"), "{\"AgentVersion\":\"1\"" };
	struct handshake handshake;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		handshake_init(&handshake);
		ok(!handshake_read_request(&handshake, view_of(texts[i])), "'%s' is no request", texts[i]);
		handshake_clear(&handshake);
	}
}

static void
request(struct peer *peer, const char *text)
{
	peer_tell(peer, MESSAGE_OUTPUT, PAYLOAD_HANDSHAKE_REQUEST, 0, view_of(text));
}

/* A command's handshake in a channel: nothing but the answer before its end. */
static void
test_in_channel(void)
{
	struct peer peer;
	struct message message;

	peer_open(&peer);
	channel_resize(peer.channel, 80, 24, peer.now);
	request(&peer, REQUEST(ASKED("NonInteractiveCommands")));
	ok(!channel_is_ready(peer.channel), "a request does not make a channel ready");
	is_view(channel_agent_version(peer.channel), VIEW("3.3.987.0"), "but tells the agent's version");
	ok(peer_next(&peer, &message) && message.type == MESSAGE_ACKNOWLEDGE, "it is acknowledged");
	ok(peer_next(&peer, &message) && message.payload_type == PAYLOAD_HANDSHAKE_RESPONSE && message.sequence == 0,
	    "and answered");
	is_view(message.payload, VIEW(RESPONSE(DONE("SessionType"), "null")), "as it should be");
	request(&peer, REQUEST(ASKED("NonInteractiveCommands")));
	is_text(peer_all(&peer), "a0", "one that comes again is acknowledged, and not answered again");
	is_number(channel_send(peer.channel, VIEW("x"), peer.now), 0, "input is not taken yet");
	peer_tell(&peer, MESSAGE_OUTPUT, PAYLOAD_HANDSHAKE_COMPLETE, 1,
	    VIEW("{\"HandshakeTimeToComplete\":1000,\"CustomerMessage\":\"Hello.\"}"));
	ok(peer_event(&peer, CHANNEL_READY) && peer.event.session == CHANNEL_COMMAND, "the handshake is complete");
	ok(peer_event(&peer, CHANNEL_TEXT), "and has a text");
	is_view(peer.event.text, VIEW("Hello."), "for the user");
	ok(!channel_event(peer.channel, &peer.event), "once");
	is_text(peer_all(&peer), "a1 i1", "now the size is sent");
	peer_close(&peer);
}

static void
test_port_in_channel(void)
{
	struct peer peer;

	peer_open(&peer);
	channel_resize(peer.channel, 80, 24, peer.now);
	request(&peer, REQUEST(ASKED_PORT("{\"portNumber\":\"22\"}")));
	peer_tell(&peer, MESSAGE_OUTPUT, PAYLOAD_HANDSHAKE_COMPLETE, 1, VIEW("{}"));
	ok(peer_event(&peer, CHANNEL_READY) && peer.event.session == CHANNEL_PORT, "a port is ready");
	is_text(peer_all(&peer), "a0 a1 i0", "no size is sent to it");
	channel_resize(peer.channel, 100, 24, peer.now);
	is_text(peer_all(&peer), "", "nor another one");
	peer_tell(&peer, MESSAGE_OUTPUT, PAYLOAD_STDERR, 2, VIEW("\033]0;title\a"));
	ok(!channel_event(peer.channel, &peer.event), "error output, which a port has none of, is shown to nobody");
	is_text(peer_all(&peer), "a2", "though it has come");
	peer_close(&peer);
}

static void
test_refusal_in_channel(void)
{
	struct peer peer;

	peer_open(&peer);
	request(&peer, REQUEST(ASKED("Dance")));
	ok(!channel_event(peer.channel, &peer.event), "nothing is told before the node knows");
	is_text(peer_all(&peer), "a0 i0", "the refusal is sent");
	ok(peer_event(&peer, CHANNEL_FAILED) && peer.event.rc == SSM_E_OTHER, "the channel has failed");
	is_view(peer.event.text, VIEW("the node asks for SessionType, but " NO_TYPE), "and says why");
	ok(!channel_event(peer.channel, &peer.event) && !channel_is_ready(peer.channel), "that is the last event");
	peer_close(&peer);
	peer_open(&peer);
	request(&peer, "{");
	is_text(peer_all(&peer), "a0", "a request that cannot be read is acknowledged, and not answered");
	ok(peer_event(&peer, CHANNEL_FAILED), "the channel has failed");
	is_view(peer.event.text, VIEW("the node's handshake cannot be read"), "and says why");
	peer_close(&peer);
}

int
main(void)
{
	test_answers();
	test_encryption();
	test_no_encryption();
	test_port();
	test_refused();
	test_in_channel();
	test_port_in_channel();
	test_refusal_in_channel();
	return done_testing();
}
