/*
 * stream/channel: whatever is lost, repeated, early or late, each byte arrives once and in order, both ways, and in
 * the end all of them. A play is a list of moves: a byte that says what happens, and one that says how much. The byte
 * in front of them says what there is: bit 0 a handshake, bit 1 a client that adopts, bit 2 a session in which another
 * process was; then bits 3 to 5 choose which number the node expects, 6 and 7 with which one its output goes on.
 *
 * So that there can be millions of plays, messages and the windows of adoption are small (channelplay.h), and the digest
 * is a sum (sumdigest.c). tests/stream/simulation.c plays sessions in their true size.
 */
#include "channelplay.h"

#define UNASKED_MAX (2 * PROBES)	/* of input, when the node has not spoken yet */
#define HANDSHAKE "{\"AgentVersion\":\"3.3.0.0\",\"RequestedClientActions\":[{\"ActionType\":\"SessionType\"," \
	"\"ActionParameters\":{\"SessionType\":\"NonInteractiveCommands\"}}]}"

static void
give(struct play *play, enum message_type type, uint32_t payload_type, int64_t sequence, struct view payload)
{
	struct message message = { .type = type, .payload_type = payload_type, .sequence = sequence, .created = 1,
	    .payload = payload };
	static struct ssm_error err = SSM_ERROR_INIT;	/* two kilobytes, to be cleared each time */

	bytes_reset(&play->message);
	HOLDS(message_encode(&play->message, &message, play->digest, &err) == SSM_OK);
	channel_receive(play->channel, bytes_view(&play->message), false, play->now);
}

static struct view
typed(const struct play *play, size_t begin, size_t end)
{
	HOLDS(begin <= end && end <= TYPED_MAX);
	return (struct view){ play->script->typed + begin, end - begin };
}

static struct view
said(const struct play *play, size_t begin, size_t end)
{
	return (struct view){ play->script->said + begin, end - begin };
}

/* A message of the node, which is the same each time. */
static void
give_number(struct play *play, int64_t number)
{
	const size_t *at = &play->script->at[number];

	play->given = number < play->given ? play->given : number + 1;
	play->came[number] = true;
	if (!play->handshake || number > 1)
		give(play, MESSAGE_OUTPUT, PAYLOAD_OUTPUT, number, said(play, at[0], at[1]));
	else if (number == 0)
		give(play, MESSAGE_OUTPUT, PAYLOAD_HANDSHAKE_REQUEST, number, VIEW(HANDSHAKE));
	else
		give(play, MESSAGE_OUTPUT, PAYLOAD_HANDSHAKE_COMPLETE, number, VIEW("{}"));
}

/* Whether the user has all that was said. */
static bool
all_shown(const struct play *play)
{
	return play->shown >= play->script->at[play->given];
}

static void
acknowledge(struct play *play, const struct message *message)
{
	bytes_reset(&play->payload);
	message_write_acknowledgement(&play->payload, message);
	give(play, MESSAGE_ACKNOWLEDGE, PAYLOAD_NONE, 0, bytes_view(&play->payload));
}

/* Once more what it has, or what nobody has sent. */
static void
acknowledge_any(struct play *play, int64_t number)
{
	if (number < play->seen || number >= play->channel->window.next)
		acknowledge(play, &(struct message){ .type = MESSAGE_INPUT, .sequence = number });
}

/* What the node takes for the client's next message; of a probe, nothing. */
static void
keep(struct play *play, struct view bytes)
{
	bytes_add(&play->messages, bytes);
	play->ends[play->seen++] = play->messages.len;
}

static struct view
kept(const struct play *play, int64_t number)
{
	size_t begin = number == play->expected ? 0 : play->ends[number - 1];

	return view_slice(bytes_view(&play->messages), begin, play->ends[number]);
}

static bool
is_probe(const struct message *message)
{
	return message->payload_type == PAYLOAD_SIZE && view_is(message->payload, "probe");
}

/* Whether the node acknowledges a probe: not the one in its turn, but in a handshake, where all is counted. */
static bool
receive_probe(struct play *play, int64_t number)
{
	bool runs = play->handshake && !play->answered;

	HOLDS(play->adopts && number >= 0);
	if (runs && play->given == 0 && number >= UNASKED_MAX)
		return false;
	if (number != play->seen || number >= NUMBERS_MAX) {
		if (runs && number > play->seen && number < NUMBERS_MAX)
			play->early[number] = true;
		return number < NUMBERS_MAX ? number != play->seen : number == INT32_MAX;
	}
	if (runs)
		do
			keep(play, VIEW(""));
		while (play->seen < NUMBERS_MAX && play->early[play->seen]);
	return runs;
}

