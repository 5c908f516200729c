#include "check/run.h"

#include <string.h>

#define GRACE 1000			/* for the stages to end when they are told to */
#define PAUSE_FIRST 1000		/* between two rounds; it doubles */
#define PAUSE_MAX 8000

struct round {
	struct checkrun *run;
	struct loop loop;
	struct loop_watch interrupted;
	struct loop_timer limit;	/* the next harder thing is done to the stages then */
	struct checkpipe pipes[CHECK_KINDS];
	bool late, told;
};

/* The stages are told to end, and killed when they do not. */
static void
tell(struct round *round, int number, bool typed)
{
	for (size_t i = 0; i < CHECK_KINDS; i++)
		coprocess_signal(&round->pipes[i].co, number, typed);
	round->told = true;
	loop_ask(&round->loop, &round->interrupted, 0);
	loop_set(&round->loop, &round->limit, loop_now(&round->loop) + GRACE);
}

static void
on_signal(void *owner, unsigned events)
{
	struct round *round = owner;
	struct signals *interrupt = round->run->interrupt;

	(void)events;
	if (signals_seen(interrupt) != 0)
		tell(round, interrupt->seen, interrupt->typed);
}

static void
on_limit(void *owner)
{
	struct round *round = owner;

	if (!round->told) {
		round->late = true;
		tell(round, SIGTERM, false);
		return;
	}
	for (size_t i = 0; i < CHECK_KINDS; i++)
		coprocess_kill(&round->pipes[i].co);
}

/* What was asked and not answered gets the reason that is known. */
static void
settle_rest(const struct round *round, const struct bytes *reason)
{
	struct checklist *list = round->run->list;

	for (size_t i = 0; i < list->count; i++) {
		struct check_item *item = &list->items[i];

		if (!item->asked)
			continue;
		if (round->late)
			checklist_settle(item, CHECK_UNKNOWN, VIEW("Timeout"), VIEW("no answer in time"));
		else
			checklist_settle(item, CHECK_UNKNOWN, VIEW_NONE, reason->len > 0 ? bytes_view(reason) :
			    VIEW("no answer came"));
	}
}

static void
start(struct round *round, struct bytes *reason)
{
	struct checkrun *run = round->run;
	int rc;

	for (size_t i = 0; i < CHECK_KINDS; i++) {
		checkpipe_init(&round->pipes[i], (enum check_kind)i, run->cli, run->options);
		rc = round->loop.error != 0 ? round->loop.error : checkpipe_start(&round->pipes[i],
		    run->list, &round->loop, &run->interrupt->before);
		if (rc != 0) {
			bytes_set(reason, VIEW("cannot start the pipeline: "));
			bytes_add_text(reason, strerror(rc));
		}
	}
}

/* Takes what has come; false when nothing more will. */
static bool
take(struct round *round)
{
	bool open = false;

	for (size_t i = 0; i < CHECK_KINDS; i++) {
		checkpipe_take(&round->pipes[i], round->run->list);
		open = open || coprocess_is_open(&round->pipes[i].co);
	}
	return open;
}

static void
run_round(struct checkrun *run)
{
	struct round round = { .run = run, .interrupted = { .fd = run->interrupt->fd,
	    .ready = on_signal, .owner = &round }, .limit = { .due = on_limit, .owner = &round } };
	struct bytes reason = BYTES_INIT(SSM_MESSAGE_MAX * 4);

	if (loop_open(&round.loop) == 0) {
		loop_ask(&round.loop, &round.interrupted, LOOP_READ);
		loop_set(&round.loop, &round.limit, run->until);
	}
	start(&round, &reason);
	while (take(&round) && loop_turn(&round.loop, LOOP_FOREVER) == 0)
		;
	for (size_t i = 0; i < CHECK_KINDS; i++)
		checkpipe_end(&round.pipes[i], &reason);
	loop_close(&round.loop);
	settle_rest(&round, &reason);
	bytes_clear(&reason);
}

/* Marks what is to be asked in a round after the first; false when there is nothing. */
static bool
ask_again(struct checklist *list)
{
	bool any = false;

	for (size_t i = 0; i < list->count; i++) {
		struct check_item *item = &list->items[i];

		item->asked = item->may_change && item->result != CHECK_GOOD;
		any = any || item->asked;
	}
	return any;
}

/* False when there is no time for another round, or a signal came. */
static bool
pause_before_next(const struct checkrun *run, unsigned pause)
{
	struct loop_watch interrupted = { .fd = run->interrupt->fd };
	struct loop_timer over = { .due = NULL };
	struct loop loop;
	uint64_t due;

	if (loop_open(&loop) != 0)
		return false;
	due = loop_now(&loop) + pause;
	if (due < run->wait_until && due < run->until) {
		loop_ask(&loop, &interrupted, LOOP_READ);
		loop_set(&loop, &over, due);
		while (over.list != NULL && signals_seen(run->interrupt) == 0 &&
		    loop_turn(&loop, LOOP_FOREVER) == 0)
			;
	}
	loop_close(&loop);
	return due < run->wait_until && due < run->until && run->interrupt->seen == 0;
}

void
checkrun(struct checkrun *run)
{
	unsigned pause = PAUSE_FIRST;

	for (size_t i = 0; i < run->list->count; i++)
		run->list->items[i].asked = !run->list->items[i].refused;
	for (;;) {
		run_round(run);
		if (run->interrupt->seen != 0 || !ask_again(run->list) || !pause_before_next(run, pause))
			return;
		pause = pause * 2 > PAUSE_MAX ? PAUSE_MAX : pause * 2;
	}
}
