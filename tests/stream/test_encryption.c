/* encryption: a session with a KMS key in a channel; the test is the node, with its half of the key. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base64.h"
#include "json/json.h"
#include "peer.h"
#include "tap.h"

#define KEY_ID "arn:aws:kms:us-east-1:123456789012:key/k"
#define REQUEST "{\"AgentVersion\":\"3.3.987.0\",\"RequestedClientActions\":[" \
	"{\"ActionType\":\"SessionType\",\"ActionParameters\":{\"SessionType\":\"%s\"}}," \
	"{\"ActionType\":\"KMSEncryption\",\"ActionParameters\":{\"KMSKeyId\":\"" KEY_ID "\"%s}}]}"
#define RANDOM_CHALLENGE ",\"Challenge\":\"cmFuZG9tLWNoYWxsZW5nZQ==\""
#define CIPHERTEXT "Q2lwaGVydGV4dEJsb2I="
#define SECRET "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static unsigned char key[CHANNEL_KEY_LEN];
static struct cipher *node;		/* the node's side */

static void
request(struct peer *peer, const char *type, const char *challenge)
{
	struct bytes text = BYTES_INIT(4096);

	bytes_print(&text, REQUEST, type, challenge);
	peer_tell(peer, MESSAGE_OUTPUT, PAYLOAD_HANDSHAKE_REQUEST, 0, bytes_view(&text));
	bytes_clear(&text);
}

/* A message of the node with a sealed payload, of which one byte may be another. */
static void
tell_sealed(struct peer *peer, uint32_t payload_type, int64_t sequence, struct view text, int changed)
{
	struct bytes sealed = BYTES_INIT(4096);

	if (!cipher_seal(node, &sealed, text))
		abort();
	if (changed >= 0)
		sealed.ptr[changed] ^= 1;
	peer_tell(peer, MESSAGE_OUTPUT, payload_type, sequence, bytes_view(&sealed));
	bytes_clear(&sealed);
}

/* What the client has sealed. */
static bool
opens(struct view sealed, const char *text)
{
	struct bytes got = BYTES_INIT(4096);
	bool same = cipher_open(node, &got, sealed) && view_is(bytes_view(&got), text);

	bytes_clear(&got);
	return same;
}

/* `{"Challenge":"..."}` with this text, sealed. */
static void
challenge(struct peer *peer, int64_t sequence, struct cipher *with, const char *text)
{
	struct bytes sealed = BYTES_INIT(4096), payload = BYTES_INIT(8192);

	if (!cipher_seal(with, &sealed, view_of(text)))
		abort();
	bytes_add(&payload, VIEW("{\"Challenge\":\""));
	base64_add(&payload, bytes_view(&sealed));
	bytes_add(&payload, VIEW("\"}"));
	peer_tell(peer, MESSAGE_OUTPUT, PAYLOAD_CHALLENGE_REQUEST, sequence, bytes_view(&payload));
	bytes_clear(&sealed);
	bytes_clear(&payload);
}

static bool
answers_challenge(const struct message *message, const char *text)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct json_doc doc = JSON_DOC_INIT;
	struct bytes sealed = BYTES_INIT(4096);
	bool right = message->payload_type == PAYLOAD_CHALLENGE_RESPONSE &&
	    json_parse(&doc, message->payload, "", &err) == SSM_OK && doc.count == 1 &&
	    base64_decode(&sealed, json_text(&doc, "Challenge")) && opens(bytes_view(&sealed), text);

	json_clear(&doc);
	bytes_clear(&sealed);
	ssm_error_clear(&err);
	return right;
}

/* The next message that is no acknowledgement. */
static bool
next_input(struct peer *peer, struct message *message)
{
	while (peer_next(peer, message))
		if (message->type == MESSAGE_INPUT)
			return true;
	return false;
}

/* As far as the key. */
static void
open_with_key(struct peer *peer, const char *type)
{
	struct message message;

	peer_open(peer);
	request(peer, type, "");
	if (!peer_event(peer, CHANNEL_KEY_WANTED))
		abort();
	channel_key(peer->channel, key, VIEW(CIPHERTEXT), peer->now);
	if (!next_input(peer, &message) || message.payload_type != PAYLOAD_HANDSHAKE_RESPONSE)
		abort();
	peer_acknowledge(peer, 0);
}

