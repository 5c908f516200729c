#include "ledger.h"

#include <stdarg.h>
#include <stdio.h>

#include "core/array.h"

#define PAYLOAD_MAX 1024
#define NUMBERS_MAX 1000000
#define VERSION_AT 36
#define PROBE "probe"			/* what looks for a number has none of its own */

void
ledger_clear(struct ledger *ledger)
{
	free(ledger->client.entries);
	free(ledger->agent.entries);
}

void
ledger_blame(struct ledger *ledger, const char *format, ...)
{
	va_list args;

	if (ledger->wrong[0] != '\0')
		return;
	va_start(args, format);
	vsnprintf(ledger->wrong, sizeof ledger->wrong, format, args);
	va_end(args);
}

void
ledger_connected(struct ledger *ledger)
{
	ledger->opened = false;
}

/* FNV-1a: enough to tell a repeat that is not the same. */
static uint64_t
sum_of(struct view bytes)
{
	uint64_t sum = 0xcbf29ce484222325U;

	for (size_t i = 0; i < bytes.len; i++)
		sum = (sum ^ (unsigned char)bytes.ptr[i]) * 0x100000001b3U;
	return sum | 1;
}

static struct ledger_entry *
entry_of(struct ledger_side *side, int64_t sequence)
{
	struct ledger_entry *entries;

	sequence -= side->base;
	while (side->count <= (size_t)sequence) {
		if ((entries = array_room(side->entries, side->count, &side->room, sizeof *entries)) == NULL)
			abort();
		side->entries = entries;
		entries[side->count++] = (struct ledger_entry){ .sum = 0 };
	}
	return &side->entries[sequence];
}

/* Numbers come in order at first, and then as they were. */
static void
note_sent(struct ledger *ledger, struct ledger_side *side, const struct message *message, struct view raw)
{
	const char *who = side == &ledger->client ? "client" : "agent";
	struct ledger_entry *entry;

	if (message->sequence < 0 || message->sequence > NUMBERS_MAX) {
		ledger_blame(ledger, "%s: number %lld", who, (long long)message->sequence);
		return;
	}
	if (side->base < 0)
		side->base = message->sequence;
	if (message->sequence < side->base) {
		ledger_blame(ledger, "%s: number %lld is below its first one", who, (long long)message->sequence);
		return;
	}
	/* What an agent keeps back while it is paused goes out behind what comes later. */
	if (side == &ledger->client && (size_t)(message->sequence - side->base) > side->count)
		ledger_blame(ledger, "%s: number %lld is sent before %zu", who, (long long)message->sequence,
		    (size_t)side->base + side->count);
	entry = entry_of(side, message->sequence);
	if (entry->sum != 0 && entry->sum != sum_of(raw))
		ledger_blame(ledger, "%s: number %lld is repeated with other bytes", who, (long long)message->sequence);
	if (entry->sum == 0)
		side->bytes += message->payload.len;
	entry->sum = sum_of(raw);
	if (message->payload_type == PAYLOAD_OUTPUT || message->payload_type == PAYLOAD_STDERR)
		entry->shown = (uint32_t)message->payload.len;
	side->sent++;
}

static void
check_form(struct ledger *ledger, const struct message *message, struct view raw, const char *wrong)
{
	bool acknowledges = message->type == MESSAGE_ACKNOWLEDGE;

	if (wrong != NULL)
		ledger_blame(ledger, "client: a message that cannot be read: %s", wrong);
	else if (!acknowledges && message->type != MESSAGE_INPUT)
		ledger_blame(ledger, "client: a message of a type that is not its own");
	else if (message->flags != (acknowledges ? MESSAGE_SYN | MESSAGE_FIN : 0))
		ledger_blame(ledger, "client: flags %llu", (unsigned long long)message->flags);
	else if (acknowledges && (message->sequence != 0 || message->payload_type != PAYLOAD_NONE))
		ledger_blame(ledger, "client: an acknowledgement with a number or type of its own");
	else if (message->payload_type == PAYLOAD_OUTPUT && message->payload.len > PAYLOAD_MAX)
		ledger_blame(ledger, "client: a payload of %zu bytes", message->payload.len);
	else if (raw.ptr[VERSION_AT - 1] != ' ')
		ledger_blame(ledger, "client: a type that is not padded with blanks");
}

static void
note_acknowledgement(struct ledger *ledger, struct view payload)
{
	int64_t sequence = message_read_acknowledgement(payload);

	ledger->acknowledged++;
	if (sequence < 0 || (size_t)sequence >= ledger->agent.count || !ledger->agent.entries[sequence].delivered)
		ledger_blame(ledger, "client: acknowledges %lld, which it has not got", (long long)sequence);
	else
		ledger->agent.entries[sequence].accepted = true;
}

void
ledger_client_sent(struct ledger *ledger, struct view raw, bool text)
{
	struct message message = { .type = MESSAGE_UNKNOWN };
	const char *wrong;

	if (text != !ledger->opened)
		ledger_blame(ledger, "client: %s", text ? "a second text" : "a message before the text with the token");
	ledger->opened = true;
	if (text)
		return;
	wrong = message_decode(&message, raw, ledger->digest);
	check_form(ledger, &message, raw, wrong);
	if (message.type == MESSAGE_ACKNOWLEDGE)
		note_acknowledgement(ledger, message.payload);
	else if (message.type == MESSAGE_INPUT && !view_is(message.payload, PROBE))
		note_sent(ledger, &ledger->client, &message, raw);
}