/* To a node that has been silent for long; see stream/silence. */
static bool
is_question(const struct play *play, const struct message *message)
{
	return !play->adopts && message->payload_type == PAYLOAD_OUTPUT && message->payload.len == 0;
}

/* A message of the client at the node, who keeps what comes early. */
static void
receive(struct play *play, const struct message *message, struct view bytes)
{
	int64_t number = message->sequence;

	HOLDS(number >= play->expected);
	play->answered |= message->payload_type == PAYLOAD_HANDSHAKE_RESPONSE;
	HOLDS(message->type == MESSAGE_INPUT && message->flags == 0 && number >= 0 && number <= play->seen);
	HOLDS(play->ready || message->payload_type == PAYLOAD_HANDSHAKE_RESPONSE || is_question(play, message));
	if (number < play->seen) {
		SAME(kept(play, number), bytes);
		return;
	}
	HOLDS(number < NUMBERS_MAX);
	keep(play, bytes);
	if (message->payload_type != PAYLOAD_OUTPUT)
		return;
	HOLDS(message->payload.len <= play->typed - play->received);
	SAME(message->payload, typed(play, play->received, play->received + message->payload.len));
	play->received += message->payload.len;
}

/* Of a session that may be adopted, nothing is acknowledged in front of its turn. */
static void
receive_acknowledgement(struct play *play, const struct message *message)
{
	int64_t number = message_read_acknowledgement(message->payload);

	HOLDS(message->sequence == 0 && message->flags == 3 && number >= 0 && number < NUMBERS_MAX);
	HOLDS(play->came[number]);
	play->acknowledged[number] = true;
	while (play->oldest < play->given && play->acknowledged[play->oldest])
		play->oldest++;
	for (int64_t i = play->oldest; play->adopts && i < number; i++)
		HOLDS(play->came[i]);
}

/* The client's messages, at most that many; acknowledged, or the acknowledgement is lost on the way. */
static void
send(struct play *play, unsigned count, bool told)
{
	struct channel_outgoing out;
	struct message message;

	while (count-- > 0) {
		play->ready = channel_is_ready(play->channel);
		if (!channel_next(play->channel, &out, play->now)) {
			HOLDS(channel_deadline(play->channel) > play->now || (play->adopts && play->channel->news));
			return;
		}
		HOLDS(play->connected);
		play->ready |= play->adopts && channel_is_ready(play->channel);
		play->untold |= play->broken;
		if (out.text || play->broken)
			continue;
		HOLDS(message_decode(&message, out.message, play->digest) == NULL);
		if (message.type == MESSAGE_ACKNOWLEDGE) {
			receive_acknowledgement(play, &message);
			continue;
		}
		if (!is_probe(&message))
			receive(play, &message, out.message);
		else if (!receive_probe(play, message.sequence))
			continue;
		play->untold |= !told;
		if (told)
			acknowledge(play, &message);
	}
}

static void
read_events(struct play *play, unsigned count, size_t most)
{
	struct channel_event event;

	while (count-- > 0 && channel_event(play->channel, &event)) {
		HOLDS(!play->over && !play->failed && event.kind != CHANNEL_TEXT);
		play->failed = event.kind == CHANNEL_FAILED;
		HOLDS(!play->failed || (play->adopts && play->untold && event.keep));
		if (event.kind == CHANNEL_ADOPTED)
			HOLDS(play->adopts && event.input == play->expected &&
			    (event.output == -1 || event.output >= play->begun));
		play->over = event.kind == CHANNEL_ENDED;
		if (event.kind != CHANNEL_OUTPUT)
			continue;
		HOLDS(event.bytes.len > 0);
		event.bytes.len = event.bytes.len < most ? event.bytes.len : most;
		HOLDS(!all_shown(play) && event.bytes.len <= play->script->at[play->given] - play->shown);
		SAME(event.bytes, said(play, play->shown, play->shown + event.bytes.len));
		play->shown += event.bytes.len;
		channel_took(play->channel, event.bytes.len);
	}
}

/* Whether there are numbers left for what the client has to say. */
static bool
may_say(const struct play *play)
{
	struct channel_counters counters;

	channel_count(play->channel, &counters);
	return counters.messages_out + 64 < NUMBERS_MAX;
}

/* Where others may have been in the session there is one message at a time, and suddenly room for more. */
static void
type(struct play *play, size_t len)
{
	size_t room = channel_room(play->channel), least = room < len ? room : len, taken;

	taken = channel_send(play->channel, typed(play, play->typed, play->typed + len), play->now);
	HOLDS(taken == least || (play->adopts && taken > least && taken <= len));
	play->typed += taken;
}

