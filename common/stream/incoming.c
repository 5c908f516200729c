#include "stream/incoming.h"

#include "json/json.h"
#include "stream/delivery.h"
#include "stream/outgoing.h"

#define AHEAD_BYTES ((size_t)4 * 1024 * 1024)	/* of payloads that wait for the user, or for one that is missing */
#define CLOSING_MAX (64 * 1024)			/* bytes of the service's last words */

/*
 * What comes early leaves room for the message that it waits for, the longest that there is: without that, a
 * channel full of what came early would stand still for ever.
 */
static bool
has_room(const struct channel *channel, const struct message *message, enum arrivals_place place)
{
	size_t messages = channel->backlog.messages + channel->arrivals.count;
	size_t len = backlog_len(&channel->backlog) + channel->arrivals.len + message->payload.len;

	if (place == ARRIVAL_EARLY)
		return messages + 1 < channel->ahead && len <= AHEAD_BYTES - MESSAGE_MAX;
	return messages < channel->ahead && len <= AHEAD_BYTES;
}

/* Half of what there may be: a connection brings some more before it stands still. */
bool
incoming_is_crowded(const struct channel *channel)
{
	return channel->backlog.messages > channel->ahead / 2 || backlog_len(&channel->backlog) > AHEAD_BYTES / 2;
}

static void
take_kept(struct channel *channel, uint64_t now)
{
	const struct arrival *arrival;

	while (channel->phase != CHANNEL_DEAD && (arrival = arrivals_take(&channel->arrivals)) != NULL)
		delivery_take(channel, arrival->payload_type, bytes_view(&arrival->payload), now);
}

static void
take_next(struct channel *channel, const struct message *message, uint64_t now)
{
	arrivals_advance(&channel->arrivals);
	delivery_take(channel, message->payload_type, message->payload, now);
	take_kept(channel, now);
}

/* What had its turn is acknowledged. */
static void
release_held(struct channel *channel, uint64_t now)
{
	uint32_t count = channel->held.end - channel->held.due;
	const struct receipt *receipt;

	adoption_in_turn(&channel->adoption, arrivals_waiting(&channel->arrivals), now);
	while (count-- > 0 && (receipt = receipts_next(&channel->held)) != NULL) {
		struct message message = { .sequence = receipt->sequence };
		bool waits = message.sequence >= channel->arrivals.expected;

		memcpy(message.id, receipt->id, sizeof message.id);
		if (!receipts_add(waits ? &channel->held : &channel->receipts, &message, now))
			channel_die(channel, CHANNEL_NO_MEMORY);
	}
}

/* Output goes on where another process has left it, or behind what that one has acknowledged. */
static void
begin_output(struct channel *channel, uint64_t now)
{
	arrivals_begin(&channel->arrivals, channel->adoption.lowest);
	take_kept(channel, now);
	release_held(channel, now);
	channel->news = true;
}

/*
 * So does input. What the node has stored of probes has the numbers up to the last probe's. A session whose output
 * begins at 0 was nobody's.
 */
static void
begin_input(struct channel *channel, uint64_t now)
{
	struct adoption *adoption = &channel->adoption;
	int64_t first = adoption_first(adoption);
	bool fresh = first == 0 || (first < 0 && adoption->number == 0);

	channel->input_begun = true;
	window_begin(&channel->window, adoption->number, adoption_behind(adoption));
	if (channel->phase != CHANNEL_STARTING)
		return;
	if (channel->handshake.asked) {
		delivery_answer(channel, now);
		return;
	}
	delivery_start(channel);
	channel->adopted_due = !fresh;
	channel->size_due = channel->columns > 0 && channel->rows > 0;
}

static void
settle_adoption(struct channel *channel, uint64_t now)
{
	if (channel->adoption.state == ADOPTION_FOUND && !channel->input_begun)
		begin_input(channel, now);
	if (channel->adoption.state != ADOPTION_FAILED || channel->phase != CHANNEL_STARTING)
		return;
	channel_die(channel, adoption_failure(&channel->adoption));
	channel->keep = channel->news = true;
}

void
incoming_advance(struct channel *channel, uint64_t now)
{
	if (!channel->connected || channel->phase == CHANNEL_OVER || channel->phase == CHANNEL_DEAD)
		return;
	if (adoption_advance(&channel->adoption, now))
		begin_output(channel, now);
	settle_adoption(channel, now);
}

static void
set_away(struct channel *channel, bool away, uint64_t now)
{
	if (window_set_away(&channel->window, away, now) && away)
		outgoing_settle(channel, now);
}

/* What there is no room for is not acknowledged: the node keeps it, and sends it again. */
static void
take_output_message(struct channel *channel, const struct message *message, uint64_t now)
{
	enum arrivals_place place = arrivals_place(&channel->arrivals, message->sequence);
	bool waits = channel->adoption.possible && message->sequence > channel->arrivals.expected;

	set_away(channel, false, now);
	if (place != ARRIVAL_AGAIN && !has_room(channel, message, place))
		return;
	if (!receipts_add(waits ? &channel->held : &channel->receipts, message, now)) {
		channel_die(channel, CHANNEL_NO_MEMORY);
		return;
	}
	if (waits)
		adoption_early(&channel->adoption, message->sequence, now);
	if (place == ARRIVAL_AGAIN) {
		channel->tally.duplicates++;
	} else if (place == ARRIVAL_NEXT) {
		if (message->sequence == 0)
			adoption_zero(&channel->adoption);
		take_next(channel, message, now);
		release_held(channel, now);
	} else {
		channel->tally.out_of_order++;
		if (!arrivals_keep(&channel->arrivals, message->sequence, message->payload_type, message->payload))
			channel_die(channel, CHANNEL_NO_MEMORY);
	}
}

