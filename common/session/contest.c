#include "session/contest.h"

/* One on which the node had no time for a word says nothing, neither way. */
bool
sessioncontest_lost(struct sessioncontest *contest, bool closed, uint64_t back, uint64_t heard, uint64_t now)
{
	if (!closed || now - back > CONTEST_SOON)
		contest->times = 0;
	else if (heard >= back)
		contest->times++;
	if (contest->told || contest->times < CONTEST_TIMES)
		return false;
	contest->told = true;
	return true;
}
