/* chunks: a body that comes in them, whole, cut and broken. */
#include "http/chunks.h"
#include "tap.h"

static bool
decode(struct bytes *body, struct view raw, size_t step, bool *done)
{
	struct chunks chunks = CHUNKS_INIT;
	bool good = true;

	bytes_reset(body);
	for (size_t at = 0; at < raw.len && good; at += step) {
		struct view piece = view_slice(raw, at, at + step < raw.len ? at + step : raw.len);

		good = chunks_take(&chunks, &piece, body);
	}
	*done = chunks_done(&chunks);
	return good;
}

static void
test_chunks(void)
{
	static const char raw[] = "5\r\nhello\r\n1;x=\"y\"\r\n,\r\nB \r\n wide world\r\n0\r\nT: r\r\nU: s\r\n\r\n";
	static const char *const broken[] = { "\r\n", ";\r\n", "x\r\n", "5hello", "5\nhello", "5\r\rhello",
	    "1\r\nab\r\n", "1\r\na\n", "1\r\na\rb", "000000001\r\na", "0\r\n\n", "0\r\na\n", "0\r\na\rb",
	    "0\r\n\rx", "1;\n" };
	struct bytes body = BYTES_INIT(64);
	bool done;

	for (size_t step = 1; step < sizeof raw; step += 7) {
		ok(decode(&body, VIEW(raw), step, &done) && done, "chunks in pieces of %zu", step);
		is_view(bytes_view(&body), VIEW("hello, wide world"), "are put together");
	}
	for (size_t len = 0; len < sizeof raw - 1; len++)
		if (!decode(&body, view_slice(VIEW(raw), 0, len), len + 1, &done) || done)
			ok(false, "chunks cut at %zu are not whole", len);
	for (size_t i = 0; i < ARRAY_LEN(broken); i++)
		ok(!decode(&body, view_of(broken[i]), 3, &done), "broken chunks %zu", i);
	ok(decode(&body, VIEW("40\r\n0123456789012345678901234567890123456789012345678901234567890123\r\n"
	    "0\r\n\r\n"), 80, &done) && done, "as many bytes as there is room for");
	ok(!decode(&body, VIEW("41\r\n01234567890123456789012345678901234567890123456789012345678901234\r\n"
	    "0\r\n\r\n"), 80, &done), "and one more");
	bytes_clear(&body);
}

int
main(void)
{
	test_chunks();
	return done_testing();
}
