#include "calls/calls.h"

#include "calls/ending.h"
#include "calls/run.h"
#include "core/clock.h"

#define WAIT_MAX 60000

/* Puts the call where it belongs after a step of it. */
static void
place(struct run *run, struct call *call, enum exchange_step step)
{
	if (step == EXCHANGE_SEND)
		TAILQ_INSERT_TAIL(&run->ready, call, queue);
	else if (step == EXCHANGE_WAIT)
		TAILQ_INSERT_TAIL(&run->waiting, call, queue);
	else
		run_close(run, call);
}

/* Takes one document that has arrived; false when there is none. */
static bool
take_document(struct run *run)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct input *in = &run->records->in;
	struct call *call;
	struct view text;
	enum input_status status = input_document_text(in, &text, &err);

	if (status == INPUT_WAIT)
		return false;
	if (status == INPUT_END || status == INPUT_FAILED) {
		run_end_reading(run, status, &err);
		return false;
	}
	if ((call = run_open(run)) == NULL) {
		ssm_fail_memory(&err);
		run_end_reading(run, INPUT_FAILED, &err);
		return false;
	}
	if (status == INPUT_RECORD) {
		place(run, call, call_open(call, run->context, text, &in->scan));
		return true;
	}
	run_fail(run, call, &err);
	return true;
}

static void
take_in(struct run *run)
{
	while (run->reading && run_has_room(run) && take_document(run))
		;
}

/* Calls whose pause is over are ready before those that were never sent. */
static void
wake(struct run *run)
{
	struct call *call, *next;
	uint64_t now = clock_ms();

	for (call = TAILQ_FIRST(&run->waiting); call != NULL; call = next) {
		next = TAILQ_NEXT(call, queue);
		if (call->exchange.due > now)
			continue;
		TAILQ_REMOVE(&run->waiting, call, queue);
		TAILQ_INSERT_HEAD(&run->ready, call, queue);
	}
}

static void
send_ready(struct run *run)
{
	struct call *call;

	run->held_back = WAIT_MAX;
	while (run->in_flight < run->options->concurrency &&
	    (call = TAILQ_FIRST(&run->ready)) != NULL) {
		if ((run->held_back = exchange_hold(&call->exchange, &run->context->shared)) > 0)
			return;
		run->held_back = WAIT_MAX;
		TAILQ_REMOVE(&run->ready, call, queue);
		if (call->exchange.retry.attempts == 0)
			callprogress_sent(&run->progress);
		if (call_send(call, run->context) == EXCHANGE_IN_FLIGHT)
			run->in_flight++;
		else
			run_close(run, call);
	}
}

static void
take_answers(struct run *run)
{
	struct transfer *transfer;

	while ((transfer = http_next(run->context->shared.http)) != NULL) {
		struct call *call = transfer->owner;

		run->in_flight--;
		place(run, call, call_answered(call, run->context));
	}
}

static unsigned
until(uint64_t moment, uint64_t now, unsigned longest)
{
	uint64_t left = moment > now ? moment - now : 0;

	return left < longest ? (unsigned)left : longest;
}

/* How long nothing will be to do unless something happens. */
static unsigned
idle_time(struct run *run)
{
	const struct call *call;
	uint64_t now = clock_ms();
	unsigned longest = run->held_back, due = callprogress_draw(&run->progress);

	if (due < longest)
		longest = due;
	TAILQ_FOREACH(call, &run->waiting, queue)
		longest = until(call->exchange.due, now, longest);
	return longest;
}

static void
wait_beside(void *context, int fd, int timeout)
{
	struct run *run = context;

	http_wait(run->context->shared.http, fd, timeout < 0 ? WAIT_MAX : (unsigned)timeout);
}

static void
wait_for_something(struct run *run)
{
	loop_ask(&run->loop, &run->in, run->reading && run_has_room(run) ? LOOP_READ : 0);
	run_ask_for_output(run);
	loop_turn(&run->loop, run->fresh ? 0 : idle_time(run));
}

/* Whether there is more to do, and time for it. */
static bool
goes_on(struct run *run)
{
	if (run->records->stop || run->loop.error != 0 || run_is_over(run) ||
	    signals_seen(run->interrupt) != 0)
		return false;
	return run->reading || !TAILQ_EMPTY(&run->window) || run->records->out.pending.len > 0;
}

static void
start(struct run *run, struct records *r)
{
	TAILQ_INIT(&run->window);
	TAILQ_INIT(&run->open);
	TAILQ_INIT(&run->ready);
	TAILQ_INIT(&run->waiting);
	run->interrupted.fd = run->interrupt->fd;
	run->in.fd = r->in.fd;
	run->out.fd = r->out.fd;
	if (loop_open(&run->loop) == 0) {
		run->loop.wait = wait_beside;
		run->loop.context = run;
		loop_ask(&run->loop, &run->interrupted, LOOP_READ);
		if (run->options->deadline > 0)
			loop_set(&run->loop, &run->deadline, clock_ms() + run->options->deadline);
	}
	r->in.no_wait = r->out.no_wait = true;
	call_context_start(run->context, run->options->rate);
	callprogress_start(&run->progress, r, run->options->progress);
}

/* The first failure was the last record: what is before it goes out, unless a signal comes. */
static void
flush(struct run *run)
{
	struct output *out = &run->records->out;

	if (!run->records->stop)
		return;
	loop_ask(&run->loop, &run->in, 0);
	run->loop.wait = NULL;
	while (out->pending.len > 0 && out->error == 0 && run->loop.error == 0 &&
	    !run_is_over(run) && signals_seen(run->interrupt) == 0) {
		run_ask_for_output(run);
		loop_turn(&run->loop, WAIT_MAX);
		output_flush(out);
	}
}

void
calls_run(struct records *r, struct call_context *context, const struct calls_options *options,
    struct signals *interrupt)
{
	struct run run = { .records = r, .context = context, .options = options,
	    .interrupt = interrupt, .reading = true, .input_error = SSM_ERROR_INIT };

	start(&run, r);
	for (run_hand_on(&run); goes_on(&run); run_hand_on(&run)) {
		take_in(&run);
		wake(&run);
		send_ready(&run);
		wait_for_something(&run);
		take_answers(&run);
	}
	flush(&run);
	if (signals_seen(interrupt) != 0 || run.loop.error != 0)
		ending_of_signal(&run);
	else if (!r->stop && run_is_over(&run))
		ending_of_time(&run);
	if (!r->stop)
		records_end_input(r, run.ended, "document", &run.input_error);
	callprogress_end(&run.progress, interrupt->seen == 0);
	run_clear(&run);
}