/* And to the handshake's end; the node's next number is 3, the client's 2. */
static void
open_encrypted(struct peer *peer, const char *type)
{
	struct message message;

	open_with_key(peer, type);
	challenge(peer, 1, node, SECRET);
	if (!next_input(peer, &message) || !answers_challenge(&message, SECRET))
		abort();
	peer_acknowledge(peer, 1);
	peer_tell(peer, MESSAGE_OUTPUT, PAYLOAD_HANDSHAKE_COMPLETE, 2, VIEW("{\"CustomerMessage\":\"\"}"));
	if (!peer_event(peer, CHANNEL_READY))
		abort();
	peer_all(peer);
}

static void
fails(struct peer *peer, const char *why, const char *title)
{
	peer_all(peer);
	ok(peer_event(peer, CHANNEL_FAILED) && peer->event.rc == SSM_E_OTHER && !peer->event.keep, "%s: it fails", title);
	is_view(peer->event.text, view_of(why), "%s: and says why", title);
	peer_close(peer);
}

#define NOT_GENUINE "what the node sent cannot be decrypted: it was changed on its way, or has another key"
#define WRONG_CHALLENGE "the node's encryption challenge cannot be decrypted: its key is another, or it has none"

static void
test_handshake(void)
{
	struct peer peer;
	struct message message;

	peer_open(&peer);
	channel_resize(peer.channel, 80, 24, peer.now);
	request(&peer, "Standard_Stream", RANDOM_CHALLENGE);
	is_number(channel_deadline(peer.channel), 0, "somebody is to look at once");
	ok(peer_event(&peer, CHANNEL_KEY_WANTED), "a key is asked for");
	is_view(peer.event.text, VIEW(KEY_ID), "by its id");
	is_view(peer.event.bytes, VIEW("cmFuZG9tLWNoYWxsZW5nZQ=="), "with the node's challenge, as it is");
	ok(!channel_event(peer.channel, &peer.event), "once");
	is_text(peer_all(&peer), "a0", "the handshake waits for it");
	channel_lost(peer.channel, peer.now);
	channel_key(peer.channel, key, VIEW(CIPHERTEXT), peer.now);
	channel_connected(peer.channel, VIEW(PEER_TOKEN), peer.now);
	ok(!peer_next(&peer, &message), "the token goes first");
	ok(next_input(&peer, &message) && message.payload_type == PAYLOAD_HANDSHAKE_RESPONSE && message.sequence == 0,
	    "the handshake is answered, over the next connection");
	is_view(message.payload, VIEW("{\"ClientVersion\":\"1.2.764.0\",\"ProcessedClientActions\":["
	    "{\"ActionType\":\"SessionType\",\"ActionStatus\":1,\"ActionResult\":null,\"Error\":\"\"},"
	    "{\"ActionType\":\"KMSEncryption\",\"ActionStatus\":1,\"ActionResult\":{\"KMSCipherTextKey\":\"" CIPHERTEXT "\","
	    "\"KMSCipherTextHash\":null,\"ChallengeAcknowledgement\":true},\"Error\":\"\"}],\"Errors\":null}"),
	    "with the key's ciphertext");
	peer_acknowledge(&peer, 0);
	channel_key(peer.channel, key, VIEW(CIPHERTEXT), peer.now);
	channel_key_refused(peer.channel, VIEW("no"), peer.now);
	is_text(peer_all(&peer), "", "another answer is none");
	challenge(&peer, 1, node, SECRET);
	ok(next_input(&peer, &message) && answers_challenge(&message, SECRET), "the node's challenge is answered");
	peer_acknowledge(&peer, 1);
	challenge(&peer, 2, node, SECRET);
	is_text(peer_all(&peer), "a2", "another one is not");
	is_number(channel_send(peer.channel, VIEW("x"), peer.now), 0, "input is not taken yet");
	peer_tell(&peer, MESSAGE_OUTPUT, PAYLOAD_HANDSHAKE_COMPLETE, 3, VIEW("{\"CustomerMessage\":\"Encrypted.\"}"));
	ok(peer_event(&peer, CHANNEL_READY) && peer_event(&peer, CHANNEL_TEXT), "the handshake is complete");
	is_text(peer_all(&peer), "a3 i2", "and the size is sent");
	peer_close(&peer);
}

