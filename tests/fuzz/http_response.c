/* http/response, http/chunks: a head and its body, whole and in pieces; no body has more bytes than came. */
#include "fuzz.h"
#include "http/response.h"

static void
read_body(struct response *response, const struct httphead *head, struct view body, bool whole)
{
	struct fuzz_pieces pieces = fuzz_pieces(body);
	struct view piece;
	bool good = true;

	response->head = *head;			/* borrowed: nothing of it is freed here */
	if (whole)
		response_add(response, body);
	else
		while (fuzz_next(&pieces, &piece))
			good = good && response_add(response, piece);
}

static void
check_body(const struct httphead *head, struct view body)
{
	struct response whole = RESPONSE_INIT, pieces = RESPONSE_INIT;

	read_body(&whole, head, body, true);
	read_body(&pieces, head, body, false);
	HOLDS(whole.body.len <= body.len);
	HOLDS(view_equal(bytes_view(&whole.body), bytes_view(&pieces.body)));
	HOLDS(whole.chunks.state == pieces.chunks.state);
	HOLDS(!chunks_done(&whole.chunks) || whole.excess == pieces.excess);
	HOLDS(response_is_whole(&whole) == response_is_whole(&pieces));
	HOLDS(!(response_is_whole(&whole) && response_ends_with_connection(&whole)));
	bytes_clear(&whole.body);
	bytes_clear(&pieces.body);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct httphead head = HTTPHEAD_INIT;
	struct view rest = fuzz_view(data, size);
	bool good = true;

	while (good && rest.len > 0 && !head.complete)
		good = httphead_line(&head, view_take_line(&rest));
	if (good)
		check_body(&head, rest);
	httphead_clear(&head);
	return 0;
}
