#include "sandbox/fault/faults.h"

static uint64_t
roll(uint64_t *dice)
{
	uint64_t z = *dice += 0x9e3779b97f4a7c15U;	/* SplitMix64 */

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
	return z ^ (z >> 31);
}

static bool
is_spent(const struct fault_active *row, uint64_t now)
{
	const struct fault_rule *rule = &row->rule;
	bool once = fault_rule_cuts(rule) && rule->every == 0 && rule->every_ms == 0;
	unsigned limit = rule->times > 0 ? rule->times : once ? 1 : 0;

	if (limit > 0 && row->acted >= limit)
		return true;
	return row->acted > 0 && rule->for_ms > 0 && now - row->first >= rule->for_ms;
}

static bool
concerns(const struct fault_rule *rule, const struct fault_session *session)
{
	size_t len = strlen(rule->session);

	if (rule->nth > 0)
		return session->nth == rule->nth;
	if (len > 0 && rule->session[len - 1] == '*')
		return view_starts(session->id, (struct view){ rule->session, len - 1 });
	return len == 0 || view_is(session->id, rule->session);
}

static void
act(struct fault_active *row, uint64_t now)
{
	if (row->acted == 0)
		row->first = now;
	row->acted++;
}

bool
faults_add(struct faults *faults, const struct fault_rule *rule, uint64_t now)
{
	if (faults->count == FAULTS_MAX)
		return false;
	faults->rows[faults->count++] = (struct fault_active){ .rule = *rule, .added = now, .dice = rule->seed };
	return faults->changed = true;
}

void
faults_clear(struct faults *faults)
{
	faults->count = 0;
	faults->changed = true;
}

void
faults_strike(struct faults *faults, const struct fault_rule *rule)
{
	faults->strike = *rule;
	faults->strikes++;
	faults->changed = true;
}

static bool
is_away(const struct fault_active *row, uint64_t now)
{
	return row->rule.kind == FAULT_KIND_AWAY && row->acted > 0 && !is_spent(row, now);
}

/* Once gone it stays away for its time, whatever is counted meanwhile; it goes once. */
static void
leave(struct fault_active *row, unsigned messages, uint64_t now)
{
	if (row->rule.kind == FAULT_KIND_AWAY && row->acted == 0 && now - row->added >= row->rule.after_ms &&
	    (row->rule.after == 0 || messages > row->rule.after))
		act(row, now);
}

static bool
look_away(struct faults *faults, unsigned messages, uint64_t now)
{
	bool away = false;

	for (size_t i = 0; i < faults->count; i++) {
		leave(&faults->rows[i], messages, now);
		away = away || is_away(&faults->rows[i], now);
	}
	return away;
}

bool
faults_away(struct faults *faults, uint64_t now)
{
	return look_away(faults, 0, now);
}

/* What a rule makes of a message or a connection. */
static struct fault_verdict
carry_out(const struct fault_rule *rule, struct fault_link *link)
{
	static const enum fault_deed deeds[] = { [FAULT_KIND_RST] = FAULT_ABORT, [FAULT_KIND_FIN] = FAULT_END,
	    [FAULT_KIND_CLOSE] = FAULT_SHUT, [FAULT_KIND_SILENCE] = FAULT_LOSE, [FAULT_KIND_LOSS] = FAULT_LOSE,
	    [FAULT_KIND_DUPLICATE] = FAULT_TWICE, [FAULT_KIND_REORDER] = FAULT_HOLD };

	if (rule->kind == FAULT_KIND_SILENCE)
		link->silent = true;
	return (struct fault_verdict){ .deed = deeds[rule->kind], .code = rule->value, .rule = rule->text };
}

