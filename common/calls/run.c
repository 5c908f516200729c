#include "calls/run.h"

#include "core/clock.h"

struct call *
run_open(struct run *run)
{
	struct outcome *outcome = outcome_new(run->number + 1);
	struct call *call = outcome == NULL ? NULL : call_new(run->context, outcome->number);

	if (call == NULL) {
		if (outcome != NULL)
			outcome_free(outcome);
		return NULL;
	}
	run->number++;
	run->opened++;
	call->outcome = outcome;
	TAILQ_INSERT_TAIL(&run->window, outcome, window);
	TAILQ_INSERT_TAIL(&run->open, call, open);
	return call;
}

static void
cancel(struct run *run, struct call *call)
{
	if (call->exchange.transfer.handle == NULL)
		return;
	http_cancel(run->context->shared.http, &call->exchange.transfer);
	run->in_flight--;
}

static void
forget_call(struct run *run, struct call *call)
{
	cancel(run, call);
	TAILQ_REMOVE(&run->open, call, open);
	run->opened--;
	call_free(call, run->context);
}

static void
forget_outcome(struct run *run, struct outcome *outcome)
{
	if (outcome->done) {
		run->done--;
		run->kept -= outcome->size;
	}
	TAILQ_REMOVE(&run->window, outcome, window);
	outcome_free(outcome);
}

void
run_close(struct run *run, struct call *call)
{
	outcome_take(call->outcome, call);
	run->done++;
	run->kept += call->outcome->size;
	run->fresh = true;
	forget_call(run, call);
}

void
run_fail(struct run *run, struct call *call, struct ssm_error *err)
{
	cancel(run, call);
	call_fail(call, err);
	run_close(run, call);
}

void
run_drop(struct run *run, struct call *call)
{
	forget_outcome(run, call->outcome);
	forget_call(run, call);
}

bool
run_has_room(const struct run *run)
{
	size_t window = (size_t)RUN_WINDOW * run->options->concurrency;
	const struct outcome *first = TAILQ_FIRST(&run->window);

	if (run->opened + run->done < window)
		return true;
	return !run->options->unordered && !first->done && run->records->out.pending.len == 0 &&
	    run->opened < window && run->kept < RUN_KEPT_MAX;
}

void
run_end_reading(struct run *run, enum input_status status, struct ssm_error *err)
{
	run->reading = false;
	run->fresh = true;
	run->ended = status;
	run->input_error = *err;
	*err = (struct ssm_error)SSM_ERROR_INIT;
}

static void
settle(struct run *run, struct outcome *outcome)
{
	struct records *r = run->records;
	struct ssm_error none = SSM_ERROR_INIT, *err = outcome->err == NULL ? &none : outcome->err;

	if (outcome->rc != SSM_OK && err == &none)
		outcome->rc = ssm_fail_memory(err);
	r->many = r->many || run->number > 1;
	callprogress_settled(&run->progress, outcome->sent, outcome->rc == SSM_OK ? NULL : err->code);
	r->form = outcome->is_text ? RECORDS_TEXTS : RECORDS_DOCUMENTS;
	r->number = outcome->number - 1;
	records_settle(r, outcome->rc, &outcome->result, err, bytes_view(&outcome->id));
	forget_outcome(run, outcome);
}

void
run_hand_on(struct run *run)
{
	struct records *r = run->records;
	struct outcome *outcome, *next;
	bool full = false;

	for (outcome = TAILQ_FIRST(&run->window); run->done > 0 && outcome != NULL && !r->stop; outcome = next) {
		next = TAILQ_NEXT(outcome, window);
		if (output_is_full(&r->out) && !output_flush(&r->out))
			break;
		full = output_is_full(&r->out);
		if (full || (!outcome->done && !run->options->unordered))
			break;
		if (outcome->done)
			settle(run, outcome);
	}
	if (run->progress.shares_terminal && r->out.pending.len > 0)
		callprogress_wipe(&run->progress);
	if (!output_flush(&r->out) || (r->out.pending.len == 0 && output_reader_gone(&r->out)))
		r->stop = true;
	run->fresh = full && !output_is_full(&r->out);	/* its reader has made room since: on with it */
}

void
run_ask_for_output(struct run *run)
{
	loop_ask(&run->loop, &run->out,
	    run->records->out.pending.len > 0 ? LOOP_WRITE | LOOP_GONE : LOOP_GONE);
}

bool
run_is_over(const struct run *run)
{
	return run->options->deadline > 0 && clock_ms() >= run->deadline.at;
}

void
run_clear(struct run *run)
{
	struct outcome *outcome;
	struct call *call;

	while ((call = TAILQ_FIRST(&run->open)) != NULL)
		run_drop(run, call);
	while ((outcome = TAILQ_FIRST(&run->window)) != NULL)
		forget_outcome(run, outcome);
	ssm_error_clear(&run->input_error);
	loop_close(&run->loop);
}
