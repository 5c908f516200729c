#include "stream/frame.h"

#define FIN 0x80
#define RESERVED 0x70
#define OPCODE 0x0F
#define CONTROL 0x08
#define MASKED 0x80
#define SHORT_LENGTH 0x7F
#define LENGTH_16 126
#define LENGTH_64 127
#define MEMORY_KEPT ((size_t)64 * 1024)

static bool
take_mask(struct frame_masks *masks, uint32_t *mask)
{
	if (masks->left == 0) {
		if (!masks->random(masks->context, (unsigned char *)masks->masks, sizeof masks->masks))
			return false;
		masks->left = FRAME_MASKS;
	}
	*mask = masks->masks[--masks->left];
	return true;
}

static size_t
put_number(unsigned char *to, uint64_t number, size_t size)
{
	for (size_t i = 0; i < size; i++)
		to[i] = (unsigned char)(number >> (8 * (size - 1 - i)));
	return size;
}

static size_t
put_length(unsigned char *to, size_t len)
{
	if (len < LENGTH_16) {
		*to = (unsigned char)(MASKED | len);
		return 1;
	}
	*to = MASKED | (len <= UINT16_MAX ? LENGTH_16 : LENGTH_64);
	return 1 + put_number(to + 1, len, len <= UINT16_MAX ? 2 : 8);
}

/* Eight bytes at a time. */
static void
put_masked(char *to, struct view payload, uint32_t mask)
{
	uint64_t both = (uint64_t)mask << 32 | mask, word;
	size_t i = 0;

	for (; i + sizeof word <= payload.len; i += sizeof word) {
		memcpy(&word, payload.ptr + i, sizeof word);
		word ^= both;
		memcpy(to + i, &word, sizeof word);
	}
	for (; i < payload.len; i++)
		to[i] = (char)(payload.ptr[i] ^ ((const char *)&mask)[i % sizeof mask]);
}

void
frame_add(struct bytes *out, enum frame_kind kind, struct view payload, struct frame_masks *masks)
{
	unsigned char *head = (unsigned char *)bytes_room(out, FRAME_HEAD_MAX + payload.len);
	uint32_t mask;
	size_t at = 1;

	if (head == NULL)
		return;
	if (!take_mask(masks, &mask)) {
		out->failed = true;
		return;
	}
	head[0] = (unsigned char)(FIN | (unsigned)kind);
	at += put_length(head + at, payload.len);
	memcpy(head + at, &mask, sizeof mask);
	at += sizeof mask;
	put_masked((char *)head + at, payload, mask);
	bytes_grew(out, at + payload.len);
}

void
frame_add_close(struct bytes *out, unsigned code, struct frame_masks *masks)
{
	char raw[2];

	put_number((unsigned char *)raw, code, sizeof raw);
	frame_add(out, FRAME_CLOSE, (struct view){ raw, code == 0 ? 0 : sizeof raw }, masks);
}

static enum frame_kind
wrong(struct frame_reader *reader, const char *why)
{
	reader->why = why;
	return FRAME_WRONG;
}

/* As far as it can be told by now. */
static size_t
head_size(const struct frame_reader *reader)
{
	unsigned length;

	if (reader->head_len < 2)
		return 2;
	length = reader->head[1] & SHORT_LENGTH;
	return length == LENGTH_64 ? 10 : length == LENGTH_16 ? 4 : 2;
}

/* Takes bytes of the head; whether it is whole. */
static bool
take_head(struct frame_reader *reader, struct view *rest)
{
	size_t size;

	while (reader->head_len < (size = head_size(reader))) {
		size_t count = size - reader->head_len < rest->len ? size - reader->head_len : rest->len;

		if (count == 0)
			return false;
		memcpy(reader->head + reader->head_len, rest->ptr, count);
		reader->head_len += count;
		*rest = view_slice(*rest, count, rest->len);
	}
	return true;
}

static const char *
find_fault_of_opcode(const struct frame_reader *reader, unsigned first)
{
	unsigned opcode = first & OPCODE;
	bool control = (opcode & CONTROL) != 0;

	if ((first & RESERVED) != 0)
		return "a frame of an extension that nobody asked for";
	if (opcode > (control ? (unsigned)FRAME_PONG : (unsigned)FRAME_BINARY))
		return "a frame of a kind that does not exist";
	if (control)
		return first & FIN ? NULL : "a control frame in pieces";
	if ((opcode == 0) != reader->in_message)
		return opcode == 0 ? "the rest of a message that never began" : "a message inside another";
	return NULL;
}

