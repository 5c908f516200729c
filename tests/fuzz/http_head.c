/* http/head: what is taken of a head is sound, and comes to the same a second time. */
#include "core/header_field.h"
#include "fuzz.h"
#include "http/head.h"

static bool
is_value(struct view value)
{
	for (size_t i = 0; i < value.len; i++)
		if (memchr("\0\r\n", value.ptr[i], 3) != NULL)
			return false;
	return view_equal(view_trim(value), value);
}

static bool
read_lines(struct httphead *head, struct view text)
{
	while (text.len > 0)
		if (!httphead_line(head, view_take_line(&text)))
			return false;
	return true;
}

static void
check_head(const struct httphead *head)
{
	HOLDS(head->status == 0 || (head->status >= 100 && head->status <= 999));
	HOLDS(head->count <= HTTPHEAD_FIELDS_MAX && head->size <= HTTPHEAD_SIZE_MAX);
	HOLDS(!(head->has_length && head->chunked));
	HOLDS(!httphead_is_framed(head) || (head->complete && head->status >= 200));
	HOLDS(httphead_retry_after(head, 1700000000) <= HTTPHEAD_RETRY_AFTER_MAX);
	for (size_t i = 0; i < head->count; i++)
		HOLDS(header_field_is_token(httphead_name(head, i)) && is_value(httphead_value(head, i)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct httphead head = HTTPHEAD_INIT, fresh = HTTPHEAD_INIT;
	struct view text = fuzz_view(data, size);
	bool good = read_lines(&head, text);

	HOLDS(good == (head.why == NULL));
	if (good)
		check_head(&head);
	httphead_reset(&head);
	HOLDS(read_lines(&head, text) == good && read_lines(&fresh, text) == good);
	HOLDS(head.count == fresh.count && head.why == fresh.why && head.length == fresh.length &&
	    view_equal(bytes_view(&head.text), bytes_view(&fresh.text)));
	httphead_clear(&head);
	httphead_clear(&fresh);
	return 0;
}
