/* contest: losses that look like another client's doing, and those that do not. */
#include "session/contest.h"

#include "tap.h"

struct loss {
	bool closed;
	unsigned stood, heard;		/* for how long, and when the node was heard on it; 0: not at all */
};

static const struct row {
	const char *title;
	struct loss losses[6];		/* up to one that stood for no time */
	unsigned told;			/* by which loss, from 1; 0: by none */
} rows[] = {
	{ "closed soon, three times", { { true, 40, 20 }, { true, 700, 90 }, { true, 5000, 90 } }, 3 },
	{ "once more after that", { { true, 40, 20 }, { true, 40, 20 }, { true, 40, 20 }, { true, 40, 20 } }, 3 },
	{ "twice", { { true, 40, 20 }, { true, 40, 20 } }, 0 },
	{ "cut, however often", { { false, 40, 20 }, { false, 40, 20 }, { false, 40, 20 }, { false, 40, 20 } }, 0 },
	{ "a cut between", { { true, 40, 20 }, { true, 40, 20 }, { false, 40, 20 }, { true, 40, 20 }, { true, 40, 20 } }, 0 },
	{ "one that stood between", { { true, 40, 20 }, { true, 40, 20 }, { true, 10001, 20 }, { true, 40, 20 } }, 0 },
	{ "ten seconds are soon", { { true, 10000, 20 }, { true, 10000, 20 }, { true, 10000, 20 } }, 3 },
	{ "hourly", { { true, 3600000, 9000 }, { true, 3600000, 9000 }, { true, 3600000, 9000 } }, 0 },
	{ "closed before the node was heard", { { true, 40, 0 }, { true, 40, 0 }, { true, 40, 0 }, { true, 40, 0 } }, 0 },
	{ "one of those between", { { true, 40, 20 }, { true, 40, 20 }, { true, 40, 0 }, { true, 40, 20 } }, 4 },
};

int
main(void)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct sessioncontest contest = { .times = 0 };
		unsigned told = 0, times = 0;
		uint64_t now = 1000000;

		for (size_t j = 0; j < ARRAY_LEN(rows[i].losses) && rows[i].losses[j].stood > 0; j++) {
			const struct loss *loss = &rows[i].losses[j];
			uint64_t back = now + 200, heard = loss->heard > 0 ? back + loss->heard : now - 1;

			now = back + loss->stood;
			if (!sessioncontest_lost(&contest, loss->closed, back, heard, now))
				continue;
			told = (unsigned)j + 1;
			times++;
		}
		is_number(told, rows[i].told, "%s", rows[i].title);
		ok(times <= 1, "%s: told once at most", rows[i].title);
	}
	return done_testing();
}
