#include "stream/message.h"

#include <endian.h>

#include "core/ascii.h"
#include "json/scan.h"
#include "json/text.h"

/* Where the fields stand. */
enum {
	AT_TYPE = 4,
	AT_VERSION = 36,
	AT_CREATED = 40,
	AT_SEQUENCE = 48,
	AT_FLAGS = 56,
	AT_ID = 64,
	AT_DIGEST = 80,
	AT_PAYLOAD_TYPE = 112,
};

#define HEAD_SHORT 112			/* without a payload type */
#define HEAD_FULL 116
#define TYPE_LEN (AT_VERSION - AT_TYPE)
#define ID_HALF (UUID_BYTES / 2)
#define NUMBER_MAX 20			/* digits of 64 bits, or a sign and fewer */

static const struct view types[MESSAGE_UNKNOWN] = {
	[MESSAGE_INPUT] = { "input_stream_data", 17 },
	[MESSAGE_OUTPUT] = { "output_stream_data", 18 },
	[MESSAGE_ACKNOWLEDGE] = { "acknowledge", 11 },
	[MESSAGE_CLOSED] = { "channel_closed", 14 },
	[MESSAGE_START] = { "start_publication", 17 },
	[MESSAGE_PAUSE] = { "pause_publication", 17 },
};

static void
put32(char *at, uint32_t number)
{
	number = htobe32(number);
	memcpy(at, &number, sizeof number);
}

static void
put64(char *at, uint64_t number)
{
	number = htobe64(number);
	memcpy(at, &number, sizeof number);
}

static uint32_t
get32(const char *at)
{
	uint32_t number;

	memcpy(&number, at, sizeof number);
	return be32toh(number);
}

static uint64_t
get64(const char *at)
{
	uint64_t number;

	memcpy(&number, at, sizeof number);
	return be64toh(number);
}

static void
put_head(char *at, size_t head, const struct message *message, const unsigned char digest[DIGEST_LEN])
{
	struct view type = types[message->type];

	put32(at, (uint32_t)head);
	memset(at + AT_TYPE, head == HEAD_FULL ? ' ' : '\0', TYPE_LEN);
	memcpy(at + AT_TYPE, type.ptr, type.len);
	put32(at + AT_VERSION, 1);
	put64(at + AT_CREATED, message->created);
	put64(at + AT_SEQUENCE, (uint64_t)message->sequence);
	put64(at + AT_FLAGS, message->flags);
	memcpy(at + AT_ID, message->id + ID_HALF, ID_HALF);
	memcpy(at + AT_ID + ID_HALF, message->id, ID_HALF);
	memcpy(at + AT_DIGEST, digest, DIGEST_LEN);
	if (head == HEAD_FULL)
		put32(at + AT_PAYLOAD_TYPE, message->payload_type);
	put32(at + head, (uint32_t)message->payload.len);
}

enum ssm_err
message_encode(struct bytes *out, const struct message *message, struct digest *digest, struct ssm_error *err)
{
	size_t head = message->type == MESSAGE_CLOSED ? HEAD_SHORT : HEAD_FULL;
	struct view payload = message->payload;
	unsigned char sum[DIGEST_LEN];
	enum ssm_err rc;
	char *at;

	if (message->type >= MESSAGE_UNKNOWN || payload.len > MESSAGE_MAX - MESSAGE_HEAD)
		return ssm_fail(err, SSM_E_INPUT, "InvalidMessage", "no such message can be sent");
	if ((rc = digest_sha256(digest, payload, sum, err)) != SSM_OK)
		return rc;
	if ((at = bytes_room(out, head + 4 + payload.len)) == NULL)
		return ssm_fail_memory(err);
	put_head(at, head, message, sum);
	if (payload.len > 0)
		memcpy(at + head + 4, payload.ptr, payload.len);
	bytes_grew(out, head + 4 + payload.len);
	return SSM_OK;
}

static bool
is_padding(char c)
{
	return c == '\0' || ascii_is_blank(c);
}

static struct view
trim_type(struct view type)
{
	while (type.len > 0 && is_padding(type.ptr[type.len - 1]))
		type.len--;
	while (type.len > 0 && is_padding(type.ptr[0]))
		type = view_slice(type, 1, type.len);
	return type;
}

static enum message_type
find_type(struct view name)
{
	enum message_type type = MESSAGE_INPUT;

	while (type < MESSAGE_UNKNOWN && !view_equal(name, types[type]))
		type++;
	return type;
}

static void
get_head(struct message *message, struct view bytes, size_t head)
{
	message->payload_type = head >= HEAD_FULL ? get32(bytes.ptr + AT_PAYLOAD_TYPE) : PAYLOAD_NONE;
	message->created = get64(bytes.ptr + AT_CREATED);
	message->sequence = (int64_t)get64(bytes.ptr + AT_SEQUENCE);
	message->flags = get64(bytes.ptr + AT_FLAGS);
	memcpy(message->id + ID_HALF, bytes.ptr + AT_ID, ID_HALF);
	memcpy(message->id, bytes.ptr + AT_ID + ID_HALF, ID_HALF);
	message->payload = view_slice(bytes, head + 4, bytes.len);
}

