/* stream/frame: bytes of a server, whole and in pieces; what is framed here is read back. */
#include "fuzz.h"
#include "stream/frame.h"

static bool
draw(void *context, unsigned char *out, size_t len)
{
	uint32_t *state = context;

	for (size_t i = 0; i < len; i++) {
		*state = *state * 1664525 + 1013904223;
		out[i] = (unsigned char)(*state >> 24);
	}
	return true;
}

/* What comes of a piece, in a form that tells where frames end. */
static void
take(struct frame_reader *reader, struct view piece, struct bytes *log)
{
	struct frame frame;

	while (frame_next(reader, &piece, &frame) < FRAME_NONE) {
		HOLDS(frame.kind >= FRAME_TEXT && frame.payload.len <= FRAME_MESSAGE_MAX);
		HOLDS(frame.kind < FRAME_CLOSE || frame.payload.len <= FRAME_CONTROL_MAX);
		bytes_print(log, "%u %u %zu:", (unsigned)frame.kind, frame.code, frame.payload.len);
		bytes_add(log, frame.payload);
	}
	HOLDS((frame.kind == FRAME_WRONG) == (reader->why != NULL));
	HOLDS(frame.kind == FRAME_WRONG || piece.len == 0);
}

static void
check_reading(struct view text)
{
	struct frame_reader whole = FRAME_READER_INIT, parts = FRAME_READER_INIT;
	struct bytes log = BYTES_INIT(SIZE_MAX), other = BYTES_INIT(SIZE_MAX);
	struct fuzz_pieces pieces = fuzz_pieces(text);
	struct view piece;

	take(&whole, text, &log);
	while (fuzz_next(&pieces, &piece))
		take(&parts, piece, &other);
	SAME(bytes_view(&log), bytes_view(&other));
	HOLDS(whole.why == parts.why);
	frame_reader_clear(&whole);
	frame_reader_clear(&parts);
	bytes_clear(&log);
	bytes_clear(&other);
}

/* A frame of ours is one of a server's when its mask is taken off. */
static void
check_framing(struct view text)
{
	uint32_t state = (uint32_t)text.len;
	struct frame_masks masks = { .random = draw, .context = &state };
	struct frame_reader reader = FRAME_READER_INIT;
	struct bytes ours = BYTES_INIT(SIZE_MAX), theirs = BYTES_INIT(SIZE_MAX);
	size_t head = text.len < 126 ? 2 : text.len < 65536 ? 4 : 10;
	struct frame frame;
	struct view rest;

	frame_add(&ours, FRAME_BINARY, text, &masks);
	HOLDS(ours.len == head + 4 + text.len);
	bytes_add(&theirs, view_slice(bytes_view(&ours), 0, head));
	HOLDS((theirs.ptr[1] & 0x80) != 0);
	theirs.ptr[1] = (char)(theirs.ptr[1] & 0x7F);
	for (size_t i = 0; i < text.len; i++)
		bytes_add_char(&theirs, (char)(ours.ptr[head + 4 + i] ^ ours.ptr[head + i % 4]));
	rest = bytes_view(&theirs);
	HOLDS(frame_next(&reader, &rest, &frame) == FRAME_BINARY && rest.len == 0);
	SAME(frame.payload, text);
	frame_reader_clear(&reader);
	bytes_clear(&ours);
	bytes_clear(&theirs);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_reading(fuzz_view(data, size));
	check_framing(fuzz_view(data, size));
	return 0;
}
