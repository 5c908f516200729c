#include <stdio.h>
#include <stdlib.h>

#include "stream/frame.h"
#include "tap.h"

/* The mask of RFC 6455's examples, or as many numbers as were asked for. */
static bool
draw(void *context, unsigned char *out, size_t len)
{
	static const unsigned char mask[4] = { 0x37, 0xfa, 0x21, 0x3d };
	unsigned *count = context;

	if (count != NULL)
		++*count;
	for (size_t i = 0; i < len; i++)
		out[i] = count == NULL ? mask[i % 4] : (unsigned char)(i / 4 * (i % 4 + 1) + *count);
	return true;
}

static bool
draw_nothing(void *context, unsigned char *out, size_t len)
{
	(void)context, (void)out, (void)len;
	return false;
}

static void
test_encoding(void)
{
	struct frame_masks masks = { .random = draw }, none = { .random = draw_nothing };
	struct bytes out = BYTES_INIT(1024);

	frame_add(&out, FRAME_TEXT, VIEW("Hello"), &masks);
	is_view(bytes_view(&out), VIEW("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"), "a text, as RFC 6455 has it");
	bytes_reset(&out);
	frame_add_close(&out, 1000, &masks);
	is_view(bytes_view(&out), VIEW("\x88\x82\x37\xfa\x21\x3d\x34\x12"), "a close frame with a code");
	bytes_reset(&out);
	frame_add_close(&out, 0, &masks);
	is_view(bytes_view(&out), VIEW("\x88\x80\x37\xfa\x21\x3d"), "one without");
	frame_add(&out, FRAME_PING, VIEW("x"), &none);
	ok(bytes_failed(&out), "without random bytes there is no frame");
	bytes_clear(&out);
}

/* What a server would send: a frame of ours, unmasked. */
static void
unmask(struct bytes *out, struct view frame)
{
	unsigned char length = (unsigned char)frame.ptr[1] & 0x7F;
	size_t mask = length == 127 ? 10 : length == 126 ? 4 : 2;

	bytes_add_char(out, frame.ptr[0]);
	bytes_add_char(out, (char)length);
	bytes_add(out, view_slice(frame, 2, mask));
	for (size_t i = mask + 4; i < frame.len; i++)
		bytes_add_char(out, (char)(frame.ptr[i] ^ frame.ptr[mask + (i - mask - 4) % 4]));
}

static void
test_lengths(void)
{
	static const size_t lengths[] = { 0, 1, 7, 8, 9, 125, 126, 127, 65535, 65536, 65537, FRAME_MESSAGE_MAX };
	static const size_t heads[] = { 6, 6, 6, 6, 6, 6, 8, 8, 8, 14, 14, 14 };
	char *text = malloc(FRAME_MESSAGE_MAX);
	unsigned drawn = 0;
	struct frame_masks masks = { .random = draw, .context = &drawn };
	struct frame_reader reader = FRAME_READER_INIT;

	for (size_t i = 0; text != NULL && i < FRAME_MESSAGE_MAX; i++)
		text[i] = (char)(i * 7 + i / 251);
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		struct bytes ours = BYTES_INIT(2 * FRAME_MESSAGE_MAX), theirs = BYTES_INIT(2 * FRAME_MESSAGE_MAX);
		struct view payload = { text, lengths[i] }, rest;
		struct frame frame;

		frame_add(&ours, FRAME_BINARY, payload, &masks);
		unmask(&theirs, bytes_view(&ours));
		rest = bytes_view(&theirs);
		ok(ours.len == heads[i] + lengths[i] && frame_next(&reader, &rest, &frame) == FRAME_BINARY &&
		    frame.payload.len == lengths[i] && view_equal(frame.payload, payload) && rest.len == 0,
		    "%zu bytes come back", lengths[i]);
		ok(frame.payload.ptr >= theirs.ptr && frame.payload.ptr <= theirs.ptr + theirs.len, "from where they stood");
		bytes_clear(&ours);
		bytes_clear(&theirs);
	}
	is_number(drawn, 1, "masks are drawn many at once");
	frame_reader_clear(&reader);
	free(text);
}

static void
test_masks(void)
{
	unsigned drawn = 0;
	struct frame_masks masks = { .random = draw, .context = &drawn };
	struct bytes out = BYTES_INIT(16384);
	size_t same = 0;

	for (size_t i = 0; i < FRAME_MASKS + 1; i++)
		frame_add(&out, FRAME_BINARY, VIEW(""), &masks);
	for (size_t i = 1; i < FRAME_MASKS; i++)
		same += memcmp(out.ptr + 6 * i + 2, out.ptr + 6 * i - 4, 4) == 0;
	is_number(same, 0, "each frame has a mask of its own");
	is_number(drawn, 2, "when they are used up, more are drawn");
	bytes_clear(&out);
}

/* What comes of a piece, a line each. */
static void
read_piece(struct frame_reader *reader, struct view piece, struct bytes *log)
{
	/* In a block that ends where the piece does, for sanitizers to see what is read behind it. */
	char *block = malloc(piece.len + 1);
	struct view rest = { block, piece.len };
	struct frame frame;

	if (block == NULL)
		abort();
	memcpy(block, piece.len > 0 ? piece.ptr : "", piece.len);
	while (frame_next(reader, &rest, &frame) < FRAME_NONE) {
		bytes_print(log, "%u %u %zu ", (unsigned)frame.kind, frame.code, frame.payload.len);
		bytes_add(log, frame.payload.len < 300 ? frame.payload : view_slice(frame.payload, 65500, 65536));
		bytes_add_char(log, '\n');
	}
	if (frame.kind == FRAME_WRONG)
		bytes_print(log, "%s\n", reader->why);
	free(block);
}

