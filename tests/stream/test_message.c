/* message: the form of messages, byte for byte, and what is refused. */
#include "stream/message.h"
#include "tap.h"

static const unsigned char id[UUID_BYTES] = { 0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x46, 0x77, 0x88, 0x99, 0xaa, 0xbb,
    0xcc, 0xdd, 0xee, 0xff };

#define CREATED 1700000000000

/* Sequence 5, Output, `ls\r`, as ssm-data-channel(7) has it. */
static const unsigned char input_vector[] = {
	0x00, 0x00, 0x00, 0x74, 0x69, 0x6e, 0x70, 0x75, 0x74, 0x5f, 0x73, 0x74, 0x72, 0x65, 0x61, 0x6d,
	0x5f, 0x64, 0x61, 0x74, 0x61, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20,
	0x20, 0x20, 0x20, 0x20, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x01, 0x8b, 0xcf, 0xe5, 0x68, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x05, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, 0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x46, 0x77,
	0x1d, 0x88, 0x7c, 0xe0, 0xf8, 0x67, 0x2e, 0x49, 0x14, 0xd9, 0x00, 0x0e, 0x80, 0x1c, 0xd7, 0x4e,
	0xcd, 0x80, 0x5d, 0xd9, 0x36, 0x6c, 0x0b, 0xc4, 0x2d, 0xc1, 0x6a, 0xdc, 0x01, 0x97, 0xdc, 0x2f,
	0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x03, 0x6c, 0x73, 0x0d,
};

/* The service's channel_closed with the payload {}: no payload type, NULs behind the name. */
static const unsigned char closed_vector[] = {
	0x00, 0x00, 0x00, 0x70, 0x63, 0x68, 0x61, 0x6e, 0x6e, 0x65, 0x6c, 0x5f, 0x63, 0x6c, 0x6f, 0x73,
	0x65, 0x64, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x01, 0x8b, 0xcf, 0xe5, 0x68, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03,
	0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, 0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x46, 0x77,
	0x44, 0x13, 0x6f, 0xa3, 0x55, 0xb3, 0x67, 0x8a, 0x11, 0x46, 0xad, 0x16, 0xf7, 0xe8, 0x64, 0x9e,
	0x94, 0xfb, 0x4f, 0xc2, 0x1f, 0xe7, 0x7e, 0x83, 0x10, 0xc0, 0x60, 0xf6, 0x1c, 0xaa, 0xff, 0x8a,
	0x00, 0x00, 0x00, 0x02, 0x7b, 0x7d,
};

#define BYTES_OF(array) ((struct view){ (const char *)(array), sizeof(array) })

static struct message
made(enum message_type type, uint32_t payload_type, int64_t sequence, uint64_t flags, struct view payload)
{
	struct message message = { .type = type, .payload_type = payload_type, .sequence = sequence, .flags = flags,
	    .created = CREATED, .payload = payload };

	memcpy(message.id, id, sizeof id);
	return message;
}

static void
is_encoded(struct digest *digest, struct message message, struct view expected, const char *title)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct bytes out = BYTES_INIT(MESSAGE_MAX);

	is_number(message_encode(&out, &message, digest, &err), SSM_OK, "%s is encoded", title);
	is_view(bytes_view(&out), expected, "%s: byte for byte", title);
	bytes_clear(&out);
	ssm_error_clear(&err);
}

static void
test_vectors(struct digest *digest)
{
	struct message message;

	is_encoded(digest, made(MESSAGE_INPUT, PAYLOAD_OUTPUT, 5, 0, VIEW("ls\r")), BYTES_OF(input_vector), "input");
	is_encoded(digest, made(MESSAGE_CLOSED, PAYLOAD_NONE, 0, 3, VIEW("{}")), BYTES_OF(closed_vector),
	    "channel_closed");
	is_text(message_decode(&message, BYTES_OF(input_vector), digest), NULL, "input is decoded");
	ok(message.type == MESSAGE_INPUT && message.payload_type == PAYLOAD_OUTPUT && message.sequence == 5 &&
	    message.flags == 0 && message.created == CREATED, "with its fields");
	is_view(BYTES_OF(message.id), BYTES_OF(id), "and its id, whose halves stand swapped");
	is_view(message.payload, VIEW("ls\r"), "and its payload");
	is_text(message_decode(&message, BYTES_OF(closed_vector), digest), NULL, "channel_closed is decoded");
	ok(message.type == MESSAGE_CLOSED && message.payload_type == PAYLOAD_NONE && message.flags == 3,
	    "without a payload type");
	is_view(message.payload, VIEW("{}"), "and its payload stands where its head ends");
}

/* The input vector with one stretch of bytes changed. */
static const char *
why_changed(struct digest *digest, size_t at, const void *bytes, size_t len, struct message *message)
{
	static char changed[sizeof input_vector];	/* which the message borrows */

	memcpy(changed, input_vector, sizeof changed);
	memcpy(changed + at, bytes, len);
	return message_decode(message, BYTES_OF(changed), digest);
}

