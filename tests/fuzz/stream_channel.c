/*
 * stream/channel: whatever is lost, repeated, early or late, each byte arrives once and in order, both ways, and in
 * the end all of them. A play is a list of moves: a byte that says what happens, and one that says how much. The byte
 * in front of them says what there is: bit 0 a handshake, bit 1 a client that adopts, bit 2 a session in which another
 * process was; then bits 3 to 5 choose which number the node expects, 6 and 7 with which one its output goes on.
 */
#include "channelplay.h"

#define UNASKED_MAX 512			/* of input, when the node has not spoken yet */
#define HANDSHAKE "{\"AgentVersion\":\"3.3.0.0\",\"RequestedClientActions\":[{\"ActionType\":\"SessionType\"," \
	"\"ActionParameters\":{\"SessionType\":\"NonInteractiveCommands\"}}]}"

static void
give(struct play *play, enum message_type type, uint32_t payload_type, int64_t sequence, struct view payload)
{
	struct message message = { .type = type, .payload_type = payload_type, .sequence = sequence, .created = 1,
	    .payload = payload };
	struct bytes out = BYTES_INIT(MESSAGE_MAX);
	struct ssm_error err = SSM_ERROR_INIT;

	HOLDS(message_encode(&out, &message, play->digest, &err) == SSM_OK);
	channel_receive(play->channel, bytes_view(&out), false, play->now);
	bytes_clear(&out);
}

/* A message of the node, which is the same each time. */
static void
give_number(struct play *play, int64_t number)
{
	struct bytes text = BYTES_INIT(1024);
	uint32_t type = !play->handshake || number > 1 ? PAYLOAD_OUTPUT :
	    number == 0 ? PAYLOAD_HANDSHAKE_REQUEST : PAYLOAD_HANDSHAKE_COMPLETE;

	if (type == PAYLOAD_OUTPUT)
		bytes_print(&text, "%lld;", (long long)number);
	else
		bytes_add_text(&text, type == PAYLOAD_HANDSHAKE_REQUEST ? HANDSHAKE : "{}");
	for (; play->given <= number; play->given++)
		if (!play->handshake || play->given > 1)
			bytes_print(&play->output, "%lld;", (long long)play->given);
	play->came[number] = true;
	give(play, MESSAGE_OUTPUT, type, number, bytes_view(&text));
	bytes_clear(&text);
}

static void
acknowledge(struct play *play, const struct message *message)
{
	struct bytes payload = BYTES_INIT(1024);

	message_write_acknowledgement(&payload, message);
	give(play, MESSAGE_ACKNOWLEDGE, PAYLOAD_NONE, 0, bytes_view(&payload));
	bytes_clear(&payload);
}

/* What arrived is what comes next of what was sent. */
static void
add_next(struct bytes *arrived, struct view bytes, const struct bytes *sent)
{
	HOLDS(bytes.len <= sent->len - arrived->len);
	SAME(bytes, view_slice(bytes_view(sent), arrived->len, arrived->len + bytes.len));
	bytes_add(arrived, bytes);
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
			play->messages[play->seen++] = (struct bytes)BYTES_INIT(MESSAGE_MAX);
		while (play->seen < NUMBERS_MAX && play->early[play->seen]);
	return runs;
}

/* A message of the client at the node, who keeps what comes early. */
static void
receive(struct play *play, const struct message *message, struct view bytes)
{
	int64_t number = message->sequence;

	HOLDS(number >= play->expected);
	play->answered |= message->payload_type == PAYLOAD_HANDSHAKE_RESPONSE;
	HOLDS(message->type == MESSAGE_INPUT && message->flags == 0 && number >= 0 && number <= play->seen);
	HOLDS(play->ready || message->payload_type == PAYLOAD_HANDSHAKE_RESPONSE);
	if (number < play->seen) {
		SAME(bytes_view(&play->messages[number]), bytes);
		return;
	}
	play->messages[play->seen++] = (struct bytes)BYTES_INIT(MESSAGE_MAX);
	bytes_set(&play->messages[number], bytes);
	if (message->payload_type == PAYLOAD_OUTPUT)
		add_next(&play->received, message->payload, &play->input);
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

/* The client's messages, at most that many; acknowledged, or lost on the way. */
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
		if (out.text)
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
		add_next(&play->shown, event.bytes, &play->output);
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

static void
type(struct play *play, size_t len)
{
	struct bytes text = BYTES_INIT(SIZE_MAX);
	size_t room = channel_room(play->channel), taken;

	while (text.len < len)
		bytes_print(&text, "<%zu>", play->input.len + text.len);
	taken = channel_send(play->channel, view_slice(bytes_view(&text), 0, len), play->now);
	HOLDS(taken == (room < len ? room : len));
	bytes_add(&play->input, view_slice(bytes_view(&text), 0, taken));
	bytes_clear(&text);
}

static void
connect(struct play *play, bool there)
{
	if (there == play->connected)
		return;
	play->connected = there;
	if (there)
		channel_connected(play->channel, VIEW("token"), play->now);
	else
		channel_lost(play->channel, play->now);
}

static int64_t
number_from(const struct play *play, unsigned how)
{
	int64_t number = play->given + how % 64 - 32;

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
		acknowledge(play, &(struct message){ .type = MESSAGE_INPUT, .sequence = how });
		break;
	case 3:
		if (may_say(play))
			type(play, how);
		break;
	case 4:
		if (may_say(play))
			type(play, 100 * how);
		break;
	case 5:
		play->now += how;
		break;
	case 6:
		play->now += how * how;
		break;
	case 7:
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

static void
give_missing(struct play *play)
{
	if (!play->adopts)
		for (int64_t i = 0; i < play->given && play->shown.len < play->output.len; i++)
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
	if (play->adopts && (play->oldest < play->given || play->shown.len < play->output.len || !play->ready))
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
	SAME(bytes_view(&play->shown), bytes_view(&play->output));
	SAME(bytes_view(&play->received), bytes_view(&play->input));
	give(play, MESSAGE_CLOSED, PAYLOAD_NONE, 0, VIEW("{}"));
	read_events(play, UINT32_MAX, SIZE_MAX);
	HOLDS(play->over && channel_deadline(play->channel) == CHANNEL_NEVER);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct play *play = calloc(1, sizeof *play);
	struct channel_counters counters;

	if (size < 1 || play == NULL || (play->digest = digest_new()) == NULL) {
		free(play);
		return 0;
	}
	play_start(play, data[0]);
	for (size_t i = 1; i + 1 < size; i += 2) {
		move(play, data[i], data[i + 1]);
		channel_count(play->channel, &counters);
		HOLDS(counters.unacknowledged <= CHANNEL_WINDOW + 1);
	}
	settle(play);
	play_finish(play);
	digest_free(play->digest);
	free(play);
	return 0;
}
