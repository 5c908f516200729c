/* stream/message: what is decoded lies within what came, and is decoded again from what it is encoded to. */
#include "fuzz.h"
#include "stream/message.h"

static void
check_again(const struct message *message, struct digest *digest)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct bytes out = BYTES_INIT(2 * MESSAGE_MAX);
	struct message again;

	HOLDS(message_encode(&out, message, digest, &err) == SSM_OK);
	HOLDS(message_decode(&again, bytes_view(&out), digest) == NULL);
	HOLDS(again.type == message->type);
	if (message->type != MESSAGE_START && message->type != MESSAGE_PAUSE) {
		HOLDS(again.sequence == message->sequence && again.flags == message->flags &&
		    again.created == message->created && memcmp(again.id, message->id, UUID_BYTES) == 0);
		HOLDS(again.payload_type == message->payload_type || message->type == MESSAGE_CLOSED);
		SAME(again.payload, message->payload);
	}
	bytes_clear(&out);
	ssm_error_clear(&err);
}

/* A number that is read is written, and read again. */
static void
check_texts(struct view text)
{
	struct message output = { .type = MESSAGE_OUTPUT, .sequence = message_read_acknowledgement(text) };
	struct bytes out = BYTES_INIT(1024);
	unsigned columns, rows, wide, high;
	struct view id;

	HOLDS(output.sequence >= -1 && message_read_acknowledged(text, &id) == output.sequence);
	HOLDS(id.len == 0 || (id.len == UUID_LEN && id.ptr > text.ptr && id.ptr + id.len < text.ptr + text.len));
	message_write_acknowledgement(&out, &output);
	HOLDS(message_read_acknowledgement(bytes_view(&out)) == output.sequence);
	if (message_read_size(text, &columns, &rows)) {
		bytes_reset(&out);
		message_write_size(&out, columns, rows);
		HOLDS(message_read_size(bytes_view(&out), &wide, &high) && wide == columns && high == rows);
	}
	bytes_clear(&out);
}

/* For all runs: to look its algorithms up takes longer than one of them. */
static struct digest *
kept_digest(void)
{
	static struct digest *digest;

	if (digest == NULL)
		digest = digest_new();
	HOLDS(digest != NULL);
	return digest;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct digest *digest = kept_digest();
	struct view text = fuzz_view(data, size);
	struct message message;

	check_texts(text);
	if (message_decode(&message, text, digest) == NULL) {
		HOLDS(message.payload.len <= size);
		if (message.payload.len > 0)
			HOLDS(message.payload.ptr + message.payload.len == text.ptr + size);
		check_texts(message.payload);
		if (message.type != MESSAGE_UNKNOWN)
			check_again(&message, digest);
	}
	return 0;
}