/* A payload whose length is given as 0 has no digest that counts; all behind the head is the payload then, too. */
static const char *
check_payload(const struct message *message, struct view bytes, size_t head, struct digest *digest)
{
	unsigned char sum[DIGEST_LEN];
	struct ssm_error err;

	if (get32(bytes.ptr + head) == 0)
		return NULL;
	err.metadata = (struct bytes)BYTES_INIT(0);	/* the rest is written before it is read */
	if (digest_sha256(digest, message->payload, sum, &err) != SSM_OK)
		return MESSAGE_NO_DIGEST;
	return memcmp(sum, bytes.ptr + AT_DIGEST, DIGEST_LEN) == 0 ? NULL : "digest of another payload";
}

const char *
message_decode(struct message *message, struct view bytes, struct digest *digest)
{
	struct view type;
	size_t head;

	*message = (struct message){ .type = MESSAGE_UNKNOWN };
	if (bytes.len < AT_VERSION)
		return "too short";
	if (bytes.len > MESSAGE_MAX)
		return "too long";
	type = trim_type(view_slice(bytes, AT_TYPE, AT_VERSION));
	message->type = find_type(type);
	if (message->type == MESSAGE_START || message->type == MESSAGE_PAUSE)
		return NULL;
	head = get32(bytes.ptr);
	if (head < HEAD_SHORT || bytes.len < HEAD_SHORT + 4 || head > bytes.len - 4)
		return "head's length";
	if (type.len == 0)
		return "no type";
	get_head(message, bytes, head);
	if (message->created == 0)
		return "no date";
	return check_payload(message, bytes, head, digest);
}

static void
add_number(struct bytes *out, int64_t number)
{
	uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
	char digits[NUMBER_MAX];
	size_t at = sizeof digits;

	do
		digits[--at] = (char)('0' + rest % 10);
	while ((rest /= 10) > 0);
	if (number < 0)
		digits[--at] = '-';
	bytes_add(out, (struct view){ digits + at, sizeof digits - at });
}

void
message_write_acknowledgement(struct bytes *out, const struct message *acknowledged)
{
	char id[UUID_LEN + 1];

	if (acknowledged->type >= MESSAGE_UNKNOWN)
		return;
	uuid_text(id, acknowledged->id);
	bytes_add(out, VIEW("{\"AcknowledgedMessageType\":\""));
	bytes_add(out, types[acknowledged->type]);
	bytes_add(out, VIEW("\",\"AcknowledgedMessageId\":\""));
	bytes_add(out, (struct view){ id, UUID_LEN });
	bytes_add(out, VIEW("\",\"AcknowledgedMessageSequenceNumber\":"));
	add_number(out, acknowledged->sequence);
	bytes_add(out, VIEW(",\"IsSequentialMessage\":true}"));
}

static struct view
scan_value(const struct json_scan *scan, struct view json, const char *name)
{
	for (size_t i = 0; i < scan->count && i < JSON_MEMBERS_MAX; i++) {
		struct json_span at = scan->members[i];

		if (view_is(view_slice(json, at.key, at.key_end), name))
			return view_slice(json, at.value, at.value_end);
	}
	return VIEW_NONE;
}

/*
 * The value of a member of an object: a number without sign, point and exponent that is at most max. Nothing is
 * allocated: an acknowledgement comes for each message that was sent.
 */
static bool
scan_number(const struct json_scan *scan, struct view json, const char *name, uint64_t max, uint64_t *number)
{
	unsigned long long value;

	for (size_t i = 0; i < scan->count && i < JSON_MEMBERS_MAX; i++) {
		struct json_span at = scan->members[i];

		if (view_is(view_slice(json, at.key, at.key_end), name) &&
		    view_number(view_slice(json, at.value, at.value_end), &value) && value <= max) {
			*number = value;
			return true;
		}
	}
	return false;
}

static bool
scan_object(struct json_scan *scan, struct view json)
{
	json_scan_start(scan, 1, 1);
	return json.len > 0 && json_scan_feed(scan, json) != JSON_SCAN_BAD && json_scan_end(scan) != JSON_SCAN_BAD;
}

static int64_t
scan_acknowledgement(const struct json_scan *scan, struct view payload)
{
	uint64_t number;

	return scan_number(scan, payload, "AcknowledgedMessageSequenceNumber", INT64_MAX, &number) ?
	    (int64_t)number : -1;
}

int64_t
message_read_acknowledgement(struct view payload)
{
	JSON_SCAN_UNCLEARED struct json_scan scan;

	return scan_object(&scan, payload) ? scan_acknowledgement(&scan, payload) : -1;
}

int64_t
message_read_acknowledged(struct view payload, struct view *id)
{
	JSON_SCAN_UNCLEARED struct json_scan scan;
	struct view value;

	*id = VIEW_NONE;
	if (!scan_object(&scan, payload))
		return -1;
	value = scan_value(&scan, payload, "AcknowledgedMessageId");
	if (value.len == UUID_LEN + 2)
		*id = view_slice(value, 1, value.len - 1);
	return scan_acknowledgement(&scan, payload);
}

void
message_write_size(struct bytes *out, unsigned columns, unsigned rows)
{
	jsontext_begin(out);
	jsontext_member_number(out, "cols", columns);
	jsontext_member_number(out, "rows", rows);
	jsontext_end(out);
}

bool
message_read_size(struct view payload, unsigned *columns, unsigned *rows)
{
	JSON_SCAN_UNCLEARED struct json_scan scan;
	uint64_t wide, high;

	if (!scan_object(&scan, payload) || !scan_number(&scan, payload, "cols", UINT32_MAX, &wide) ||
	    !scan_number(&scan, payload, "rows", UINT32_MAX, &high))
		return false;
	*columns = (unsigned)wide;
	*rows = (unsigned)high;
	return true;
}
