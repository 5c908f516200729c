/*
 * recovery: when the service is asked for a lost session, at a clock that the test turns; who asks is the test's own, so
 * that no process is started.
 */
#include "session/recovery.h"

#include "tap.h"

#define START 1000000
#define CALLS_MAX 2000

static uint64_t now;
static uint64_t calls[CALLS_MAX];
static size_t count;
static uint64_t limit;			/* when the question that is under way is given up */
static enum ssm_err answer;		/* to all that are asked */
static const char *code;		/* of an answer that is an error */
static bool hangs;			/* no answer comes before the limit */

/* session/ask, in a few lines. */
void
sessionask_start(struct sessionask *ask, enum sessionask_question question, const struct sessionask_how *how,
    unsigned longest)
{
	(void)question;
	(void)how;
	ssm_error_clear(&ask->err);
	ask->running = true;
	limit = now + longest;
	if (count < CALLS_MAX)
		calls[count++] = now;
}

void
sessionask_limit(struct sessionask *ask, const struct sessionask_how *how, uint64_t at)
{
	(void)ask;
	(void)how;
	limit = at < limit ? at : limit;
}

bool
sessionask_poll(struct sessionask *ask)
{
	(void)ask;
	return !hangs || now >= limit;
}

void
sessionask_end(struct sessionask *ask)
{
	if (ask->running && (answer != SSM_OK || hangs))
		ssm_fail(&ask->err, hangs ? SSM_E_AGAIN : answer, code, "no answer");
	ask->running = false;
}

void
sessionask_clear(struct sessionask *ask)
{
	ssm_error_clear(&ask->err);
}

static uint64_t
read_clock(void *context)
{
	(void)context;
	return now;
}

static uint32_t
no_chance(void)
{
	return 0;
}

struct world {
	struct loop loop;
	struct sessionask_how how;
	struct sessionrecovery recovery;
};

static void
begin(struct world *world, unsigned give_up)
{
	*world = (struct world){ .recovery = SESSIONRECOVERY_INIT };
	ok(loop_open(&world->loop) == 0, "a loop");
	world->loop.clock = read_clock;
	world->how.loop = &world->loop;
	world->recovery.how = &world->how;
	world->recovery.chance = no_chance;
	world->recovery.give_up = give_up;
	world->recovery.told = SSM_E_AGAIN;	/* the user knows */
	now = START;
	count = 0;
	answer = SSM_E_AGAIN;
	code = "Trouble";
	hangs = false;
	sessionrecovery_begin(&world->recovery);
}

static void
end(struct world *world)
{
	sessionrecovery_clear(&world->recovery);
	loop_close(&world->loop);
}

/* Until that moment, with a look every ten milliseconds; what came of it last. */
static enum sessionrecovery_result
play(struct world *world, uint64_t until)
{
	enum sessionrecovery_result result = SESSIONRECOVERY_NOTHING;

	for (; now < until && result == SESSIONRECOVERY_NOTHING; now += 10) {
		if (loop_turn(&world->loop, 0) != 0)
			return result;
		result = sessionrecovery_poll(&world->recovery);
	}
	return result;
}

static void
check_long(void)
{
	struct world world;
	uint64_t day = START + 24 * 3600 * (uint64_t)1000;

	begin(&world, 0);
	ok(play(&world, START + 60000) == SESSIONRECOVERY_NOTHING, "a minute without the service");
	is_number(calls[0] - START, 0, "asked at once");
	ok(count > 8 && count < 20, "and some times more: %zu", count);
	now = day;
	answer = SSM_OK;
	is_number(play(&world, day + 20000), SESSIONRECOVERY_DOCUMENT, "the service is back after a day: resumed");
	end(&world);

	begin(&world, 30000);
	is_number(play(&world, START + 60000), SESSIONRECOVERY_GIVEN_UP, "with a limit it is given up");
	is_text(world.recovery.why.code, "Trouble", "and known why");
	end(&world);

	begin(&world, 30000);
	play(&world, START + 10000);
	hangs = true;
	code = "Timeout";
	is_number(play(&world, START + 60000), SESSIONRECOVERY_GIVEN_UP, "given up while it asks");
	is_text(world.recovery.why.code, "Trouble", "what was known before is why");
	end(&world);

	begin(&world, 0);
	answer = SSM_E_NO;
	is_number(play(&world, START + 60000), SESSIONRECOVERY_OVER, "the service's word is the end");
	end(&world);
}

