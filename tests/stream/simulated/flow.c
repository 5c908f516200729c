#include "flow.h"

#include <stdlib.h>

static const char *const names[STREAMS] = { "input", "output", "error output" };

/* Characters of one to four bytes: the agent lets nothing else through as it is. */
static void
fill_characters(char *bytes, size_t len, struct dice *dice)
{
	static const char *const long_ones[] = { "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80" };

	for (size_t at = 0; at < len;) {
		const char *text = long_ones[dice_roll(dice) % ARRAY_LEN(long_ones)];

		if (dice_chance(dice, 100) && strlen(text) <= len - at) {
			memcpy(bytes + at, text, strlen(text));
			at += strlen(text);
		} else {
			bytes[at++] = (char)dice_between(dice, '\t', '~');
		}
	}
}

void
flow_open(struct stream_flow *flow, enum stream stream, const struct plan_flow *plan, bool text, struct dice *dice)
{
	*flow = (struct stream_flow){ .name = names[stream], .plan = plan, .total = plan->total, .next = FLOW_NEVER };
	if ((flow->bytes = malloc(plan->total + 1)) == NULL)
		abort();
	if (text)
		fill_characters(flow->bytes, flow->total, dice);
	else
		for (size_t i = 0; i < flow->total; i++)
			flow->bytes[i] = (char)dice_roll(dice);
}

void
flow_clear(struct stream_flow *flow)
{
	free(flow->bytes);
	flow->bytes = NULL;
}

void
flow_release(struct stream_flow *flow, struct dice *dice, uint64_t now)
{
	size_t rest = flow->total - flow->released, some = dice_between(dice, 1, flow->plan->most);

	if (now < flow->next)
		return;
	flow->released += some < rest ? some : rest;
	flow->next = flow->released == flow->total ? FLOW_NEVER : now + dice_between(dice, 1, 2 * flow->plan->gap);
}

void
flow_came(struct stream_flow *flow, struct ledger *ledger, struct view bytes)
{
	if (bytes.len > flow->taken - flow->came)
		ledger_blame(ledger, "%s: more came than was sent", flow->name);
	else if (memcmp(flow->bytes + flow->came, bytes.ptr, bytes.len) != 0)
		ledger_blame(ledger, "%s: other bytes came behind the first %zu", flow->name, flow->came);
	else
		flow->came += bytes.len;
}