static bool
meets(struct fault_active *row, const struct fault_link *link, enum fault_way way, uint64_t now)
{
	const struct fault_rule *rule = &row->rule;
	uint64_t age = now - link->opened;

	if (rule->kind >= FAULT_KIND_AWAY || is_spent(row, now) || (rule->way != FAULT_BOTH && rule->way != way) ||
	    !concerns(rule, &link->session))
		return false;
	if (link->messages <= rule->after || age < rule->after_ms || age < rule->every_ms)
		return false;
	if (rule->every > 0 && link->messages % rule->every != 0)
		return false;
	return fault_rule_cuts(rule) || roll(&row->dice) % FAULT_ALWAYS < rule->value;
}

/* The first rule that fits the message, of those that make slow or of the others; NULL: none. */
static const struct fault_rule *
choose(struct faults *faults, const struct fault_link *link, bool slow, enum fault_way way, uint64_t now)
{
	for (size_t i = 0; i < faults->count; i++) {
		struct fault_active *row = &faults->rows[i];

		if ((row->rule.kind == FAULT_KIND_SLOW) == slow && meets(row, link, way, now)) {
			act(row, now);
			return &row->rule;
		}
	}
	return NULL;
}

struct fault_verdict
faults_message(struct faults *faults, struct fault_link *link, enum fault_way way, uint64_t now)
{
	struct fault_verdict verdict = { .deed = FAULT_PASS };
	const struct fault_rule *rule;

	link->messages++;
	if (link->silent || look_away(faults, link->messages, now))
		return (struct fault_verdict){ .deed = FAULT_LOSE };
	if ((rule = choose(faults, link, false, way, now)) != NULL)
		verdict = carry_out(rule, link);
	if (verdict.deed != FAULT_LOSE && verdict.deed < FAULT_ABORT &&
	    (rule = choose(faults, link, true, way, now)) != NULL) {
		verdict.delay_ms = rule->delay_ms;
		verdict.rate = rule->rate;
	}
	return verdict;
}

/* When a rule of time alone ends this connection. */
static uint64_t
moment(const struct fault_active *row, const struct fault_link *link)
{
	const struct fault_rule *rule = &row->rule;
	uint64_t wait = rule->after_ms > rule->every_ms ? rule->after_ms : rule->every_ms;

	if (!fault_rule_cuts(rule) || is_spent(row, link->opened) || wait == 0 || rule->after > 0 || rule->every > 0 ||
	    (rule->kind == FAULT_KIND_SILENCE && link->silent) || !concerns(rule, &link->session))
		return FAULT_NEVER;
	return link->opened + wait;
}

static void
take_strike(const struct faults *faults, struct fault_link *link)
{
	if (link->strikes != faults->strikes && concerns(&faults->strike, &link->session)) {
		link->strike = faults->strike;
		link->struck = true;
	}
	link->strikes = faults->strikes;
}

uint64_t
faults_deadline(const struct faults *faults, struct fault_link *link)
{
	uint64_t soonest = FAULT_NEVER;

	take_strike(faults, link);
	for (size_t i = 0; i < faults->count; i++) {
		uint64_t at = moment(&faults->rows[i], link);

		soonest = at < soonest ? at : soonest;
	}
	return link->struck ? 0 : soonest;
}

struct fault_verdict
faults_due(struct faults *faults, struct fault_link *link, uint64_t now)
{
	if (link->struck) {
		link->struck = false;
		return carry_out(&link->strike, link);
	}
	for (size_t i = 0; i < faults->count; i++)
		if (moment(&faults->rows[i], link) <= now) {
			act(&faults->rows[i], now);
			return carry_out(&faults->rows[i].rule, link);
		}
	return (struct fault_verdict){ .deed = FAULT_PASS };
}

bool
faults_request(struct faults *faults, enum fault_kind kind, const struct fault_session *session, uint64_t now,
    unsigned *value)
{
	for (size_t i = 0; i < faults->count; i++) {
		struct fault_active *row = &faults->rows[i];

		if (row->rule.kind != kind || !concerns(&row->rule, session))
			continue;
		row->seen++;
		if (is_spent(row, now) || row->seen <= row->rule.after || now - row->added < row->rule.after_ms)
			continue;
		act(row, now);
		*value = row->rule.value;
		return true;
	}
	return false;
}