/* Both ways, and what is not encrypted. */
static void
test_session(void)
{
	struct peer peer;
	struct message message;
	struct bytes first = BYTES_INIT(4096);
	struct channel_counters counters;

	open_encrypted(&peer, "Standard_Stream");
	tell_sealed(&peer, PAYLOAD_OUTPUT, 4, VIEW("world\n"), -1);
	tell_sealed(&peer, PAYLOAD_OUTPUT, 3, VIEW("hello, "), -1);
	is_view(peer_read(&peer), VIEW("hello, world\n"), "output is decrypted in its turn");
	tell_sealed(&peer, PAYLOAD_OUTPUT, 5, VIEW(""), -1);
	ok(!channel_event(peer.channel, &peer.event), "an empty text is none");
	peer_all(&peer);
	peer_type(&peer, "whoami\r");
	ok(next_input(&peer, &message) && message.payload_type == PAYLOAD_OUTPUT && message.payload.len == 7 + CIPHER_OVERHEAD &&
	    opens(message.payload, "whoami\r"), "input is encrypted");
	bytes_set(&first, message.payload);
	peer.now += 5000;
	ok(next_input(&peer, &message) && view_equal(message.payload, bytes_view(&first)), "a repeat is the same to the byte");
	channel_lost(peer.channel, peer.now);
	channel_connected(peer.channel, VIEW(PEER_TOKEN), peer.now);
	next_input(&peer, &message);
	ok(next_input(&peer, &message) && view_equal(message.payload, bytes_view(&first)), "over another connection, too");
	peer_acknowledge(&peer, 2);
	channel_resize(peer.channel, 81, 24, peer.now);
	ok(next_input(&peer, &message) && message.payload_type == PAYLOAD_SIZE, "there is a size");
	is_view(message.payload, VIEW("{\"cols\":81,\"rows\":24}"), "which is not encrypted");
	channel_count(peer.channel, &counters);
	is_number(counters.bytes_in >= 13 && counters.refused == 0, 1, "nothing was refused");
	bytes_clear(&first);
	peer_close(&peer);
}

static void
test_command(void)
{
	struct peer peer;

	open_encrypted(&peer, "NonInteractiveCommands");
	tell_sealed(&peer, PAYLOAD_STDERR, 3, VIEW("oh"), -1);
	ok(peer_event(&peer, CHANNEL_ERROR_OUTPUT) && view_is(peer.event.bytes, "oh"), "error output is decrypted");
	channel_took(peer.channel, 2);
	tell_sealed(&peer, PAYLOAD_EXIT_CODE, 4, VIEW("EXIT_CODE: 7"), -1);
	ok(peer_event(&peer, CHANNEL_EXIT) && peer.event.exit_code == 7, "so is the exit code");
	peer_tell(&peer, MESSAGE_CLOSED, PAYLOAD_NONE, 0, VIEW("{\"Output\":\"\"}"));
	ok(peer_event(&peer, CHANNEL_ENDED) && peer.event.text.len == 0, "the session's end is not encrypted");
	peer_close(&peer);
	open_encrypted(&peer, "NonInteractiveCommands");
	peer_tell(&peer, MESSAGE_OUTPUT, PAYLOAD_EXIT_CODE, 3, VIEW("EXIT_CODE: 0"));
	fails(&peer, NOT_GENUINE, "an exit code that is not encrypted");
}

/* Each byte of a message that is not as it was; and nothing that comes behind it is shown. */
static void
test_changed(void)
{
	static const int places[] = { 0, CIPHER_NONCE_LEN - 1, CIPHER_NONCE_LEN, CIPHER_NONCE_LEN + 4, CIPHER_NONCE_LEN + 5,
	    CIPHER_OVERHEAD + 4 };
	struct peer peer;

	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		open_encrypted(&peer, "Standard_Stream");
		tell_sealed(&peer, PAYLOAD_OUTPUT, 3, VIEW("first"), -1);
		tell_sealed(&peer, PAYLOAD_OUTPUT, 5, VIEW("third"), -1);
		tell_sealed(&peer, PAYLOAD_OUTPUT, 4, VIEW("later"), places[i]);
		is_view(peer_read(&peer), VIEW("first"), "byte %d is another: only what came before is shown", places[i]);
		fails(&peer, NOT_GENUINE, "a changed message");
	}
	open_encrypted(&peer, "Standard_Stream");
	peer_output(&peer, 3, "not encrypted");
	ok(peer_read(&peer).len == 0, "text that is not encrypted is not shown");
	fails(&peer, NOT_GENUINE, "text that is not encrypted");
	open_encrypted(&peer, "Standard_Stream");
	peer_output(&peer, 3, "short");
	fails(&peer, NOT_GENUINE, "text that is shorter than a nonce");
}