static void
add_stream(struct bytes *out)
{
	char filler[65536];

	for (size_t i = 0; i < sizeof filler; i++)
		filler[i] = (char)('a' + i % 26);
	bytes_add(out, VIEW("\x81\x02hi" "\x82\x00" "\x02\x03" "abc" "\x89\x01p" "\x00\x02" "de" "\x8a\x00" "\x80\x01" "f"));
	bytes_add(out, VIEW("\x82\x7e\x00\x80"));
	bytes_add(out, (struct view){ filler, 128 });
	bytes_add(out, VIEW("\x82\x7f\0\0\0\0\0\1\0\0"));
	bytes_add(out, (struct view){ filler, sizeof filler });
	bytes_add(out, VIEW("\x01\x00\x80\x00" "\x88\x06\x03\xe8" "Bye!"));
}

static void
test_splits(void)
{
	struct bytes all = BYTES_INIT(200000), whole = BYTES_INIT(200000);
	struct frame_reader reader = FRAME_READER_INIT;
	size_t wrong = 0;

	add_stream(&all);
	read_piece(&reader, bytes_view(&all), &whole);
	frame_reader_clear(&reader);
	ok(view_starts(bytes_view(&whole), VIEW("1 0 2 hi\n2 0 0 \n9 0 1 p\n10 0 0 \n2 0 6 abcdef\n2 0 128 abc")),
	    "messages, control frames between their pieces");
	ok(whole.len > 22 && view_is(view_slice(bytes_view(&whole), whole.len - 22, whole.len), "\n1 0 0 \n8 1000 4 Bye!\n"),
	    "an empty message of two pieces, and a close frame");
	for (size_t i = 0; i <= all.len; i += i < 300 || i + 100 > all.len ? 1 : 97) {
		struct bytes got = BYTES_INIT(200000);

		read_piece(&reader, view_slice(bytes_view(&all), 0, i), &got);
		read_piece(&reader, view_slice(bytes_view(&all), i, all.len), &got);
		wrong += !view_equal(bytes_view(&got), bytes_view(&whole));
		frame_reader_clear(&reader);
		bytes_clear(&got);
	}
	is_number(wrong, 0, "cut anywhere they are the same");
	bytes_clear(&all);
	bytes_clear(&whole);
}

static void
test_byte_by_byte(void)
{
	struct bytes all = BYTES_INIT(200000), whole = BYTES_INIT(200000), got = BYTES_INIT(200000);
	struct frame_reader reader = FRAME_READER_INIT;

	add_stream(&all);
	read_piece(&reader, bytes_view(&all), &whole);
	frame_reader_clear(&reader);
	for (size_t i = 0; i < all.len; i++)
		read_piece(&reader, view_slice(bytes_view(&all), i, i + 1), &got);
	ok(view_equal(bytes_view(&got), bytes_view(&whole)), "byte by byte as well");
	frame_reader_clear(&reader);
	bytes_clear(&all);
	bytes_clear(&whole);
	bytes_clear(&got);
}

static void
test_wrong(void)
{
	const struct {
		struct view bytes;
		const char *why;
	} rows[] = {
		{ VIEW("\x81\x81" "abcd"), "a masked frame from a server" },
		{ VIEW("\xc1\x00"), "a frame of an extension that nobody asked for" },
		{ VIEW("\x91\x00"), "a frame of an extension that nobody asked for" },
		{ VIEW("\x83\x00"), "a frame of a kind that does not exist" },
		{ VIEW("\x8b\x00"), "a frame of a kind that does not exist" },
		{ VIEW("\x8f\x00"), "a frame of a kind that does not exist" },
		{ VIEW("\x09\x00"), "a control frame in pieces" },
		{ VIEW("\x89\x7e\x00\x7e"), "a control frame of more than 125 bytes" },
		{ VIEW("\x80\x00"), "the rest of a message that never began" },
		{ VIEW("\x00\x00"), "the rest of a message that never began" },
		{ VIEW("\x01\x00\x81\x00"), "a message inside another" },
		{ VIEW("\x82\x7e\x00\x7d"), "a length that is written longer than it has to be" },
		{ VIEW("\x82\x7f\0\0\0\0\0\0\xff\xff"), "a length that is written longer than it has to be" },
		{ VIEW("\x82\x7f\0\0\0\0\0\x10\0\1"), "a message of more than 1 MiB" },
		{ VIEW("\x82\x7f\x80\0\0\0\0\0\0\0"), "a message of more than 1 MiB" },
		{ VIEW("\x02\x01" "a" "\x00\x7f\0\0\0\0\0\x10\0\0"), "a message of more than 1 MiB" },
		{ VIEW("\x88\x01\x03"), "a close frame with half a code" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct frame_reader reader = FRAME_READER_INIT;
		struct view rest = rows[i].bytes, behind = VIEW("\x81\x00");
		struct frame frame;

		ok(frame_next(&reader, &rest, &frame) == FRAME_WRONG && strcmp(reader.why, rows[i].why) == 0, "refused: %s",
		    rows[i].why);
		ok(frame_next(&reader, &behind, &frame) == FRAME_WRONG, "for good");
		frame_reader_clear(&reader);
	}
}

static void
test_close(void)
{
	struct frame_reader reader = FRAME_READER_INIT;
	struct view rest = VIEW("\x88\x00");
	struct frame frame;

	ok(frame_next(&reader, &rest, &frame) == FRAME_CLOSE && frame.code == 0 && frame.payload.len == 0,
	    "a close frame may be empty");
	frame_reader_clear(&reader);
}

int
main(void)
{
	test_encoding();
	test_lengths();
	test_masks();
	test_splits();
	test_byte_by_byte();
	test_wrong();
	test_close();
	return done_testing();
}
