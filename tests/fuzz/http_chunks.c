/* http/chunks: a coding, whole and in pieces; what is coded here is read back. */
#include <stdio.h>

#include "fuzz.h"
#include "http/chunks.h"

static void
take_pieces(struct chunks *chunks, struct view raw, struct bytes *body, size_t *left)
{
	struct fuzz_pieces pieces = fuzz_pieces(raw);
	struct view piece;

	*left = 0;
	while (fuzz_next(&pieces, &piece)) {
		chunks_take(chunks, &piece, body);
		*left += piece.len;
	}
}

static void
check_coding(struct view text)
{
	struct bytes coded = BYTES_INIT(SIZE_MAX), body = BYTES_INIT(SIZE_MAX);
	struct fuzz_pieces pieces = fuzz_pieces(text);
	struct chunks chunks = CHUNKS_INIT;
	struct view piece, raw;
	char size[32];

	while (fuzz_next(&pieces, &piece)) {
		snprintf(size, sizeof size, "%zX;x=\"y\"\r\n", piece.len);
		bytes_add_text(&coded, size);
		bytes_add(&coded, piece);
		bytes_add(&coded, VIEW("\r\n"));
	}
	bytes_add(&coded, VIEW("0\r\nA: b\r\n\r\nbehind"));
	raw = bytes_view(&coded);
	HOLDS(chunks_take(&chunks, &raw, &body) && chunks_done(&chunks));
	HOLDS(view_equal(bytes_view(&body), text) && view_is(raw, "behind"));
	bytes_clear(&coded);
	bytes_clear(&body);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes body = BYTES_INIT(SIZE_MAX), other = BYTES_INIT(SIZE_MAX);
	struct chunks whole = CHUNKS_INIT, pieces = CHUNKS_INIT;
	struct view raw = fuzz_view(data, size);
	size_t left;

	take_pieces(&pieces, raw, &other, &left);
	HOLDS(chunks_take(&whole, &raw, &body) == (whole.state != CHUNKS_BAD));
	HOLDS(whole.state == pieces.state && body.len <= size);
	SAME(bytes_view(&body), bytes_view(&other));
	HOLDS(raw.len == left);
	bytes_clear(&body);
	bytes_clear(&other);
	check_coding(fuzz_view(data, size));
	return 0;
}
