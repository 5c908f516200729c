/* agent: its rules for sessions with a KMS key: the data key, its proof, the time for each, what is sealed. */
#include "agent_node.h"
#include "core/base64.h"
#include "sandbox/service/keyring.h"
#include "tap.h"

#define TEXT_MAX 65536
#define FAILED "over=\n----------ERROR-------\nEncountered error while initiating handshake. "

/* A node, the client's cipher, and what both know. */
struct pair {
	struct node node;
	struct digest *digest;
	struct keyring *keyring;
	struct encryption_plan plan;
	struct cipher *cipher;
};

static void
pair_open(struct pair *pair, enum agent_session session)
{
	unsigned char key[CIPHER_KEY_LEN];

	for (size_t i = 0; i < sizeof key; i++)
		key[i] = (unsigned char)i;
	*pair = (struct pair){ .digest = digest_new(), .cipher = cipher_new(key, CIPHER_CLIENT) };
	pair->keyring = keyring_new(pair->digest);
	if (pair->digest == NULL || pair->keyring == NULL || pair->cipher == NULL)
		skip_all("no AES-256-GCM");
	pair->plan = (struct encryption_plan){ pair->keyring, "alias/sandbox", "session", "i-1", ENCRYPTION_NONE };
	node_open_encrypted(&pair->node, session, &pair->plan);
	node_look(&pair->node);
	node_acknowledge(&pair->node, 0);
}

static void
pair_close(struct pair *pair)
{
	node_close(&pair->node);
	keyring_free(pair->keyring);
	cipher_free(pair->cipher);
	digest_free(pair->digest);
}

/* The data key 00 to 3f, for this session. */
static void
add_blob(struct bytes *out, struct pair *pair)
{
	struct keyring_pair context[] = { { VIEW("aws:ssm:TargetId"), VIEW("i-1") },
	    { VIEW("aws:ssm:SessionId"), VIEW("session") } };
	struct bytes blob = BYTES_INIT(TEXT_MAX);
	char key[CIPHER_KEY_LEN];

	for (size_t i = 0; i < sizeof key; i++)
		key[i] = (char)i;
	if (!keyring_seal(pair->keyring, &blob, keyring_find(VIEW("alias/sandbox")), (struct view){ key, sizeof key },
	    context, ARRAY_LEN(context)))
		skip_all("no blob");
	base64_add(out, bytes_view(&blob));
	bytes_clear(&blob);
}

static const char *
answer_with_key(struct pair *pair)
{
	struct bytes text = BYTES_INIT(TEXT_MAX);
	const char *said;

	bytes_add_text(&text, "{\"ProcessedClientActions\":[{\"ActionType\":\"KMSEncryption\",\"ActionStatus\":1,"
	    "\"ActionResult\":{\"KMSCipherTextKey\":\"");
	add_blob(&text, pair);
	bytes_add_text(&text, "\"}}]}");
	said = node_answer(&pair->node, 0, bytes_cstr(&text));
	bytes_clear(&text);
	return said;
}

/* What a sealed payload of the last message stands for, in the message when it is named. */
static void
open_last(struct pair *pair, struct bytes *out, const char *name)
{
	struct bytes sealed = BYTES_INIT(TEXT_MAX);
	struct message message;
	struct view payload;

	if (message_decode(&message, bytes_view(&pair->node.numbered), pair->node.digest) != NULL)
		return;
	payload = message.payload;
	if (name != NULL) {
		size_t head = strlen("{\"\":\"") + strlen(name);

		if (base64_decode(&sealed, view_slice(payload, head, payload.len - 2)))
			payload = bytes_view(&sealed);
	}
	if (!cipher_open(pair->cipher, out, payload))
		bytes_add_text(out, "(not sealed)");
	bytes_clear(&sealed);
}

static const char *
prove(struct pair *pair, int64_t sequence, struct view challenge)
{
	struct bytes sealed = BYTES_INIT(TEXT_MAX), text = BYTES_INIT(TEXT_MAX);

	bytes_add_text(&text, "{\"Challenge\":\"");
	if (cipher_seal(pair->cipher, &sealed, challenge))
		base64_add(&text, bytes_view(&sealed));
	bytes_add_text(&text, "\"}");
	node_give(&pair->node, MESSAGE_INPUT, sequence, PAYLOAD_CHALLENGE_RESPONSE, bytes_view(&text));
	bytes_clear(&sealed);
	bytes_clear(&text);
	return node_look(&pair->node);
}

static const char *
input(struct pair *pair, int64_t sequence, const char *plain)
{
	struct bytes sealed = BYTES_INIT(TEXT_MAX);

	if (cipher_seal(pair->cipher, &sealed, view_of(plain)))
		node_give(&pair->node, MESSAGE_INPUT, sequence, PAYLOAD_OUTPUT, bytes_view(&sealed));
	bytes_clear(&sealed);
	return node_look(&pair->node);
}