static void
test_wrong_challenge(void)
{
	static const char *const texts[] = { "", "{}", "{\"Challenge\":\"\"}", "{\"Challenge\":\"!\"}", "{\"Challenge\":\"QUJD\"}", "x" };
	static unsigned char other[CHANNEL_KEY_LEN] = { 1 };
	struct cipher *stranger = cipher_new(other, CIPHER_NODE);
	struct peer peer;
	char title[64];

	open_with_key(&peer, "Standard_Stream");
	challenge(&peer, 1, stranger, SECRET);
	fails(&peer, WRONG_CHALLENGE, "a challenge by another key");
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		open_with_key(&peer, "Standard_Stream");
		peer_tell(&peer, MESSAGE_OUTPUT, PAYLOAD_CHALLENGE_REQUEST, 1, view_of(texts[i]));
		snprintf(title, sizeof title, "the challenge '%s'", texts[i]);
		fails(&peer, WRONG_CHALLENGE, title);
	}
	cipher_free(stranger);
}

static void
test_before_key(void)
{
	struct peer peer;

	peer_open(&peer);
	request(&peer, "Standard_Stream", "");
	ok(peer_event(&peer, CHANNEL_KEY_WANTED), "a key is wanted");
	peer_output(&peer, 1, "$ ");
	ok(peer_read(&peer).len == 0, "output in front of the key is not shown");
	fails(&peer, "the node sent output of an encrypted session before there was a key", "output in front of the key");
	peer_open(&peer);
	request(&peer, "Standard_Stream", "");
	peer_tell(&peer, MESSAGE_OUTPUT, PAYLOAD_HANDSHAKE_COMPLETE, 1, VIEW("{}"));
	ok(peer_event(&peer, CHANNEL_KEY_WANTED), "a key is wanted");
	fails(&peer, "the node began an encrypted session without a key", "a handshake that is complete without a key");
	peer_open(&peer);
	request(&peer, "Standard_Stream", "");
	ok(peer_event(&peer, CHANNEL_KEY_WANTED), "a key is wanted");
	challenge(&peer, 1, node, SECRET);
	fails(&peer, WRONG_CHALLENGE, "a challenge in front of the key");
	peer_open_shell(&peer);
	peer_tell(&peer, MESSAGE_OUTPUT, PAYLOAD_CHALLENGE_REQUEST, 1, VIEW("{}"));
	is_text(peer_all(&peer), "a1", "a challenge in a session that is not encrypted is passed over");
	peer_close(&peer);
}

static void
test_refusal(void)
{
	struct peer peer;
	struct message message;

	peer_open(&peer);
	request(&peer, "Standard_Stream", "");
	ok(peer_event(&peer, CHANNEL_KEY_WANTED), "a key is wanted");
	channel_key_refused(peer.channel, VIEW("there is no key"), peer.now);
	ok(!channel_event(peer.channel, &peer.event), "nothing is told before the node knows");
	ok(next_input(&peer, &message), "it is told");
	is_view(message.payload, VIEW("{\"ClientVersion\":\"1.2.764.0\",\"ProcessedClientActions\":["
	    "{\"ActionType\":\"SessionType\",\"ActionStatus\":1,\"ActionResult\":null,\"Error\":\"\"},"
	    "{\"ActionType\":\"KMSEncryption\",\"ActionStatus\":2,\"ActionResult\":null,\"Error\":\"there is no key\"}],"
	    "\"Errors\":[\"there is no key\"]}"), "that this has failed, and why");
	fails(&peer, "there is no key", "a session without its key");
}

/* A new session that might be another process's: the same, once that is settled. */
static void
test_adopting(void)
{
	struct peer peer;
	struct message message;
	bool wanted;

	peer_open_adopting(&peer);
	request(&peer, "Standard_Stream", "");
	for (int i = 0; i < 100 && !(wanted = peer_event(&peer, CHANNEL_KEY_WANTED)); i++) {
		peer.now += 100;
		while (peer_next(&peer, &message))
			continue;
	}
	ok(wanted, "a session that is looked at for another process's numbers wants its key, too");
	channel_key(peer.channel, key, VIEW(CIPHERTEXT), peer.now);
	while (peer_next(&peer, &message) && message.payload_type != PAYLOAD_HANDSHAKE_RESPONSE)
		continue;
	ok(message.payload_type == PAYLOAD_HANDSHAKE_RESPONSE, "and is answered");
	peer_close(&peer);
}

int
main(void)
{
	for (int i = 0; i < CHANNEL_KEY_LEN; i++)
		key[i] = (unsigned char)(i * 7);
	if ((node = cipher_new(key, CIPHER_NODE)) == NULL)
		abort();
	test_handshake();
	test_session();
	test_command();
	test_changed();
	test_wrong_challenge();
	test_before_key();
	test_refusal();
	test_adopting();
	cipher_free(node);
	return done_testing();
}
