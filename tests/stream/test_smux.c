#include "stream/smux.h"

#include "tap.h"

static void
test_headers(void)
{
	struct bytes out = BYTES_INIT(64);

	smux_add_header(&out, SMUX_SYN, 0, 3);
	is_view(bytes_view(&out), VIEW("\1\0\0\0\3\0\0\0"), "a stream is opened");
	bytes_reset(&out);
	smux_add_header(&out, SMUX_PSH, 0x1234, 0xA1B2C3D4);
	is_view(bytes_view(&out), VIEW("\1\2\x34\x12\xd4\xc3\xb2\xa1"), "lengths and ids have their low byte first");
	bytes_clear(&out);
}

/* What is read of a run of bytes that comes in pieces of that size: a letter a frame, and data as it stands. */
static void
read_pieces(struct bytes *out, struct view all, size_t size)
{
	struct smux_reader reader = SMUX_READER_INIT;
	struct smux_event event;
	struct view piece;

	for (size_t at = 0; at < all.len; at += size) {
		enum smux_piece kind;

		piece = view_slice(all, at, all.len - at < size ? all.len : at + size);
		while ((kind = smux_read(&reader, &piece, &event)) != SMUX_MORE) {
			if (kind == SMUX_BROKEN) {
				bytes_add(out, VIEW("!"));
				return;
			}
			if (kind == SMUX_FRAME) {
				bytes_print(out, "%c%u:%zu ", "sfpn"[event.command], event.stream, event.length);
				continue;
			}
			bytes_add_char(out, event.data.ptr[0]);
			smux_took(&reader, &piece, 1);
		}
	}
}

static void
test_reading(void)
{
	const struct view all = VIEW("\1\0\0\0\3\0\0\0" "\1\2\5\0\3\0\0\0hello" "\1\3\0\0\0\0\0\0" "\1\2\0\0\5\0\0\0"
	    "\1\2\1\0\3\0\0\0!" "\1\1\0\0\3\0\0\0");
	struct bytes out = BYTES_INIT(1024);

	for (size_t size = 1; size <= all.len; size++) {
		bytes_reset(&out);
		read_pieces(&out, all, size);
		is_view(bytes_view(&out), VIEW("s3:0 p3:5 hellon0:0 p5:0 p3:1 !f3:0 "), "frames in pieces of %zu bytes", size);
	}
	bytes_clear(&out);
}

static void
test_wrong(const char *what, struct view frame)
{
	struct smux_reader reader = SMUX_READER_INIT;
	struct smux_event event;
	struct view rest = frame, more = VIEW("\1\0\0\0\3\0\0\0");

	ok(smux_read(&reader, &rest, &event) == SMUX_BROKEN, "%s is no frame", what);
	ok(smux_read(&reader, &more, &event) == SMUX_BROKEN && more.len == 8, "and nothing is read behind it");
}

int
main(void)
{
	test_headers();
	test_reading();
	test_wrong("version 2", VIEW("\2\0\0\0\3\0\0\0"));
	test_wrong("version 0", VIEW("\0\0\0\0\3\0\0\0"));
	test_wrong("command 4", VIEW("\1\4\0\0\3\0\0\0"));
	test_wrong("a SYN with data", VIEW("\1\0\1\0\3\0\0\0x"));
	return done_testing();
}
