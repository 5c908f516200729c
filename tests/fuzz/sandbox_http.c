/* sandbox/http: the same requests, whole and in pieces; no body has more bytes than came. */
#include "fuzz.h"
#include "sandbox/http.h"

static void
add_request(struct bytes *list, const struct sandbox_reader *reader)
{
	const struct sandbox_request *request = &reader->request;

	if (reader->state == SANDBOX_BAD) {
		HOLDS(reader->status >= 400 && reader->status < 600 && reader->why != NULL);
		bytes_add_text(list, reader->why);
		return;
	}
	HOLDS(request->header_count <= SANDBOX_HEADERS_MAX && header_field_is_token(request->method));
	bytes_add(list, request->method);
	bytes_add(list, request->path);
	bytes_add(list, request->query);
	for (size_t i = 0; i < request->header_count; i++) {
		HOLDS(header_field_is_token(request->headers[i].name));
		bytes_add(list, request->headers[i].name);
		bytes_add(list, request->headers[i].value);
	}
	bytes_add(list, request->body);
	bytes_add_char(list, "kc"[request->keep_alive]);
}

/* Requests follow each other on a connection; a bad one ends it. */
static void
feed(struct sandbox_reader *reader, struct view data, struct bytes *list)
{
	while (data.len > 0 && reader->state != SANDBOX_BAD) {
		size_t taken = sandbox_reader_feed(reader, data);

		HOLDS(taken <= data.len && (taken > 0 || reader->state == SANDBOX_BAD));
		data = view_slice(data, taken, data.len);
		if (reader->state == SANDBOX_DONE || reader->state == SANDBOX_BAD)
			add_request(list, reader);
		if (reader->state == SANDBOX_DONE)
			sandbox_reader_reset(reader);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_pieces pieces = fuzz_pieces(fuzz_view(data, size));
	struct sandbox_reader whole = SANDBOX_READER_INIT, cut = SANDBOX_READER_INIT;
	struct bytes list = BYTES_INIT(SIZE_MAX), other = BYTES_INIT(SIZE_MAX);
	struct view piece;

	feed(&whole, fuzz_view(data, size), &list);
	while (fuzz_next(&pieces, &piece))
		feed(&cut, piece, &other);
	HOLDS(whole.state == cut.state);
	SAME(bytes_view(&list), bytes_view(&other));
	HOLDS(whole.body.len <= size);
	sandbox_reader_clear(&whole);
	sandbox_reader_clear(&cut);
	bytes_clear(&list);
	bytes_clear(&other);
	return 0;
}
