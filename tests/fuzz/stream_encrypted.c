/*
 * stream/sealing: whatever a node says in a session that is to be encrypted, nothing is shown but what was sealed
 * with the session's key, in order and each once; nothing is sent that is not sealed; whatever does not fit is the
 * channel's end. A play is a list of moves: a byte that says what comes, one that says how much, and of the first moves
 * the rest of the text, as it is.
 *
 * The digest is a sum (tests/stream/sumdigest.c).
 */
#include <stdlib.h>

#include "core/base64.h"
#include "fuzz.h"
#include "json/json.h"
#include "stream/channel.h"

#define REQUEST "{\"AgentVersion\":\"3.3.0.0\",\"RequestedClientActions\":[{\"ActionType\":\"KMSEncryption\"," \
	"\"ActionParameters\":{\"KMSKeyId\":\"k\",\"Challenge\":\"Qw==\"}}]}"
#define TEXT "the quick brown fox jumps over the lazy dog"
#define TYPED "some input for the node"
#define MOVES_MAX 64

struct play {
	struct channel *channel;
	struct cipher *node;
	uint64_t now;
	int64_t sequence;		/* the node's next */
	size_t said, shown;		/* bytes of texts that were sealed as they should be, one after the other */
	size_t typed, received;
	bool wanted, keyed, refused, wrong, failed, over;
	struct bytes payload, message, sealed, text;
};

static const unsigned char key[CHANNEL_KEY_LEN] = { 1, 2, 3, 4 };
static struct digest *digest;		/* these two are the same in all plays */
static struct cipher *node;

static void
draw(void *context, unsigned char *out, size_t len)
{
	(void)context;
	memset(out, 7, len);
}

static struct view
piece(const char *of, size_t period, size_t begin, size_t len)
{
	begin %= period;
	len = len < period - begin ? len : period - begin;
	return (struct view){ of + begin, len };
}

static void
give(struct play *play, enum message_type type, uint32_t payload_type, struct view payload)
{
	struct message message = { .type = type, .payload_type = payload_type,
	    .sequence = type == MESSAGE_OUTPUT ? play->sequence++ : 0, .created = 1, .payload = payload };
	static struct ssm_error err = SSM_ERROR_INIT;

	bytes_reset(&play->message);
	HOLDS(message_encode(&play->message, &message, digest, &err) == SSM_OK);
	channel_receive(play->channel, bytes_view(&play->message), false, play->now);
}

/* Output as it should be; it is shown unless something was wrong before. */
static void
give_sealed(struct play *play, uint32_t payload_type, size_t len)
{
	struct view text = piece(TEXT, sizeof TEXT - 1, play->said, len);

	bytes_reset(&play->sealed);
	HOLDS(cipher_seal(play->node, &play->sealed, text));
	if (!play->keyed)
		play->wrong = true;
	else if (!play->wrong)
		play->said += text.len;
	give(play, MESSAGE_OUTPUT, payload_type, bytes_view(&play->sealed));
}

/* One bit of it is another, or all of it is what came. */
static void
give_changed(struct play *play, size_t bit, struct view raw)
{
	play->wrong = true;
	bytes_reset(&play->sealed);
	if (raw.len > 0)
		bytes_add(&play->sealed, raw);
	else
		HOLDS(cipher_seal(play->node, &play->sealed, VIEW("changed")));
	if (raw.len == 0)
		play->sealed.ptr[bit / 8 % play->sealed.len] ^= (char)(1 << bit % 8);
	give(play, MESSAGE_OUTPUT, PAYLOAD_OUTPUT, bytes_view(&play->sealed));
}

static void
give_challenge(struct play *play, size_t len, struct view raw)
{
	bytes_reset(&play->payload);
	bytes_reset(&play->sealed);
	HOLDS(cipher_seal(play->node, &play->sealed, piece(TEXT, sizeof TEXT - 1, 0, len)));
	bytes_add(&play->payload, VIEW("{\"Challenge\":\""));
	base64_add(&play->payload, raw.len > 0 ? raw : bytes_view(&play->sealed));
	bytes_add(&play->payload, VIEW("\"}"));
	give(play, MESSAGE_OUTPUT, PAYLOAD_CHALLENGE_REQUEST, bytes_view(&play->payload));
}

static bool
opens(struct play *play, struct view sealed)
{
	bytes_reset(&play->text);
	return cipher_open(play->node, &play->text, sealed);
}

static void
receive_challenge(struct play *play, struct view payload)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct json_doc doc = JSON_DOC_INIT;

	bytes_reset(&play->sealed);
	HOLDS(json_parse(&doc, payload, "", &err) == SSM_OK && doc.count == 1);
	HOLDS(base64_decode(&play->sealed, json_text(&doc, "Challenge")) && opens(play, bytes_view(&play->sealed)));
	json_clear(&doc);
	HOLDS(play->text.len <= sizeof TEXT - 1 && memcmp(TEXT, play->text.ptr == NULL ? "" : play->text.ptr, play->text.len) == 0);
}

static void
receive_input(struct play *play, struct view payload)
{
	HOLDS(play->keyed && opens(play, payload));
	for (size_t i = 0; i < play->text.len; i++)
		HOLDS(play->text.ptr[i] == TYPED[play->received++ % (sizeof TYPED - 1)]);
	HOLDS(play->received <= play->typed);
}

static void
acknowledge(struct play *play, const struct message *message)
{
	struct message of = *message;

	bytes_reset(&play->payload);
	message_write_acknowledgement(&play->payload, &of);
	give(play, MESSAGE_ACKNOWLEDGE, PAYLOAD_NONE, bytes_view(&play->payload));
}

