#include "stream/delivery.h"

#include <limits.h>
#include <string.h>

#include "core/utf8.h"
#include "stream/outgoing.h"
#include "stream/sealing.h"

#define SEALED_MIN 29			/* bytes: a nonce, a tag, and one between them */
#define CHARACTER_REST 3		/* bytes that a cut character leaves at most */

static bool
answer_handshake(struct channel *channel, uint64_t now)
{
	struct bytes *payload = &channel->payload;

	bytes_reset(payload);
	handshake_write_response(payload, &channel->handshake, bytes_view(&channel->client_version));
	if (bytes_failed(payload) || handshake_lacks_memory(&channel->handshake)) {
		channel_die(channel, CHANNEL_NO_MEMORY);
		return false;
	}
	return outgoing_add(channel, PAYLOAD_HANDSHAKE_RESPONSE, bytes_view(payload), now);
}

void
delivery_answer(struct channel *channel, uint64_t now)
{
	if (handshake_wants_key(&channel->handshake)) {
		channel->key_due = channel->news = true;
		return;
	}
	if (answer_handshake(channel, now) && channel->handshake.refusal.len > 0)
		channel->phase = CHANNEL_BROKEN;
}

/* There is one in a session, in front of everything else. */
static void
take_handshake(struct channel *channel, struct view payload, uint64_t now)
{
	if (channel->handshake.asked || channel->phase != CHANNEL_STARTING)
		return;
	if (!handshake_read_request(&channel->handshake, payload) && !handshake_lacks_memory(&channel->handshake)) {
		channel->tally.refused++;
		channel_break(channel, "the node's handshake cannot be read");
		return;
	}
	if (adoption_is_open(&channel->adoption))
		adoption_handshake(&channel->adoption);
	else
		delivery_answer(channel, now);
}

static void
add_piece(struct channel *channel, struct backlog_piece piece, struct view bytes)
{
	if (!backlog_add(&channel->backlog, piece, bytes))
		channel_die(channel, CHANNEL_NO_MEMORY);
}

void
delivery_start(struct channel *channel)
{
	channel->phase = CHANNEL_RUNNING;
	channel->ready_due = true;
}

static void
take_complete(struct channel *channel, struct view payload)
{
	struct handshake *handshake = &channel->handshake;

	if (!handshake->asked || handshake->complete || channel->phase != CHANNEL_STARTING)
		return;
	if (!handshake_read_complete(handshake, payload))
		channel->tally.refused++;
	if (!sealing_may_start(channel))
		return;
	delivery_start(channel);
	if (handshake_lacks_memory(handshake))
		channel_die(channel, CHANNEL_NO_MEMORY);
	else if (handshake->customer_message.len > 0)
		add_piece(channel, (struct backlog_piece){ .kind = BACKLOG_TEXT },
		    bytes_view(&handshake->customer_message));
}

/* Whether it may be text: UTF-8 but for a character that is cut at either end. */
static bool
is_text(struct view payload)
{
	size_t begin = 0;

	while (begin < CHARACTER_REST && begin < payload.len && ((unsigned char)payload.ptr[begin] & 0xc0) == 0x80)
		begin++;
	payload = view_slice(payload, begin, payload.len);
	return utf8_check(payload) + CHARACTER_REST >= payload.len;
}

/* Of random bytes more than half are no characters of ASCII that a terminal shows; of another character set few are. */
static bool
is_random(struct view payload)
{
	size_t foreign = 0;

	for (size_t i = 0; i < payload.len; i++) {
		unsigned char byte = (unsigned char)payload.ptr[i];

		foreign += byte >= 0x7f || (byte < ' ' && strchr("\a\b\t\n\r\033", byte) == NULL) || byte == 0;
	}
	return foreign > payload.len / 4;
}

/*
 * The key of a session that another process was in is gone with that one, and with it the handshake that spoke of a key:
 * its output alone tells. Once some of it was text there is none.
 */
static bool
is_enciphered(struct channel *channel, struct view payload)
{
	if (channel->handshake.asked || channel->plain || !channel->adoption.output_known || channel->adoption.first == 0)
		return false;
	channel->plain = payload.len > 0 && (payload.len < SEALED_MIN || is_text(payload));
	return payload.len >= SEALED_MIN && !channel->plain && is_random(payload);
}

static void
refuse_enciphered(struct channel *channel)
{
	channel_die(channel, "the session cannot be adopted: it is encrypted with a KMS key, or its output is no text");
	channel->keep = true;
}

/*
 * Output in front of any handshake says that there will be none. Input waits for its number, where another process may
 * have been in the session.
 */
static void
take_output(struct channel *channel, enum backlog_kind kind, struct view payload)
{
	if (is_enciphered(channel, payload)) {
		refuse_enciphered(channel);
		return;
	}
	if (channel->phase == CHANNEL_STARTING && !channel->handshake.asked && !adoption_is_open(&channel->adoption))
		delivery_start(channel);
	if (payload.len > 0)
		add_piece(channel, (struct backlog_piece){ .kind = kind }, payload);
	if (kind == BACKLOG_OUTPUT)
		channel->command.output = true;
	else
		channel->command.error_output = true;
}

static int
read_exit_code(struct view payload)
{
	struct view text = view_trim(payload), head = view_trim(view_take(&text, ':'));
	unsigned long long code;

	return view_is(head, "EXIT_CODE") && view_number(view_trim(text), &code) && code <= INT_MAX ? (int)code : -1;
}

static void
take_exit_code(struct channel *channel, struct view payload)
{
	channel->command.exit = true;
	add_piece(channel, (struct backlog_piece){ .kind = BACKLOG_EXIT, .exit_code = read_exit_code(payload) },
	    VIEW(""));
}

static void
take_flag(struct channel *channel, struct view payload)
{
	uint32_t flag = 0;

	if (payload.len != sizeof flag) {
		channel->tally.refused++;
		return;
	}
	for (size_t i = 0; i < sizeof flag; i++)
		flag = flag << 8 | (unsigned char)payload.ptr[i];
	add_piece(channel, (struct backlog_piece){ .kind = BACKLOG_FLAG, .flag = flag }, VIEW(""));
}

/*
 * A message in its turn. Types that are not here say nothing to this client, and nor does error output of a port, which
 * has none: it would go to the terminal of a user who has not asked for any.
 */
void
delivery_take(struct channel *channel, uint32_t payload_type, struct view payload, uint64_t now)
{
	if ((channel->phase == CHANNEL_BROKEN && channel->failure != NULL) ||
	    !sealing_open(channel, payload_type, &payload))
		return;
	channel->tally.messages_in++;
	channel->tally.bytes_in += payload.len;
	switch (payload_type) {
	case PAYLOAD_OUTPUT:
		take_output(channel, BACKLOG_OUTPUT, payload);
		break;
	case PAYLOAD_STDERR:
		if (channel->handshake.session != CHANNEL_PORT)
			take_output(channel, BACKLOG_ERROR_OUTPUT, payload);
		break;
	case PAYLOAD_HANDSHAKE_REQUEST:
		take_handshake(channel, payload, now);
		break;
	case PAYLOAD_HANDSHAKE_COMPLETE:
		take_complete(channel, payload);
		break;
	case PAYLOAD_CHALLENGE_REQUEST:
		if (sealing_challenge(channel, payload))
			outgoing_add(channel, PAYLOAD_CHALLENGE_RESPONSE, bytes_view(&channel->payload), now);
		break;
	case PAYLOAD_EXIT_CODE:
		take_exit_code(channel, payload);
		break;
	case PAYLOAD_FLAG:
		take_flag(channel, payload);
		break;
	default:
		break;
	}
}