/* It is told by its id, so that nothing real is taken for acknowledged. */
static bool
is_of_probe(const struct channel *channel, struct view named)
{
	char id[UUID_LEN + 1];
	const size_t own = UUID_LEN - 8;	/* characters: the rest is the number */

	uuid_text(id, channel->probe_id);
	return named.len > own && memcmp(named.ptr, id, own) == 0;
}

static void
take_acknowledgement(struct channel *channel, struct view payload, uint64_t now)
{
	bool probed = channel->adoption.state != ADOPTION_NONE && channel->probes;
	struct view id;
	int64_t sequence = probed ? message_read_acknowledged(payload, &id) : message_read_acknowledgement(payload);

	if (sequence < 0) {
		channel->tally.refused++;
		return;
	}
	set_away(channel, false, now);
	if (probed && is_of_probe(channel, id)) {
		adoption_answered(&channel->adoption, sequence, now);
		settle_adoption(channel, now);
		return;
	}
	if (window_acknowledge(&channel->window, sequence, now) && outgoing_may_ask(channel) &&
	    silence_answered(&channel->silence, now))
		delivery_start(channel);
}

static void
take_closed(struct channel *channel, struct view payload, uint64_t now)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct json_doc doc = JSON_DOC_INIT;
	struct view text = VIEW("the service ended the session with a message that cannot be read");

	if (adoption_end(&channel->adoption))
		begin_output(channel, now);
	channel->phase = CHANNEL_OVER;
	if (json_parse(&doc, payload, "the service's last message", &err) == SSM_OK)
		text = json_text(&doc, "Output");
	channel->closing.max = CLOSING_MAX;
	bytes_set(&channel->closing, view_slice(text, 0, text.len < CLOSING_MAX ? text.len : CLOSING_MAX));
	if (bytes_failed(&channel->closing))
		channel_die(channel, CHANNEL_NO_MEMORY);
	json_clear(&doc);
	ssm_error_clear(&err);
}

static void
note_date(struct channel_dates *dates, const struct message *message)
{
	if (message->type == MESSAGE_OUTPUT && message->created > dates->output)
		dates->output = message->created;
	else if (message->type == MESSAGE_ACKNOWLEDGE && dates->answer == 0)
		dates->answer = message->created;
}

static void
take(struct channel *channel, const struct message *message, uint64_t now)
{
	note_date(&channel->dates, message);
	switch (message->type) {
	case MESSAGE_OUTPUT:
		if (message->sequence < 0)
			channel->tally.refused++;
		else
			take_output_message(channel, message, now);
		break;
	case MESSAGE_ACKNOWLEDGE:
		take_acknowledgement(channel, message->payload, now);
		break;
	case MESSAGE_CLOSED:
		take_closed(channel, message->payload, now);
		break;
	case MESSAGE_START:
	case MESSAGE_PAUSE:
		set_away(channel, message->type == MESSAGE_PAUSE, now);
		break;
	case MESSAGE_INPUT:
	case MESSAGE_UNKNOWN:
		break;
	}
}

/* A message that may be right is not passed over because this machine cannot tell. */
static void
refuse(struct channel *channel, const char *why)
{
	if (strcmp(why, MESSAGE_NO_DIGEST) == 0)
		channel_die(channel, CHANNEL_NO_DIGEST);
	else
		channel->tally.refused++;
}

/* Data has no place behind the session's end, and is not shown any more. Its number tells that it is missing. */
static void
note_late(struct channel *channel, struct view bytes)
{
	struct message message;

	if (message_decode(&message, bytes, channel->digest) == NULL && message.type == MESSAGE_OUTPUT &&
	    message.sequence >= 0)
		arrivals_place(&channel->arrivals, message.sequence);
}

void
incoming_message(struct channel *channel, struct view bytes, uint64_t now)
{
	struct message message;
	const char *why;

	outgoing_forget_opening(channel);
	if (channel->phase == CHANNEL_OVER)
		note_late(channel, bytes);
	if (channel->phase == CHANNEL_OVER || channel->phase == CHANNEL_DEAD)
		return;
	if ((why = message_decode(&message, bytes, channel->digest)) != NULL) {
		refuse(channel, why);
		return;
	}
	channel->tally.heard = now;
	take(channel, &message, now);
}

/*
 * A command with output apart is known by its exit code or error output. After an outage its agent no longer reads
 * what the command writes, and does not tell its exit code; one that sends output at the end alone loses nothing.
 */
bool
incoming_is_incomplete(const struct channel *channel)
{
	const struct channel_command *command = &channel->command;

	if (arrivals_have_hole(&channel->arrivals) || channel->adoption.guessed)
		return true;
	if (channel->handshake.session != CHANNEL_COMMAND)
		return false;
	return command->exit ? command->lost : command->error_output || command->live;
}

bool
incoming_is_doubtful(const struct channel *channel)
{
	return channel->dates.output < channel->dates.answer;
}
