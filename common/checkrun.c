#include "checkrun.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "checkpipe.h"
#include "clock.h"

#define GRACE 1000			/* for the stages to end when they are told to */
#define PAUSE_FIRST 1000		/* between two rounds; it doubles */
#define PAUSE_MAX 8000

struct round {
	struct checkrun *run;
	struct checkpipe pipes[CHECK_KINDS];
	uint64_t until;			/* then the next harder thing is done to them */
	bool late, told;
};

static void
signal_all(const struct round *round, int number)
{
	for (size_t i = 0; i < CHECK_KINDS; i++)
		if (round->pipes[i].pid > 0)
			kill(round->pipes[i].pid, number);
}

static int
left_until(uint64_t until)
{
	uint64_t now = clock_ms();

	return until <= now ? 0 : until - now > 60000 ? 60000 : (int)(until - now);
}

/* A signal or the end of the time: the pipelines are told to end, and killed when they do not. */
static void
hurry(struct round *round)
{
	int number = interrupt_seen(round->run->interrupt);
	bool late = clock_ms() >= round->until;

	if (!round->told && (number != 0 || late)) {
		round->told = true;
		round->late = number == 0;
		round->until = clock_ms() + GRACE;
		signal_all(round, number != 0 ? number : SIGTERM);
	} else if (round->told && late) {
		signal_all(round, SIGKILL);
		for (size_t i = 0; i < CHECK_KINDS; i++)
			checkpipe_stop(&round->pipes[i]);
	}
}

/* Waits for something to do; false when nothing is left. */
static bool
wait_for_news(struct round *round)
{
	struct pollfd fds[1 + 2 * CHECK_KINDS];
	bool open = false;

	fds[0] = (struct pollfd){ .fd = round->told ? -1 : round->run->interrupt->fd, .events = POLLIN };
	for (size_t i = 0; i < CHECK_KINDS; i++) {
		const struct checkpipe *pipe = &round->pipes[i];

		open = open || checkpipe_is_open(pipe);
		fds[1 + 2 * i] = (struct pollfd){ .fd = pipe->answering ? pipe->answers.fd : -1,
		    .events = POLLIN };
		fds[2 + 2 * i] = (struct pollfd){ .fd = pipe->messages_fd, .events = POLLIN };
	}
	if (open)
		poll(fds, ARRAY_LEN(fds), left_until(round->until));
	return open;
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
	for (size_t i = 0; i < CHECK_KINDS; i++) {
		int rc;

		round->pipes[i].kind = (enum check_kind)i;
		if ((rc = checkpipe_start(&round->pipes[i], round->run)) != 0) {
			bytes_set(reason, VIEW("cannot start the pipeline: "));
			bytes_add_text(reason, strerror(rc));
		}
	}
}

static void
run_round(struct checkrun *run)
{
	struct round round = { .run = run, .pipes = { CHECKPIPE_INIT, CHECKPIPE_INIT },
	    .until = run->until };
	struct bytes reason = BYTES_INIT(SSM_MESSAGE_MAX * 4);

	start(&round, &reason);
	while (wait_for_news(&round)) {
		for (size_t i = 0; i < CHECK_KINDS; i++)
			checkpipe_take(&round.pipes[i], run->list);
		hurry(&round);
	}
	for (size_t i = 0; i < CHECK_KINDS; i++)
		checkpipe_end(&round.pipes[i], run->cli, &reason);
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
	uint64_t due = clock_ms() + pause;

	if (due >= run->wait_until || due >= run->until)
		return false;
	while (clock_ms() < due && interrupt_seen(run->interrupt) == 0) {
		struct pollfd fd = { .fd = run->interrupt->fd, .events = POLLIN };

		poll(&fd, 1, left_until(due));
	}
	return run->interrupt->signal == 0;
}

void
checkrun(struct checkrun *run)
{
	unsigned pause = PAUSE_FIRST;

	for (size_t i = 0; i < run->list->count; i++)
		run->list->items[i].asked = true;
	for (;;) {
		run_round(run);
		if (run->interrupt->signal != 0 || !ask_again(run->list) || !pause_before_next(run, pause))
			return;
		pause = pause * 2 > PAUSE_MAX ? PAUSE_MAX : pause * 2;
	}
}