/* From one call to the next. */
static void
check_hour(void)
{
	const uint64_t back = START + 3600000;
	struct world world;
	uint64_t last;

	begin(&world, 0);
	while (now < back) {
		play(&world, now + 1);
		if (world.recovery.state == SESSIONRECOVERY_WAITS && world.recovery.timer.at > now)
			now = world.recovery.timer.at;
	}
	ok(count > 300 && count < 400, "an hour without the service: asked %zu times", count);
	last = calls[count - 1];
	answer = SSM_OK;
	is_number(play(&world, back + 2 * SCHEDULE_LONGEST), SESSIONRECOVERY_DOCUMENT, "it is back: resumed");
	ok(calls[count - 1] - last <= SCHEDULE_LONGEST + 20, "with the next call, ten seconds behind the last one at most");
	end(&world);
}

/* The next delay is 10 s by then. */
static void
check_hurry(void)
{
	struct world world;
	size_t before;

	begin(&world, 0);
	play(&world, START + 60000);
	while (now - calls[count - 1] < 3000)
		play(&world, now + 10);
	before = count;
	sessionrecovery_hurry(&world.recovery);
	play(&world, now + 100);
	is_number(count, before + 1, "the network has changed: asked at once");
	end(&world);
}

/* The network was gone, and each of many calls failed at once. */
static void
check_unreached(void)
{
	struct world world;
	size_t before;

	begin(&world, 0);
	code = "EndpointConnectionError";
	play(&world, START + 8000);
	before = count;
	ok(before >= 9 && before <= 18, "calls that reach nobody are not counted, and a second apart: %zu in 8 s", before);
	sessionrecovery_hurry(&world.recovery);
	play(&world, now + 100);
	is_number(count, before + 1, "and the network that is back is used at once");
	end(&world);
}

/* A question that is under way over a network that is no more. */
static void
check_hanging(void)
{
	struct world world;
	uint64_t hurried;

	begin(&world, 0);
	hangs = true;
	play(&world, START + 5000);
	is_number(count, 1, "a question without an answer");
	hurried = now;
	sessionrecovery_hurry(&world.recovery);
	play(&world, hurried + 9000);
	is_number(count, 1, "the network has changed: it is waited for a while");
	play(&world, hurried + 11000);
	is_number(count, 2, "and then asked again");
	ok(calls[1] - hurried >= RECOVERY_HURRY && calls[1] - hurried < RECOVERY_HURRY + 50, "at once");
	play(&world, calls[1] + 59000);
	is_number(count, 2, "that one is waited for as long as ever");
	end(&world);
}

/* There is a token, and no connection comes of it, nor an error. */
static void
check_dial(void)
{
	struct world world;

	begin(&world, 30000);
	answer = SSM_OK;
	is_number(play(&world, START + 60000), SESSIONRECOVERY_DOCUMENT, "a token at once");
	is_number(play(&world, START + 60000), SESSIONRECOVERY_GIVEN_UP, "no connection in time: given up");
	is_text(world.recovery.why.message, "no connection in time", "which is why");
	ok(now - START <= 30020, "and no later");
	end(&world);

	begin(&world, 30000);
	answer = SSM_OK;
	play(&world, START + 1000);
	sessionrecovery_succeeded(&world.recovery);
	is_number(play(&world, START + 60000), SESSIONRECOVERY_NOTHING, "a connection in time: it is not");
	end(&world);
}

static void
check_storm(void)
{
	struct world world;
	uint64_t until = START + 120000;
	bool good = true;

	begin(&world, 0);
	while (now < until) {
		sessionrecovery_hurry(&world.recovery);
		play(&world, now + 10);
	}
	for (size_t i = SCHEDULE_CALLS; i < count; i++)
		good = good && calls[i] - calls[i - SCHEDULE_CALLS] > SCHEDULE_SPAN;
	ok(good && count > 50, "a flood of changes: never more than %d in any %d ms, %zu in two minutes", SCHEDULE_CALLS,
	    SCHEDULE_SPAN, count);
	end(&world);
}

int
main(void)
{
	check_long();
	check_hour();
	check_hurry();
	check_unreached();
	check_hanging();
	check_dial();
	check_storm();
	return done_testing();
}
