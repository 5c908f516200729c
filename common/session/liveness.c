#include "session/liveness.h"

static uint64_t
sooner(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

void
liveness_opened(struct liveness *liveness, unsigned every, uint64_t now)
{
	*liveness = (struct liveness)LIVENESS_INIT;
	liveness->every = every;
	liveness->ping = liveness->heard = now;
}

void
liveness_answered(struct liveness *liveness, uint64_t now)
{
	liveness->heard = now;
	liveness->lost = LIVENESS_NEVER;
	liveness->doubted = liveness->changed = false;
}

/* Behind a change it may have been under way since before. */
void
liveness_heard(struct liveness *liveness, uint64_t now)
{
	if (!liveness->changed || liveness->lost == LIVENESS_NEVER) {
		liveness_answered(liveness, now);
		return;
	}
	liveness->heard = now;
	liveness->lost = now + LIVENESS_SOON;
}

void
liveness_waits(struct liveness *liveness, uint64_t since)
{
	liveness->since = since;
}

static void
doubt(struct liveness *liveness, uint64_t now)
{
	liveness->ping = now;
	liveness->doubted = true;
	if (!liveness->held)
		liveness->lost = sooner(liveness->lost, now + LIVENESS_SOON);
}

void
liveness_changed(struct liveness *liveness, uint64_t now)
{
	liveness->changed = true;
	doubt(liveness, now);
}

void
liveness_again(struct liveness *liveness, uint64_t now)
{
	liveness->ping = now;
	liveness->lost = LIVENESS_NEVER;
	liveness->doubted = liveness->changed = false;
}

/* What came while it was held is read only now. */
void
liveness_hold(struct liveness *liveness, bool held, uint64_t now)
{
	if (held == liveness->held)
		return;
	liveness->held = held;
	liveness->lost = LIVENESS_NEVER;
	if (!held && now - liveness->heard > LIVENESS_PATIENCE)
		liveness_again(liveness, now);
	if (!held)
		liveness->heard = now;
}

void
liveness_limit(struct liveness *liveness, uint64_t now)
{
	liveness->lost = sooner(liveness->lost, now + LIVENESS_PATIENCE);
}

/* What came since the input was given has shown that there is a connection, though it is no answer. */
static uint64_t
input_due(const struct liveness *liveness)
{
	uint64_t from = liveness->since > liveness->heard ? liveness->since : liveness->heard;

	if (liveness->since == LIVENESS_NEVER || liveness->doubted || liveness->held)
		return LIVENESS_NEVER;
	return from + LIVENESS_SOON;
}

enum liveness_action
liveness_next(struct liveness *liveness, uint64_t now)
{
	if (liveness->lost <= now) {
		*liveness = (struct liveness)LIVENESS_INIT;
		return LIVENESS_LOST;
	}
	if (input_due(liveness) <= now)
		doubt(liveness, now);
	if (liveness->ping > now)
		return LIVENESS_NOTHING;
	liveness->ping = now + liveness->every;
	if (!liveness->held)
		liveness->lost = sooner(liveness->lost, now + LIVENESS_PATIENCE);
	return LIVENESS_PING;
}

uint64_t
liveness_due(const struct liveness *liveness)
{
	return sooner(sooner(liveness->ping, liveness->lost), input_due(liveness));
}
