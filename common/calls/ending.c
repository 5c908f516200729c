#include "calls/ending.h"

#include <string.h>

#include "core/clock.h"

#define GRACE 150			/* for a reader of what is left, once time is over */
#define GRACE_BEGUN 5000		/* for one that is in the middle of a record, and reads on */

/* What does not come out. */
struct loss {
	size_t unwritten;		/* answers */
	bool cut;			/* the first of them in the middle */
};

/* Whether anything goes on until then. */
static bool
turn(struct run *run, uint64_t end)
{
	uint64_t now = clock_ms();

	run_ask_for_output(run);
	return now < end && loop_turn(&run->loop, run->fresh ? 0 : (unsigned)(end - now)) == 0;
}

/* Contract: a line that was begun is ended. A reader that takes nothing for a while is none. */
static void
finish_begun(struct run *run)
{
	struct output *out = &run->records->out;
	uint64_t last = clock_ms() + GRACE_BEGUN, end;
	size_t before;

	do {
		before = out->pending.len;
		end = clock_ms() + GRACE;
	} while (before > 0 && turn(run, end < last ? end : last) && output_flush(out) &&
	    out->pending.len < before);
}

/* What is done goes out, if somebody takes it in time. */
static struct loss
drain(struct run *run)
{
	struct output *out = &run->records->out;
	uint64_t end = clock_ms() + GRACE;
	struct loss loss = { .cut = false };

	loop_ask(&run->loop, &run->interrupted, 0);
	loop_ask(&run->loop, &run->in, 0);
	loop_unset(&run->deadline);
	run->loop.wait = NULL;
	run_hand_on(run);
	while (!run->records->stop && (run->done > 0 || out->pending.len > 0) && turn(run, end))
		run_hand_on(run);
	if (out->error != 0)
		return loss;
	loss.unwritten = run->done + output_take_back(out);
	finish_begun(run);
	loss.cut = out->pending.len > 0;
	loss.unwritten += loss.cut;
	output_give_up(out);
	return loss;
}

static void
add_loss(struct ssm_error *err, const struct loss *loss)
{
	if (loss->unwritten > 0)
		ssm_error_add(err, "%zu answer%s not written%s", loss->unwritten, loss->unwritten == 1 ? "" : "s",
		    !loss->cut ? "" : loss->unwritten == 1 ? ", but for its beginning" :
		    ", but for the beginning of the first");
}

static size_t
give_up_rest(struct run *run)
{
	size_t lost = run->opened;
	struct call *call;

	while ((call = TAILQ_FIRST(&run->open)) != NULL)
		run_drop(run, call);
	return lost;
}

void
ending_of_signal(struct run *run)
{
	size_t unanswered = give_up_rest(run);
	int broken = run->loop.error;
	struct loss loss = drain(run);
	struct ssm_error err = SSM_ERROR_INIT;

	if (broken != 0)
		ssm_fail(&err, SSM_E_OTHER, "WaitError", "cannot wait for answers: %s", strerror(broken));
	else if (unanswered == 0 && loss.unwritten == 0)
		return;
	else
		ssm_fail(&err, SSM_E_AGAIN, "Interrupted", "ended by SIG%s with ", sigabbrev_np(run->interrupt->seen));
	if (unanswered > 0 && broken == 0)
		ssm_error_add(&err, "%zu of %zu requests unanswered", unanswered, run->number);
	if (loss.unwritten > 0 && (unanswered > 0 || broken != 0))
		ssm_error_add(&err, broken != 0 ? "; " : " and ");
	add_loss(&err, &loss);
	run_end_reading(run, INPUT_FAILED, &err);
}

static void
fail_rest(struct run *run)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct call *call;

	while ((call = TAILQ_FIRST(&run->open)) != NULL) {
		ssm_fail(&err, SSM_E_AGAIN, "DeadlineExceeded", "no answer before the deadline of %u s",
		    run->options->deadline / 1000);
		err.retryable = true;
		run_fail(run, call, &err);
	}
}

void
ending_of_time(struct run *run)
{
	struct ssm_error err = SSM_ERROR_INIT;
	bool unread = run->reading && (input_has_more(&run->records->in) || !run->records->in.end);
	struct loss loss;

	fail_rest(run);
	loss = drain(run);
	if (!unread && loss.unwritten == 0)
		return;
	ssm_fail(&err, SSM_E_AGAIN, "DeadlineExceeded", "at the deadline of %u s: ",
	    run->options->deadline / 1000);
	if (unread)
		ssm_fail(&err, SSM_E_AGAIN, "DeadlineExceeded", "%s was not read to its end before the deadline of %u s",
		    run->records->in.name, run->options->deadline / 1000);
	if (unread && loss.unwritten > 0)
		ssm_error_add(&err, "; ");
	add_loss(&err, &loss);
	run_end_reading(run, INPUT_FAILED, &err);
}
