#include "stream/outgoing.h"

#include "json/text.h"
#include "stream/sealing.h"

#define OPENING_MAX 16384		/* bytes */

static void
draw_id(struct channel *channel, unsigned char id[UUID_BYTES])
{
	if (channel->ids_left == 0) {
		channel->random(channel->context, channel->ids, sizeof channel->ids);
		channel->ids_left = CHANNEL_IDS;
	}
	memcpy(id, channel->ids + --channel->ids_left * UUID_BYTES, UUID_BYTES);
	uuid_mark(id);
}

void
outgoing_open(struct channel *channel, struct view token)
{
	struct bytes *out = &channel->opening;
	unsigned char id[UUID_BYTES];
	char text[UUID_LEN + 1];

	draw_id(channel, id);
	uuid_text(text, id);
	bytes_clear(out);
	out->max = OPENING_MAX;
	jsontext_begin(out);
	jsontext_member(out, "MessageSchemaVersion", VIEW("1.0"));
	jsontext_member(out, "RequestId", (struct view){ text, UUID_LEN });
	jsontext_member(out, "TokenValue", token);
	jsontext_member(out, "ClientId", bytes_view(&channel->client_id));
	jsontext_member(out, "ClientVersion", bytes_view(&channel->client_version));
	jsontext_end(out);
	channel->opening_due = !bytes_failed(out);
	if (bytes_failed(out))
		channel_die(channel, token.len > OPENING_MAX / 2 ? "the token is too long" : CHANNEL_NO_MEMORY);
}

void
outgoing_forget_opening(struct channel *channel)
{
	if (!channel->opening_due && channel->opening.ptr != NULL)
		bytes_clear(&channel->opening);
}

/* A message that has its id, into bytes that are empty, or the channel is at its end. */
static bool
encode_as(struct channel *channel, struct bytes *out, struct message *message, uint64_t now)
{
	struct ssm_error err = SSM_ERROR_INIT;
	enum ssm_err rc;

	message->created = channel->epoch + now;
	rc = message_encode(out, message, channel->digest, &err);
	if (rc != SSM_OK)
		channel_die(channel, bytes_failed(out) ? CHANNEL_NO_MEMORY : CHANNEL_NO_DIGEST);
	ssm_error_clear(&err);
	return rc == SSM_OK;
}

static bool
encode(struct channel *channel, struct bytes *out, struct message *message, uint64_t now)
{
	draw_id(channel, message->id);
	return encode_as(channel, out, message, now);
}

bool
outgoing_add(struct channel *channel, uint32_t payload_type, struct view payload, uint64_t now)
{
	struct message message = { .type = MESSAGE_INPUT, .payload_type = payload_type,
	    .sequence = channel->window.next };
	size_t len = payload.len;
	struct bytes *place;

	if (!sealing_seal(channel, payload_type, &payload))
		return false;
	message.payload = payload;
	if ((place = window_place(&channel->window, MESSAGE_HEAD + payload.len)) == NULL) {
		channel_die(channel, CHANNEL_NO_MEMORY);
		return false;
	}
	if (!encode(channel, place, &message, now))
		return false;
	window_add(&channel->window, now);
	channel->tally.messages_out++;
	channel->tally.bytes_out += len;
	return true;
}

void
outgoing_flush(struct channel *channel, uint64_t now)
{
	if (channel->tail.len > 0 && outgoing_add(channel, PAYLOAD_OUTPUT, bytes_view(&channel->tail), now))
		bytes_reset(&channel->tail);
}

size_t
outgoing_room(const struct channel *channel)
{
	size_t room = window_room(&channel->window) * channel->tail.max;

	return channel->phase == CHANNEL_RUNNING && room > channel->tail.len ? room - channel->tail.len : 0;
}

size_t
outgoing_input(struct channel *channel, struct view bytes, uint64_t now)
{
	struct bytes *tail = &channel->tail;
	size_t room, taken = 0;

	while (taken < bytes.len && (room = outgoing_room(channel)) > 0) {
		size_t len = bytes.len - taken;

		len = len < tail->max - tail->len ? len : tail->max - tail->len;
		if (tail->len == 0)
			channel->tail_since = now;
		bytes_add(tail, view_slice(bytes, taken, taken + len));
		if (bytes_failed(tail)) {
			channel_die(channel, CHANNEL_NO_MEMORY);
			return taken;
		}
		taken += len;
		if (tail->len == tail->max)
			outgoing_flush(channel, now);
	}
	outgoing_settle(channel, now);
	return taken;
}

static bool
is_away(const struct channel *channel)
{
	return channel->window.away != WINDOW_NEVER;
}

void
outgoing_settle(struct channel *channel, uint64_t now)
{
	if (is_away(channel) && channel->window.count == 0)
		outgoing_flush(channel, now);
}

/* A port has no terminal. */
static bool
is_size_due(const struct channel *channel)
{
	return channel->size_due && channel->handshake.session != CHANNEL_PORT && window_has_reserve(&channel->window);
}

