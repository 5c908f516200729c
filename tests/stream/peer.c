#include "peer.h"

#include <stdlib.h>

static void
draw(void *context, unsigned char *out, size_t len)
{
	unsigned *drawn = context;

	for (size_t i = 0; i < len; i++)
		out[i] = (unsigned char)((*drawn = *drawn * 1103515245U + 12345) >> 16);
}

static void
open_with(struct peer *peer, bool adopt)
{
	struct channel_options options = { .client_id = "00000000-0000-4000-8000-000000000001",
	    .session_id = "anna-0a1b", .client_version = "1.2.764.0", .random = draw, .epoch = PEER_EPOCH,
	    .adopt = adopt };
	struct ssm_error err = SSM_ERROR_INIT;
	struct channel_outgoing out;

	*peer = (struct peer){ .digest = digest_new(), .now = 1000, .bytes = BYTES_INIT(64 * 1024 * 1024) };
	options.digest = peer->digest;
	options.context = &peer->drawn;
	if (peer->digest == NULL || channel_open(&peer->channel, &options, &err) != SSM_OK)
		abort();
	channel_connected(peer->channel, VIEW(PEER_TOKEN), peer->now);
	if (!channel_next(peer->channel, &out, peer->now) || !out.text)
		abort();
}

void
peer_open(struct peer *peer)
{
	open_with(peer, false);
}

void
peer_open_adopting(struct peer *peer)
{
	open_with(peer, true);
}

void
peer_open_shell(struct peer *peer)
{
	peer_open(peer);
	peer_output(peer, 0, "$ ");
	if (!peer_event(peer, CHANNEL_READY) || !view_is(peer_read(peer), "$ ") || strcmp(peer_all(peer), "a0") != 0)
		abort();
}

void
peer_type(struct peer *peer, const char *text)
{
	if (channel_send(peer->channel, view_of(text), peer->now) != strlen(text))
		abort();
}

void
peer_close(struct peer *peer)
{
	channel_free(peer->channel);
	digest_free(peer->digest);
	bytes_clear(&peer->bytes);
}

void
peer_tell(struct peer *peer, enum message_type type, uint32_t payload_type, int64_t sequence, struct view payload)
{
	struct message message = { .type = type, .payload_type = payload_type, .sequence = sequence,
	    .created = PEER_EPOCH + peer->now, .id = { 1, (unsigned char)sequence }, .payload = payload };
	struct bytes out = BYTES_INIT(2 * MESSAGE_MAX);
	struct ssm_error err = SSM_ERROR_INIT;

	if (message_encode(&out, &message, peer->digest, &err) != SSM_OK)
		abort();
	channel_receive(peer->channel, bytes_view(&out), false, peer->now);
	bytes_clear(&out);
}

void
peer_output(struct peer *peer, int64_t sequence, const char *text)
{
	peer_tell(peer, MESSAGE_OUTPUT, PAYLOAD_OUTPUT, sequence, view_of(text));
}

void
peer_acknowledge(struct peer *peer, int64_t sequence)
{
	peer_acknowledge_message(peer, &(struct message){ .type = MESSAGE_INPUT, .sequence = sequence });
}

void
peer_acknowledge_message(struct peer *peer, const struct message *message)
{
	struct bytes payload = BYTES_INIT(1024);

	message_write_acknowledgement(&payload, message);
	peer_tell(peer, MESSAGE_ACKNOWLEDGE, PAYLOAD_NONE, 0, bytes_view(&payload));
	bytes_clear(&payload);
}

bool
peer_next(struct peer *peer, struct message *message)
{
	struct channel_outgoing out;

	return channel_next(peer->channel, &out, peer->now) && !out.text &&
	    message_decode(message, out.message, peer->digest) == NULL;
}

const char *
peer_all(struct peer *peer)
{
	struct channel_outgoing out;
	struct message message;

	bytes_reset(&peer->bytes);
	while (channel_next(peer->channel, &out, peer->now)) {
		if (peer->bytes.len > 0)
			bytes_add_char(&peer->bytes, ' ');
		if (out.text)
			bytes_add_text(&peer->bytes, "open");
		else if (message_decode(&message, out.message, peer->digest) != NULL)
			bytes_add_text(&peer->bytes, "wrong");
		else if (message.type == MESSAGE_ACKNOWLEDGE)
			bytes_print(&peer->bytes, "a%lld", (long long)message_read_acknowledgement(message.payload));
		else
			bytes_print(&peer->bytes, "i%lld", (long long)message.sequence);
	}
	return peer->bytes.len == 0 ? "" : bytes_cstr(&peer->bytes);
}

bool
peer_event(struct peer *peer, enum channel_event_kind kind)
{
	return channel_event(peer->channel, &peer->event) && peer->event.kind == kind;
}

struct view
peer_read(struct peer *peer)
{
	bytes_reset(&peer->bytes);
	while (channel_event(peer->channel, &peer->event) && peer->event.kind == CHANNEL_OUTPUT) {
		bytes_add(&peer->bytes, peer->event.bytes);
		channel_took(peer->channel, peer->event.bytes.len);
	}
	return bytes_view(&peer->bytes);
}