/* Up to the program's start. */
static void
begin(struct pair *pair)
{
	struct bytes challenge = BYTES_INIT(TEXT_MAX);

	answer_with_key(pair);
	open_last(pair, &challenge, "Challenge");
	node_acknowledge(&pair->node, 1);
	prove(pair, 1, bytes_view(&challenge));
	node_acknowledge(&pair->node, 2);
	bytes_clear(&challenge);
}

static void
test_handshake(void)
{
	struct bytes challenge = BYTES_INIT(TEXT_MAX);
	struct pair pair;

	pair_open(&pair, AGENT_SHELL);
	is_text(input(&pair, 0, "early"), "", "what is sealed cannot be opened before there is a key");
	is_text(answer_with_key(&pair), "R1={\"Challenge\":\"AAECAwQFBgcICQoLSw/YFNX00A ack 0 ",
	    "a shell with a key: a challenge");
	open_last(&pair, &challenge, "Challenge");
	is_number(challenge.len, ENCRYPTION_CHALLENGE_LEN, "it opens with the data key");
	is_text(input(&pair, 1, "early"), "ack 1 ", "input in front of the proof is opened, and thrown away");
	node_acknowledge(&pair.node, 1);
	is_text(prove(&pair, 2, bytes_view(&challenge)), "C2={\"HandshakeTimeToComplete\":0,\"CustomerMe ack 2 start ",
	    "the proof ends the handshake");
	bytes_clear(&challenge);
	pair_close(&pair);
}

static void
test_sealed(void)
{
	struct bytes plain = BYTES_INIT(TEXT_MAX);
	struct pair pair;

	pair_open(&pair, AGENT_COMMAND_SEPARATE);
	begin(&pair);
	is_text(input(&pair, 2, "typed"), "ack 2 input=typed ", "input is opened");
	is_text(node_input(&pair.node, 3, "plain"), "", "plain input is passed over");
	is_text(input(&pair, 3, "again"), "ack 3 input=again ", "another message with its number is not");
	node_output(&pair.node, "out");
	node_look(&pair.node);
	open_last(&pair, &plain, NULL);
	is_text(bytes_cstr(&plain), "out", "output is sealed");
	bytes_reset(&plain);
	agent_output(pair.node.agent, VIEW("err"), true, 0);
	node_look(&pair.node);
	open_last(&pair, &plain, NULL);
	is_text(bytes_cstr(&plain), "err", "standard error is");
	bytes_reset(&plain);
	agent_program_ended(pair.node.agent, 7, 0);
	node_look(&pair.node);
	open_last(&pair, &plain, NULL);
	is_text(bytes_cstr(&plain), "EXIT_CODE: 7", "and so is the exit code");
	bytes_clear(&plain);
	pair_close(&pair);
}

static void
test_times(void)
{
	struct pair pair;

	pair_open(&pair, AGENT_SHELL);
	is_text(node_run(&pair.node, 15000), FAILED "Handshake timed out. Please ensure that you have the latest version "
	    "of the session manager plugin. ", "15 seconds for the answer");
	pair_close(&pair);
	pair_open(&pair, AGENT_SHELL);
	node_run(&pair.node, 14000);
	answer_with_key(&pair);
	node_acknowledge(&pair.node, 1);
	is_text(node_run(&pair.node, 28999), "", "and as many again");
	is_text(node_run(&pair.node, 29000), FAILED "Timed out waiting for encryption challenge. ", "for the proof");
	pair_close(&pair);
	pair_open(&pair, AGENT_SHELL);
	is_text(node_answer(&pair.node, 0, "{}"), "ack 0 ", "who says nothing of a key gets no challenge");
	is_text(node_run(&pair.node, 15000), FAILED "Timed out waiting for encryption challenge. ", "and the same end");
	pair_close(&pair);
}

static void
test_wrong_proof(void)
{
	struct bytes challenge = BYTES_INIT(TEXT_MAX);
	struct pair pair;

	pair_open(&pair, AGENT_SHELL);
	answer_with_key(&pair);
	open_last(&pair, &challenge, "Challenge");
	node_acknowledge(&pair.node, 1);
	is_text(prove(&pair, 1, VIEW("another")), "", "a proof that is wrong is not acknowledged");
	node_give(&pair.node, MESSAGE_INPUT, 1, PAYLOAD_CHALLENGE_RESPONSE, VIEW("{"));
	is_text(node_look(&pair.node), "", "nor what is none");
	is_text(prove(&pair, 1, bytes_view(&challenge)), "ack 1 " FAILED "Encryption challenge does not match! ",
	    "the right one behind it ends the session");
	bytes_clear(&challenge);
	pair_close(&pair);
}

int
main(void)
{
	test_handshake();
	test_sealed();
	test_times();
	test_wrong_proof();
	return done_testing();
}