static void
send(struct play *play)
{
	struct channel_outgoing out;
	struct message message;

	for (unsigned i = 0; i < 100 && channel_next(play->channel, &out, play->now); i++) {
		if (out.text)
			continue;
		HOLDS(message_decode(&message, out.message, digest) == NULL);
		if (message.type != MESSAGE_INPUT)
			continue;
		if (message.payload_type == PAYLOAD_CHALLENGE_RESPONSE)
			receive_challenge(play, message.payload);
		else if (message.payload_type == PAYLOAD_OUTPUT)
			receive_input(play, message.payload);
		else
			HOLDS(message.payload_type == PAYLOAD_HANDSHAKE_RESPONSE || message.payload_type == PAYLOAD_SIZE);
		HOLDS(message.payload_type != PAYLOAD_HANDSHAKE_RESPONSE || play->keyed || play->refused);
		acknowledge(play, &message);
	}
}

static void
read_events(struct play *play)
{
	struct channel_event event;

	while (channel_event(play->channel, &event)) {
		HOLDS(!play->failed && !play->over);
		play->failed = event.kind == CHANNEL_FAILED;
		play->over = event.kind == CHANNEL_ENDED;
		HOLDS(event.kind != CHANNEL_READY || play->keyed);
		if (event.kind == CHANNEL_KEY_WANTED) {
			HOLDS(!play->wanted && view_is(event.text, "k") && view_is(event.bytes, "Qw=="));
			play->wanted = true;
		}
		if (event.kind != CHANNEL_OUTPUT && event.kind != CHANNEL_ERROR_OUTPUT)
			continue;
		for (size_t i = 0; i < event.bytes.len; i++)
			HOLDS(event.bytes.ptr[i] == TEXT[play->shown++ % (sizeof TEXT - 1)]);
		HOLDS(play->shown <= play->said);
		channel_took(play->channel, event.bytes.len);
	}
}

static void
answer_key(struct play *play, bool refused)
{
	if (!play->wanted || play->keyed || play->refused)
		return;
	if (refused) {
		play->refused = play->wrong = true;
		channel_key_refused(play->channel, VIEW("no key"), play->now);
	} else {
		play->keyed = !play->wrong;
		channel_key(play->channel, key, VIEW("Q0s="), play->now);
	}
}

static void
type(struct play *play, size_t len)
{
	play->typed += channel_send(play->channel, piece(TYPED, sizeof TYPED - 1, play->typed, len), play->now);
}

static void
move(struct play *play, unsigned what, unsigned how, struct view rest)
{
	static const uint32_t kinds[] = { PAYLOAD_OUTPUT, PAYLOAD_STDERR, PAYLOAD_OUTPUT, PAYLOAD_OUTPUT };

	switch (what % 12) {
	case 0:
	case 1:
		give_sealed(play, kinds[how % 4], how / 4);
		break;
	case 2:
		give_changed(play, how, what & 16 ? rest : VIEW_NONE);
		break;
	case 3:
		give_challenge(play, how, what & 16 ? rest : VIEW_NONE);
		break;
	case 4:
		answer_key(play, how == 255);
		break;
	case 5:
		play->wrong |= !play->keyed;
		give(play, MESSAGE_OUTPUT, PAYLOAD_HANDSHAKE_COMPLETE, what & 16 ? rest : VIEW("{}"));
		break;
	case 6:
		give(play, MESSAGE_OUTPUT, PAYLOAD_CHALLENGE_REQUEST, rest);
		break;
	case 7:
		type(play, how);
		break;
	case 8:
		read_events(play);
		break;
	case 9:
		play->now += how * how;
		send(play);
		break;
	case 10:
		channel_lost(play->channel, play->now);
		channel_connected(play->channel, VIEW("token"), play->now);
		break;
	case 11:
		play->wrong |= how < 128 && rest.len > 0;
		give(play, MESSAGE_OUTPUT, how < 128 ? PAYLOAD_EXIT_CODE : PAYLOAD_FLAG, how < 128 && rest.len == 0 ?
		    VIEW("EXIT_CODE: 0") : rest);
		play->wrong |= how < 128;
		break;
	}
}

static void
start(struct play *play)
{
	static const struct channel_options options = { .client_id = "client", .session_id = "session",
	    .client_version = "1.2.764.0", .random = draw, .epoch = 1 };
	struct channel_options with = options;
	struct ssm_error err = SSM_ERROR_INIT;

	if (digest == NULL) {
		digest = digest_new();
		node = cipher_new(key, CIPHER_NODE);
	}
	with.digest = digest;
	*play = (struct play){ .payload = BYTES_INIT(1 << 20), .message = BYTES_INIT(1 << 20),
	    .sealed = BYTES_INIT(1 << 20), .text = BYTES_INIT(1 << 20), .node = node };
	HOLDS(node != NULL && channel_open(&play->channel, &with, &err) == SSM_OK);
	channel_connected(play->channel, VIEW("token"), 0);
	give(play, MESSAGE_OUTPUT, PAYLOAD_HANDSHAKE_REQUEST, VIEW(REQUEST));
	read_events(play);
}

/* All that was as it should be is shown in the end; whatever was not is told. */
static void
finish(struct play *play)
{
	send(play);
	read_events(play);
	HOLDS((play->failed || play->shown == play->said) && play->wanted);
	HOLDS(!play->wrong || play->failed);
	channel_free(play->channel);
	bytes_clear(&play->payload);
	bytes_clear(&play->message);
	bytes_clear(&play->sealed);
	bytes_clear(&play->text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct play play;

	start(&play);
	for (size_t i = 0; i + 1 < size && i < (size_t)2 * MOVES_MAX; i += 2)
		move(&play, data[i], data[i + 1], fuzz_view(data + i + 2, size - i - 2));
	finish(&play);
	return 0;
}