void
ledger_agent_sent(struct ledger *ledger, struct view raw)
{
	struct message message;
	const char *wrong = message_decode(&message, raw, ledger->digest);

	if (wrong != NULL)
		ledger_blame(ledger, "agent: a message that cannot be read: %s", wrong);
	else if (message.type == MESSAGE_OUTPUT)
		note_sent(ledger, &ledger->agent, &message, raw);
}

void
ledger_delivered(struct ledger *ledger, struct view raw)
{
	struct message message;

	if (message_decode(&message, raw, ledger->digest) != NULL || message.type != MESSAGE_OUTPUT)
		return;
	entry_of(&ledger->agent, message.sequence)->delivered = true;
	ledger->deliveries++;
}

void
ledger_killed(struct ledger *ledger)
{
	ledger->client.count = 0;
	ledger->client.sent = ledger->client.bytes = 0;
	ledger->client.base = -1;
	ledger->acknowledged = 0;
	for (size_t i = 0; i < ledger->agent.count; i++)
		if (!ledger->agent.entries[i].settled)
			ledger->agent.entries[i].delivered = ledger->agent.entries[i].accepted = false;
}

void
ledger_settled(struct ledger *ledger, int64_t sequence)
{
	struct ledger_entry *entry;

	if (sequence < 0 || (size_t)sequence >= ledger->agent.count)
		return;
	entry = &ledger->agent.entries[sequence];
	entry->settled = entry->delivered = entry->accepted = true;
}

uint64_t
ledger_position(const struct ledger *ledger, int64_t sequence)
{
	uint64_t position = 0;

	for (int64_t i = 0; i < sequence && (size_t)i < ledger->agent.count; i++)
		position += ledger->agent.entries[i].shown;
	return position;
}

void
ledger_check_gone(struct ledger *ledger, int64_t sequence)
{
	for (int64_t i = 0; i < sequence && (size_t)i < ledger->agent.count; i++)
		if (!ledger->agent.entries[i].gone)
			ledger_blame(ledger, "output begins at %lld, and %lld is nobody's", (long long)sequence,
			    (long long)i);
}

void
ledger_replaced(struct ledger *ledger)
{
	for (size_t i = 0; i < ledger->agent.count; i++)
		ledger->agent.entries[i].gone = ledger->agent.entries[i].settled;
}

uint64_t
ledger_skip_gone(const struct ledger *ledger, uint64_t position, uint64_t *len)
{
	uint64_t at = 0;

	*len = UINT64_MAX;
	for (size_t i = 0; i < ledger->agent.count; i++) {
		const struct ledger_entry *entry = &ledger->agent.entries[i];

		if (entry->gone && position >= at && position < at + entry->shown)
			position = at + entry->shown;
		if (entry->gone && at > position && *len == UINT64_MAX)
			*len = at - position;
		at += entry->shown;
	}
	return position;
}

size_t
ledger_gone(const struct ledger *ledger, size_t from, size_t end, uint64_t *shown)
{
	size_t count = 0;

	*shown = 0;
	for (size_t i = from; i < end; i++)
		if (ledger->agent.entries[i].gone) {
			*shown += ledger->agent.entries[i].shown;
			count++;
		}
	return count;
}

bool
ledger_is_whole(const struct ledger *ledger)
{
	for (size_t i = 0; i < ledger->agent.count; i++)
		if (!ledger->agent.entries[i].accepted)
			return false;
	return true;
}

bool
ledger_has_hole(const struct ledger *ledger)
{
	bool missing = false;

	for (size_t i = 0; i < ledger->agent.count; i++) {
		missing |= !ledger->agent.entries[i].accepted;
		if (missing && ledger->agent.entries[i].delivered && !ledger->agent.entries[i].gone)
			return true;
	}
	return false;
}

size_t
ledger_in_order(const struct ledger *ledger, uint64_t *shown)
{
	size_t i = 0;

	for (*shown = 0; i < ledger->agent.count && ledger->agent.entries[i].accepted; i++)
		*shown += ledger->agent.entries[i].shown;
	return i;
}

uint64_t
ledger_repeated(const struct ledger *ledger)
{
	uint64_t distinct = 0;

	for (size_t i = 0; i < ledger->client.count; i++)
		distinct += ledger->client.entries[i].sum != 0;
	return ledger->client.sent - distinct;
}

void
ledger_describe(char *out, size_t room, struct ledger *ledger, struct view raw)
{
	static const char *const names[] = { "input", "output", "acknowledge", "channel_closed", "start", "pause", "other" };
	struct message message;
	const char *wrong = message_decode(&message, raw, ledger->digest);

	if (wrong != NULL)
		snprintf(out, room, "text or nonsense, %zu bytes", raw.len);
	else if (message.type == MESSAGE_ACKNOWLEDGE)
		snprintf(out, room, "acknowledge %lld", (long long)message_read_acknowledgement(message.payload));
	else if (message.type > MESSAGE_ACKNOWLEDGE)
		snprintf(out, room, "%s", names[message.type]);
	else
		snprintf(out, room, "%s %lld: payload type %u, %zu bytes", names[message.type],
		    (long long)message.sequence, (unsigned)message.payload_type, message.payload.len);
}