static void
test_refused(struct digest *digest)
{
	struct message message;
	char zeros[32] = "";

	is_text(why_changed(digest, 0, "\0\0\0\x6f", 4, &message), "head's length", "a head that is too short");
	is_text(why_changed(digest, 0, "\0\0\0\x78", 4, &message), "head's length", "a head longer than the message");
	is_text(why_changed(digest, 0, "\xff\xff\xff\xff", 4, &message), "head's length", "a head of 4 GiB");
	is_text(why_changed(digest, 0, zeros, 4, &message), "head's length", "no head");
	is_text(why_changed(digest, 4, zeros, 32, &message), "no type", "no type");
	is_text(why_changed(digest, 40, zeros, 8, &message), "no date", "no date");
	is_text(why_changed(digest, 120, "l5\r", 3, &message), "digest of another payload", "another payload");
	is_text(why_changed(digest, 80, zeros, 32, &message), "digest of another payload", "no digest");
	is_text(why_changed(digest, 116, zeros, 4, &message), NULL, "the digest does not count when the length is 0");
	is_view(message.payload, VIEW("ls\r"), "and all behind the head is the payload");
	is_text(why_changed(digest, 116, "\0\0\0\1", 4, &message), NULL, "nor does a length that is wrong");
	for (size_t len = 0; len < sizeof input_vector; len++)
		if (message_decode(&message, view_slice(BYTES_OF(input_vector), 0, len), digest) == NULL)
			ok(false, "%zu bytes of a message are none", len);
}

static void
test_types(struct digest *digest)
{
	struct message message;

	is_text(why_changed(digest, 21, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 15, &message), NULL, "NULs behind the name");
	is_number(message.type, MESSAGE_INPUT, "are as good as blanks");
	is_text(why_changed(digest, 4, "agent_session_state ", 20, &message), NULL, "another type is right");
	is_number(message.type, MESSAGE_UNKNOWN, "and to be passed over");
	is_text(why_changed(digest, 4, "acknowledge      ", 17, &message), NULL, "an acknowledgement");
	is_number(message.type, MESSAGE_ACKNOWLEDGE, "is known");
	is_text(why_changed(digest, 4, "output_stream_data", 18, &message), NULL, "output");
	is_number(message.type, MESSAGE_OUTPUT, "is known");
}

/* Of these two nothing in the head counts but the name. */
static void
test_publication(struct digest *digest)
{
	char bytes[116] = "";
	struct message message;

	memcpy(bytes + 4, "start_publication", 17);
	is_text(message_decode(&message, (struct view){ bytes, sizeof bytes }, digest), NULL,
	    "start_publication without date, length and digest");
	is_number(message.type, MESSAGE_START, "is taken");
	memcpy(bytes + 4, "pause_publication", 17);
	memset(bytes, 0xff, 4);
	is_text(message_decode(&message, (struct view){ bytes, 36 }, digest), NULL, "pause_publication cut short");
	is_number(message.type, MESSAGE_PAUSE, "is taken");
	is_view(message.payload, VIEW_NONE, "and says nothing");
}

static void
test_acknowledgement(void)
{
	struct message output = made(MESSAGE_OUTPUT, PAYLOAD_OUTPUT, 7, 0, VIEW(""));
	struct bytes out = BYTES_INIT(1024);

	message_write_acknowledgement(&out, &output);
	is_view(bytes_view(&out), VIEW("{\"AcknowledgedMessageType\":\"output_stream_data\",\"AcknowledgedMessageId\":"
	    "\"00112233-4455-4677-8899-aabbccddeeff\",\"AcknowledgedMessageSequenceNumber\":7,"
	    "\"IsSequentialMessage\":true}"), "an acknowledgement");
	is_number(out.len, 176, "has 176 bytes");
	is_number(message_read_acknowledgement(bytes_view(&out)), 7, "and is read");
	output.sequence = INT64_MAX;
	bytes_reset(&out);
	message_write_acknowledgement(&out, &output);
	is_number(message_read_acknowledgement(bytes_view(&out)), INT64_MAX, "the largest number");
	bytes_clear(&out);
	is_number(message_read_acknowledgement(VIEW("{ \"AcknowledgedMessageSequenceNumber\" : 12 , \"x\":{}}")), 12,
	    "with blanks, and alone");
	is_number(message_read_acknowledgement(VIEW("{\"AcknowledgedMessageSequenceNumber\":-1}")), -1, "a sign");
	is_number(message_read_acknowledgement(VIEW("{\"AcknowledgedMessageSequenceNumber\":9223372036854775808}")), -1,
	    "too large a number");
	is_number(message_read_acknowledgement(VIEW("{\"AcknowledgedMessageSequenceNumber\":\"3\"}")), -1, "a string");
	is_number(message_read_acknowledgement(VIEW("{\"AcknowledgedMessageSequenceNumber\":3")), -1, "half of it");
	is_number(message_read_acknowledgement(VIEW("{}")), -1, "nothing in it");
	is_number(message_read_acknowledgement(VIEW("")), -1, "nothing");
}

static void
test_size(void)
{
	struct bytes out = BYTES_INIT(1024);
	unsigned columns = 0, rows = 0;

	message_write_size(&out, 100, 40);
	is_view(bytes_view(&out), VIEW("{\"cols\":100,\"rows\":40}"), "a size");
	ok(message_read_size(bytes_view(&out), &columns, &rows) && columns == 100 && rows == 40, "is read");
	ok(!message_read_size(VIEW("{\"cols\":100}"), &columns, &rows), "one without rows is not");
	ok(!message_read_size(VIEW("{\"cols\":4294967296,\"rows\":1}"), &columns, &rows), "nor one that is too large");
	bytes_clear(&out);
}

int
main(void)
{
	struct digest *digest = digest_new();

	if (digest == NULL)
		return 1;
	test_vectors(digest);
	test_refused(digest);
	test_types(digest);
	test_publication(digest);
	test_acknowledgement();
	test_size();
	digest_free(digest);
	return done_testing();
}
