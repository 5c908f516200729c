#include "sandbox/agent/sender.h"

#define TICK 100
#define TIMEOUT_FIRST 200
#define TIMEOUT_MAX 1000
#define ROUND_TRIP_FIRST 100
#define GRANULARITY 10
#define ROUND_TRIP_SHARE (1.0 / 8)
#define VARIATION_SHARE (1.0 / 4)
#define OUTBOX_MAX (256 * 1024 * 1024)
#define OUTBOX_KEPT (256 * 1024)

void
sender_open(struct sender *sender, const struct agent_options *options, struct encryption *encryption, uint64_t now)
{
	*sender = (struct sender){
		.options = options,
		.encryption = encryption,
		.outbox = BYTES_INIT(OUTBOX_MAX),
		.round_trip = ROUND_TRIP_FIRST,
		.timeout = TIMEOUT_FIRST,
		.tick = now + TICK,
	};
}

void
sender_close(struct sender *sender)
{
	agent_queue_clear(&sender->unacknowledged);
	bytes_clear(&sender->outbox);
}

/* What finds no room is lost as if the network had lost it. */
static void
post(struct sender *sender, struct view message)
{
	struct bytes *outbox = &sender->outbox;
	size_t before = outbox->len;

	bytes_add(outbox, (struct view){ (const char *)&message.len, sizeof message.len });
	bytes_add(outbox, message);
	if (bytes_failed(outbox)) {
		outbox->failed = false;
		outbox->len = before;
	}
}

bool
sender_next(struct sender *sender, struct view *message)
{
	struct bytes *outbox = &sender->outbox;
	size_t len;

	if (sender->taken == outbox->len) {
		bytes_recycle(outbox, OUTBOX_KEPT);
		sender->taken = 0;
		return false;
	}
	memcpy(&len, outbox->ptr + sender->taken, sizeof len);
	sender->taken += sizeof len;
	*message = view_slice(bytes_view(outbox), sender->taken, sender->taken + len);
	sender->taken += len;
	return true;
}

/* The id is a UUID of version 4. */
static bool
encode(struct bytes *out, struct sender *sender, struct message *message, uint64_t now)
{
	const struct agent_options *options = sender->options;
	struct ssm_error err = SSM_ERROR_INIT;
	enum ssm_err rc;

	options->random(options->context, message->id, sizeof message->id);
	message->id[6] = (unsigned char)((message->id[6] & 0x0f) | 0x40);
	message->id[8] = (unsigned char)((message->id[8] & 0x3f) | 0x80);
	message->created = options->epoch + now;
	rc = message_encode(out, message, options->digest, &err);
	ssm_error_clear(&err);
	return rc == SSM_OK;
}

void
sender_send(struct sender *sender, enum payload_type type, struct view payload, uint64_t now)
{
	struct bytes encoded = BYTES_INIT(MESSAGE_MAX), sealed = BYTES_INIT(MESSAGE_MAX);
	struct message message = {
		.type = MESSAGE_OUTPUT,
		.payload_type = type,
		.sequence = sender->next,
		.flags = sender->next == 0 ? MESSAGE_SYN : 0,
		.payload = payload,
	};

	if (payload.len == 0)
		return;
	sender->next++;
	if (encryption_seal(sender->encryption, type, &message.payload, &sealed) &&
	    encode(&encoded, sender, &message, now)) {
		if (!sender->paused)
			post(sender, bytes_view(&encoded));
		agent_queue_put(&sender->unacknowledged, message.sequence, bytes_view(&encoded), now);
	}
	bytes_clear(&sealed);
	bytes_clear(&encoded);
}

/* An acknowledgement has no number of its own, and is never repeated. */
void
sender_acknowledge(struct sender *sender, const struct message *acknowledged, uint64_t now)
{
	struct bytes payload = BYTES_INIT(MESSAGE_MAX), encoded = BYTES_INIT(MESSAGE_MAX);
	struct message message = { .type = MESSAGE_ACKNOWLEDGE, .flags = MESSAGE_SYN | MESSAGE_FIN };

	message_write_acknowledgement(&payload, acknowledged);
	message.payload = bytes_view(&payload);
	if (!bytes_failed(&payload) && encode(&encoded, sender, &message, now))
		post(sender, bytes_view(&encoded));
	bytes_clear(&payload);
	bytes_clear(&encoded);
}

/* The variation takes the mean from before; a repeated message counts from when it was sent last. */
static void
measure(struct sender *sender, double sample)
{
	double off = sender->round_trip > sample ? sender->round_trip - sample : sample - sender->round_trip;
	double margin;

	sender->variation += VARIATION_SHARE * (off - sender->variation);
	sender->round_trip += ROUND_TRIP_SHARE * (sample - sender->round_trip);
	margin = 4 * sender->variation;
	sender->timeout = sender->round_trip + (margin > GRANULARITY ? margin : GRANULARITY);
	if (sender->timeout > TIMEOUT_MAX)
		sender->timeout = TIMEOUT_MAX;
}

void
sender_acknowledged(struct sender *sender, int64_t sequence, uint64_t now)
{
	struct agent_queued *item = agent_queue_find(&sender->unacknowledged, sequence);

	if (item == NULL)
		return;
	measure(sender, (double)(now - item->when));
	agent_queue_remove(&sender->unacknowledged, item);
}

/* Of looks that were missed only the last one is made up for, as of its own time. */
void
sender_tick(struct sender *sender, uint64_t now)
{
	struct agent_queued *oldest = agent_queue_oldest(&sender->unacknowledged);
	uint64_t look;

	if (now < sender->tick)
		return;
	look = now - (now - sender->tick) % TICK;
	sender->tick = look + TICK;
	if (sender->paused || oldest == NULL || (double)look <= (double)oldest->when + sender->timeout)
		return;
	oldest->when = now;
	post(sender, agent_queued_view(oldest));
}

uint64_t
sender_deadline(const struct sender *sender)
{
	const struct agent_queued *oldest = agent_queue_oldest(&sender->unacknowledged);
	uint64_t due;

	if (sender->paused || oldest == NULL)
		return AGENT_NEVER;
	due = oldest->when + (uint64_t)sender->timeout + 1;
	if (due <= sender->tick)
		return sender->tick;
	return sender->tick + (due - sender->tick + TICK - 1) / TICK * TICK;
}
