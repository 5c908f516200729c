#include "console/eot.h"

void
consoleeot_begin(struct consoleeot *eot, uint64_t now)
{
	if (eot->begun)
		return;
	*eot = (struct consoleeot){ .begun = true, .due = now + CONSOLEEOT_FIRST };
}

void
consoleeot_heard(struct consoleeot *eot, uint64_t now)
{
	if (eot->begun && eot->times < CONSOLEEOT_TIMES)
		eot->due = now + (eot->times == 0 ? CONSOLEEOT_FIRST : (uint64_t)CONSOLEEOT_QUIET << (eot->times - 1));
}

uint64_t
consoleeot_due(const struct consoleeot *eot)
{
	return eot->begun ? eot->due : CONSOLEEOT_NEVER;
}

struct view
consoleeot_text(const struct consoleeot *eot, bool line_ended)
{
	return eot->times == 0 && !line_ended ? VIEW("\004\004") : VIEW("\004");
}

void
consoleeot_sent(struct consoleeot *eot)
{
	eot->times++;
	eot->due = CONSOLEEOT_NEVER;
}
