#include "sandbox/agent/pump.h"

#include "core/utf8.h"

#define TEXT_MAX (PUMP_WAITING_MAX + AGENT_PAYLOAD_MAX)
#define REPLACEMENT 0xfffd

/* Puts what is to be sent behind `out`; returns how much of the text that is, as it came. */
static size_t
take_characters(struct bytes *out, struct view text)
{
	size_t at = 0;

	while (at < text.len) {
		struct view rest = view_slice(text, at, text.len);
		size_t len = utf8_length(rest);
		bool wrong = len == 0 || utf8_decode(rest) == REPLACEMENT;

		if (wrong && rest.len <= PUMP_WAITING_MAX)
			break;
		bytes_add(out, view_slice(rest, 0, wrong ? 1 : len));
		at += len == 0 ? 1 : len;
	}
	return at;
}

void
pump_read(struct pump *pump, struct view *bytes, struct sender *sender, uint64_t now)
{
	struct view read = view_slice(*bytes, 0, bytes->len < AGENT_PAYLOAD_MAX ? bytes->len : AGENT_PAYLOAD_MAX);
	struct bytes payload = BYTES_INIT(TEXT_MAX);
	struct view text = { .len = pump->count + read.len };
	char joined[TEXT_MAX];
	size_t done;

	*bytes = view_slice(*bytes, read.len, bytes->len);
	if (pump->raw) {
		sender_send(sender, pump->type, read, now);
		return;
	}
	memcpy(joined, pump->waiting, pump->count);
	memcpy(joined + pump->count, read.ptr, read.len);
	text.ptr = joined;
	done = take_characters(&payload, text);
	pump->count = text.len - done;
	memcpy(pump->waiting, joined + done, pump->count);
	sender_send(sender, pump->type, bytes_view(&payload), now);
	bytes_clear(&payload);
}