static void
connect(struct play *play, bool there)
{
	if (there == play->connected)
		return;
	play->connected = there;
	play->broken = false;
	if (there)
		channel_connected(play->channel, VIEW("token"), play->now);
	else
		channel_lost(play->channel, play->now);
}

static int64_t
number_from(const struct play *play, unsigned how)
{
	int64_t number = play->given + how % 16 - 8;

	return number < 0 ? how % (play->given + 1) : number < NUMBERS_MAX ? number : NUMBERS_MAX - 1;
}

/* An agent repeats only its oldest message, and says nothing but the request before a handshake is answered. */
static void
give_by_rule(struct play *play, int64_t number)
{
	if (play->adopts && play->handshake && !play->answered)
		number = 0;
	if (play->adopts && number < play->given)
		number = play->oldest;
	if (play->adopts && play->handshake && !play->answered && number > 0)
		return;
	if (!play->adopts || number >= play->given || play->oldest < play->given)
		give_number(play, number);
}

static void
move(struct play *play, unsigned what, unsigned how)
{
	switch (what % 12) {
	case 0:
		give_by_rule(play, play->given < NUMBERS_MAX ? play->given : 0);
		break;
	case 1:
		give_by_rule(play, number_from(play, how));
		break;
	case 2:
		acknowledge_any(play, how);
		break;
	case 3:
		if (may_say(play))
			type(play, how);
		break;
	case 4:
		if (may_say(play))
			type(play, PAYLOAD_FULL / 10 * how);
		break;
	case 5:
		play->now += how;
		break;
	case 6:
		play->now += how * how;
		break;
	case 7:
		if (how & 2)
			play->broken = play->connected;
		else
			connect(play, how & 1);
		break;
	case 8:
		give(play, how & 1 ? MESSAGE_PAUSE : MESSAGE_START, PAYLOAD_NONE, 0, VIEW(""));
		break;
	case 9:
		send(play, how, what & 16);
		break;
	case 10:
		read_events(play, how & 15, (how >> 4) + 1);
		break;
	case 11:
		if (how & 1)
			channel_resize(play->channel, how, how + 1, play->now);
		else if (may_say(play) && channel_send_flag(play->channel, CHANNEL_DISCONNECT_TO_PORT, play->now))
			HOLDS(channel_is_ready(play->channel));
		break;
	}
}

/* What is acknowledged is the client's to keep. */
static void
give_missing(struct play *play)
{
	for (int64_t i = 0; !play->adopts && i < play->given; i++)
		if (!play->acknowledged[i])
			give_number(play, i);
	for (int64_t i = -1; play->adopts && i < play->oldest && play->oldest < play->given;) {
		i = play->oldest;
		give_number(play, i);
		send(play, UINT32_MAX, true);
	}
}

/* Whether all has arrived. An adopting client is ready in the end, whatever the node has said. */
static bool
has_settled(const struct play *play)
{
	struct channel_counters counters;

	channel_count(play->channel, &counters);
	if (play->adopts && (play->oldest < play->given || !all_shown(play) || !play->ready))
		return false;
	HOLDS(counters.unacknowledged > 0 || counters.oldest == CHANNEL_NEVER);
	return counters.unacknowledged == 0;
}

/* Now nothing is lost any more: all must arrive. */
static void
settle(struct play *play)
{
	unsigned turns = 0;

	connect(play, false);
	connect(play, true);
	if (play->adopts && play->handshake && play->given == 0)
		give_number(play, 0);
	do {
		send(play, UINT32_MAX, true);
		if (play->adopts && play->handshake && play->answered && play->given == 1)
			give_number(play, 1);
		give_missing(play);
		read_events(play, UINT32_MAX, SIZE_MAX);
		play->now += 1000;
	} while (!play->failed && !has_settled(play) && ++turns < 100);
	if (play->failed)
		return;
	HOLDS(turns < 100);
	HOLDS(all_shown(play) && play->received == play->typed);
	give(play, MESSAGE_CLOSED, PAYLOAD_NONE, 0, VIEW("{}"));
	read_events(play, UINT32_MAX, SIZE_MAX);
	HOLDS(play->over && channel_deadline(play->channel) == CHANNEL_NEVER);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct play play;
	struct channel_counters counters;

	if (size < 1)
		return 0;
	play_start(&play, data[0]);
	for (size_t i = 1; i + 1 < size; i += 2) {
		move(&play, data[i], data[i + 1]);
		channel_count(play.channel, &counters);
		HOLDS(counters.unacknowledged <= CHANNEL_WINDOW + 1);
	}
	settle(&play);
	play_finish(&play);
	return 0;
}