/* To an agent that is away, one message goes at least: an answer to it may be all that tells of its return. */
static bool
has_new(const struct channel *channel)
{
	const struct window *window = &channel->window;

	if (channel->phase != CHANNEL_RUNNING || window->cursor != NULL ||
	    (is_away(channel) && window->count > 0 && !window_in_doubt(window)))
		return false;
	return channel->tail.len > 0 || is_size_due(channel);
}

/* What was typed before the terminal's size changed goes before it. */
static void
make_new(struct channel *channel, uint64_t now)
{
	if (!has_new(channel))
		return;
	outgoing_flush(channel, now);
	if (!is_size_due(channel))
		return;
	bytes_reset(&channel->payload);
	message_write_size(&channel->payload, channel->columns, channel->rows);
	if (bytes_failed(&channel->payload))
		channel_die(channel, CHANNEL_NO_MEMORY);
	else if (outgoing_add(channel, PAYLOAD_SIZE, bytes_view(&channel->payload), now))
		channel->size_due = false;
}

bool
outgoing_may_ask(const struct channel *channel)
{
	return channel->phase == CHANNEL_STARTING && !channel->adoption.possible && !channel->handshake.asked;
}

/* One question at a time, but a few for an agent that does not acknowledge what it has already. */
static bool
has_question(const struct channel *channel)
{
	const struct window *window = &channel->window;

	return outgoing_may_ask(channel) &&
	    (window->count == 0 || (window_in_doubt(window) && window->count < SILENCE_QUESTIONS));
}

static void
ask(struct channel *channel, uint64_t now)
{
	if (!has_question(channel) || now < channel->silence.due)
		return;
	silence_asked(&channel->silence, now);
	outgoing_add(channel, PAYLOAD_OUTPUT, VIEW(""), now);
}

static bool
acknowledge(struct channel *channel, struct view *out, uint64_t now)
{
	const struct receipt *receipt = receipts_next(&channel->receipts);
	struct message of = { .type = MESSAGE_OUTPUT, .sequence = receipt->sequence };
	struct message message = { .type = MESSAGE_ACKNOWLEDGE, .flags = MESSAGE_SYN | MESSAGE_FIN };

	memcpy(of.id, receipt->id, sizeof of.id);
	bytes_reset(&channel->payload);
	bytes_reset(&channel->message);
	message_write_acknowledgement(&channel->payload, &of);
	if (bytes_failed(&channel->payload)) {
		channel_die(channel, CHANNEL_NO_MEMORY);
		return false;
	}
	message.payload = bytes_view(&channel->payload);
	if (!encode(channel, &channel->message, &message, now))
		return false;
	*out = bytes_view(&channel->message);
	return true;
}

/* A size that is no JSON: what an agent neither acknowledges nor counts where it is expected. */
static bool
probe(struct channel *channel, struct view *out, uint64_t now)
{
	struct message message = { .type = MESSAGE_INPUT, .payload_type = PAYLOAD_SIZE, .payload = VIEW("probe") };

	if (channel->phase != CHANNEL_STARTING || !adoption_probe(&channel->adoption, &message.sequence, now))
		return false;
	if (!channel->probes) {
		draw_id(channel, channel->probe_id);
		channel->probes = true;
	}
	memcpy(message.id, channel->probe_id, sizeof message.id);
	for (unsigned i = 0; i < 4; i++)
		message.id[UUID_BYTES - 1 - i] = (unsigned char)(message.sequence >> 8 * i);
	bytes_reset(&channel->message);
	if (!encode_as(channel, &channel->message, &message, channel->adoption.since))
		return false;
	*out = bytes_view(&channel->message);
	return true;
}

static bool
is_silent(const struct channel *channel)
{
	return !channel->connected || channel->phase == CHANNEL_OVER || channel->phase == CHANNEL_DEAD;
}

bool
outgoing_next(struct channel *channel, struct view *message, bool *text, uint64_t now)
{
	bool again;

	outgoing_forget_opening(channel);
	if (is_silent(channel))
		return false;
	*text = channel->opening_due;
	if (channel->opening_due) {
		channel->opening_due = false;
		*message = bytes_view(&channel->opening);
		return true;
	}
	if (receipts_are_due(&channel->receipts))
		return acknowledge(channel, message, now);
	if (probe(channel, message, now))
		return true;
	make_new(channel, now);
	ask(channel, now);
	*message = window_next(&channel->window, &again, now);
	if (message->ptr == NULL)
		return false;
	channel->tally.repeated += again;
	return true;
}

uint64_t
outgoing_deadline(const struct channel *channel)
{
	uint64_t due, adopt;

	if (channel->news)
		return 0;
	if (is_silent(channel))
		return WINDOW_NEVER;
	if (channel->opening_due || receipts_are_due(&channel->receipts) || has_new(channel) ||
	    window_is_ready(&channel->window))
		return 0;
	due = window_deadline(&channel->window);
	if (has_question(channel) && channel->silence.due < due)
		due = channel->silence.due;
	adopt = channel->phase == CHANNEL_STARTING || channel->adoption.collects ?
	    adoption_deadline(&channel->adoption) : WINDOW_NEVER;
	return due < adopt ? due : adopt;
}
