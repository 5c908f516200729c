#include "stream/smux.h"

#define SMUX_VERSION 1

/* A loop over bytes: lengths and ids are little-endian whatever this machine is. */
static void
put(unsigned char *out, uint32_t value, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		out[i] = (unsigned char)(value >> 8 * i);
}

static uint32_t
get(const unsigned char *from, size_t bytes)
{
	uint32_t value = 0;

	for (size_t i = bytes; i > 0; i--)
		value = value << 8 | from[i - 1];
	return value;
}

void
smux_header(unsigned char out[SMUX_HEADER_LEN], enum smux_command command, size_t length, uint32_t stream)
{
	out[0] = SMUX_VERSION;
	out[1] = (unsigned char)command;
	put(out + 2, (uint32_t)length, 2);
	put(out + 4, stream, 4);
}

void
smux_add_header(struct bytes *out, enum smux_command command, size_t length, uint32_t stream)
{
	unsigned char header[SMUX_HEADER_LEN];

	smux_header(header, command, length, stream);
	bytes_add(out, (struct view){ (const char *)header, sizeof header });
}

static enum smux_piece
take_header(struct smux_reader *reader, struct smux_event *event)
{
	const unsigned char *header = reader->header;

	reader->have = 0;
	event->command = (enum smux_command)header[1];
	event->length = get(header + 2, 2);
	event->stream = get(header + 4, 4);
	if (header[0] != SMUX_VERSION || header[1] > SMUX_NOP || (event->length > 0 && event->command != SMUX_PSH)) {
		reader->broken = true;
		return SMUX_BROKEN;
	}
	reader->left = event->length;
	reader->stream = event->stream;
	return SMUX_FRAME;
}

enum smux_piece
smux_read(struct smux_reader *reader, struct view *bytes, struct smux_event *event)
{
	*event = (struct smux_event){ .command = SMUX_NOP };
	if (reader->broken)
		return SMUX_BROKEN;
	if (reader->left > 0 && bytes->len > 0) {
		event->stream = reader->stream;
		event->data = view_slice(*bytes, 0, bytes->len < reader->left ? bytes->len : reader->left);
		return SMUX_DATA;
	}
	while (bytes->len > 0) {
		reader->header[reader->have++] = (unsigned char)bytes->ptr[0];
		*bytes = view_slice(*bytes, 1, bytes->len);
		if (reader->have == SMUX_HEADER_LEN)
			return take_header(reader, event);
	}
	return SMUX_MORE;
}

void
smux_took(struct smux_reader *reader, struct view *bytes, size_t count)
{
	reader->left -= count;
	*bytes = view_slice(*bytes, count, bytes->len);
}