static const char *
find_fault_of_length(const struct frame_reader *reader, uint64_t length)
{
	unsigned short_form = reader->head[1] & SHORT_LENGTH;

	if ((reader->head[1] & MASKED) != 0)
		return "a masked frame from a server";
	if ((reader->head[0] & CONTROL) != 0 && length > FRAME_CONTROL_MAX)
		return "a control frame of more than 125 bytes";
	if ((short_form == LENGTH_16 && length < LENGTH_16) || (short_form == LENGTH_64 && length <= UINT16_MAX))
		return "a length that is written longer than it has to be";
	if (length > FRAME_MESSAGE_MAX || (reader->in_message && length > FRAME_MESSAGE_MAX - reader->message.len))
		return "a message of more than 1 MiB";
	return NULL;
}

/* The head is whole. */
static bool
begin_payload(struct frame_reader *reader)
{
	uint64_t length = reader->head[1] & SHORT_LENGTH;
	const char *fault = find_fault_of_opcode(reader, reader->head[0]);

	if (reader->head_len > 2)
		length = 0;
	for (size_t i = 2; i < reader->head_len; i++)
		length = length << 8 | reader->head[i];
	if (fault == NULL)
		fault = find_fault_of_length(reader, length);
	reader->why = fault;
	reader->left = (size_t)length;
	reader->in_payload = true;
	reader->control_len = 0;
	return fault == NULL;
}

/* The frame is over; the next bytes are a head. */
static void
end_frame(struct frame_reader *reader)
{
	reader->in_payload = false;
	reader->head_len = 0;
}

static enum frame_kind
end_close(struct frame_reader *reader, struct frame *frame)
{
	struct view raw = frame->payload;

	if (raw.len == 1)
		return wrong(reader, "a close frame with half a code");
	if (raw.len == 0)
		return frame->kind;
	frame->code = (unsigned)(unsigned char)raw.ptr[0] << 8 | (unsigned char)raw.ptr[1];
	frame->payload = view_slice(raw, 2, raw.len);
	return frame->kind;
}

static enum frame_kind
end_control(struct frame_reader *reader, struct frame *frame)
{
	frame->kind = (enum frame_kind)(reader->head[0] & OPCODE);
	frame->payload = (struct view){ reader->control, reader->control_len };
	end_frame(reader);
	return frame->kind == FRAME_CLOSE ? end_close(reader, frame) : frame->kind;
}

/* The last bytes of a message are taken: where they stand, if that is all of it. */
static enum frame_kind
end_message(struct frame_reader *reader, struct view last, struct frame *frame)
{
	frame->kind = reader->text ? FRAME_TEXT : FRAME_BINARY;
	frame->payload = last;
	if (reader->in_message) {
		bytes_add(&reader->message, last);
		frame->payload = bytes_view(&reader->message);
		reader->told = true;
	}
	reader->in_message = false;
	end_frame(reader);
	return bytes_failed(&reader->message) ? wrong(reader, "out of memory") : frame->kind;
}

/* What came of the payload; FRAME_NONE when the frame or its message goes on. */
static enum frame_kind
take_payload(struct frame_reader *reader, struct view part, struct frame *frame)
{
	bool last;

	reader->left -= part.len;
	last = reader->left == 0;
	if ((reader->head[0] & CONTROL) != 0) {
		memcpy(reader->control + reader->control_len, part.len > 0 ? part.ptr : "", part.len);
		reader->control_len += part.len;
		return last ? end_control(reader, frame) : FRAME_NONE;
	}
	if ((reader->head[0] & OPCODE) != 0 && !reader->in_message)
		reader->text = (reader->head[0] & OPCODE) == FRAME_TEXT;
	if (last && (reader->head[0] & FIN) != 0)
		return end_message(reader, part, frame);
	bytes_add(&reader->message, part);
	reader->in_message = true;
	if (last)
		end_frame(reader);
	return bytes_failed(&reader->message) ? wrong(reader, "out of memory") : FRAME_NONE;
}

enum frame_kind
frame_next(struct frame_reader *reader, struct view *rest, struct frame *frame)
{
	enum frame_kind kind = FRAME_NONE;

	*frame = (struct frame){ .kind = FRAME_NONE };
	if (reader->told)
		bytes_recycle(&reader->message, MEMORY_KEPT);
	reader->told = false;
	while (kind == FRAME_NONE && reader->why == NULL) {
		size_t count;

		if (!reader->in_payload && (!take_head(reader, rest) || !begin_payload(reader)))
			break;
		if (rest->len == 0 && reader->left > 0)
			break;
		count = reader->left < rest->len ? reader->left : rest->len;
		kind = take_payload(reader, view_slice(*rest, 0, count), frame);
		*rest = view_slice(*rest, count, rest->len);
	}
	return frame->kind = reader->why != NULL ? FRAME_WRONG : kind;
}

void
frame_reader_clear(struct frame_reader *reader)
{
	bytes_clear(&reader->message);
	*reader = (struct frame_reader)FRAME_READER_INIT;
}
