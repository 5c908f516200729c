/* stream/handshake: each request has an answer that is JSON, and no text for the user controls a terminal. */
#include "core/printable.h"
#include "fuzz.h"
#include "json/items.h"
#include "json/json.h"
#include "stream/handshake.h"

static void
check_response(const struct handshake *handshake)
{
	struct bytes out = BYTES_INIT(SIZE_MAX);
	struct ssm_error err = SSM_ERROR_INIT;
	struct json_doc doc = JSON_DOC_INIT;
	struct view item;
	size_t at = 0, count = 0;

	handshake_write_response(&out, handshake, VIEW("1.2.764.0"));
	HOLDS(json_parse(&doc, bytes_view(&out), "response", &err) == SSM_OK && doc.count == 3);
	HOLDS(json_kind(&doc.members[1]) == JSON_ARRAY);
	while (jsonitems_next(doc.members[1].raw, &at, &item))
		count++;
	HOLDS(count == handshake->count);
	HOLDS((json_kind(&doc.members[2]) == JSON_NULL) == (handshake->refusal.len == 0));
	json_clear(&doc);
	bytes_clear(&out);
}

static void
settle(struct handshake *handshake, bool refused)
{
	if (handshake_wants_key(handshake)) {
		HOLDS(handshake->key.id.len > 0 && handshake->session != CHANNEL_PORT && handshake->refusal.len == 0);
		if (refused)
			handshake_refuse_key(handshake, VIEW("no key"));
		else
			handshake_take_key(handshake, VIEW("Q0s="));
		HOLDS(!handshake_wants_key(handshake));
	}
	check_response(handshake);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct handshake handshake;

	handshake_init(&handshake);
	if (handshake_read_request(&handshake, fuzz_view(data, size)))
		settle(&handshake, size % 2 == 0);
	HOLDS(printable_is_text(bytes_view(&handshake.refusal)));
	HOLDS(handshake.count <= HANDSHAKE_ACTIONS_MAX && !handshake_lacks_memory(&handshake));
	handshake_read_complete(&handshake, fuzz_view(data, size));
	HOLDS(handshake.customer_message.len <= size && handshake.complete);
	handshake_clear(&handshake);
	return 0;
}
