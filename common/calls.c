#include "calls.h"

#include <errno.h>
#include <string.h>

#include "clock.h"

#define WAIT_MAX 60000
#define GRACE 150			/* for a reader of what is left, once time is over */

TAILQ_HEAD(call_list, call);

/*
 * A call is in the window from the reading of its document until it was settled. Until it is done it is
 * also ready (in the order of its document), in flight, or waiting for its next attempt.
 */
struct calls {
	struct records *records;
	struct call_world *world;
	const struct calls_options *options;
	struct interrupt *interrupt;
	struct call_list window, ready, waiting;
	size_t held, flying, done;		/* in the window; in flight; done and not settled */
	bool fresh;				/* there is something to look at before any wait */
	size_t number;				/* of the last document read */
	bool reading;				/* the input may hold more */
	enum input_status ended;		/* how it ended */
	struct ssm_error input_error;
	uint64_t deadline;
	unsigned held_back;			/* how long the first that is ready is, for a rate's sake */
	struct callprogress progress;
};

static void
drop(struct calls *calls, struct call *call)
{
	TAILQ_REMOVE(&calls->window, call, window);
	calls->held--;
	call_free(call);
}

static void
count_done(struct calls *calls)
{
	calls->done++;
	calls->fresh = true;
}

/* Puts the call where it belongs after a step of it. */
static void
place(struct calls *calls, struct call *call, enum call_step step)
{
	if (step == CALL_SEND)
		TAILQ_INSERT_TAIL(&calls->ready, call, queue);
	else if (step == CALL_WAIT)
		TAILQ_INSERT_TAIL(&calls->waiting, call, queue);
	else
		count_done(calls);
}

static void
end_reading(struct calls *calls, enum input_status status, struct ssm_error *err)
{
	calls->reading = false;
	calls->fresh = true;
	calls->ended = status;
	calls->input_error = *err;
	*err = (struct ssm_error)SSM_ERROR_INIT;
}

/* Takes one document that has arrived; false when there is none. */
static bool
take_document(struct calls *calls)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct input *in = &calls->records->in;
	struct call *call;
	struct view text;
	enum input_status status = input_document_text(in, &text, &err);

	if (status == INPUT_WAIT)
		return false;
	if (status == INPUT_END || status == INPUT_FAILED) {
		end_reading(calls, status, &err);
		return false;
	}
	if ((call = call_new(++calls->number)) == NULL) {
		ssm_fail_memory(&err);
		end_reading(calls, INPUT_FAILED, &err);
		return false;
	}
	TAILQ_INSERT_TAIL(&calls->window, call, window);
	calls->held++;
	if (status == INPUT_RECORD) {
		place(calls, call, call_open(call, calls->world, text, &in->scan));
		return true;
	}
	call_fail(call, &err);
	count_done(calls);
	return true;
}

static void
take_in(struct calls *calls)
{
	while (calls->reading && calls->held < (size_t)CALLS_WINDOW * calls->options->concurrency &&
	    take_document(calls))
		;
}

/* Calls whose pause is over are ready before those that were never sent. */
static void
wake(struct calls *calls)
{
	struct call *call, *next;
	uint64_t now = clock_ms();

	for (call = TAILQ_FIRST(&calls->waiting); call != NULL; call = next) {
		next = TAILQ_NEXT(call, queue);
		if (call->due > now)
			continue;
		TAILQ_REMOVE(&calls->waiting, call, queue);
		TAILQ_INSERT_HEAD(&calls->ready, call, queue);
	}
}

static void
send_ready(struct calls *calls)
{
	struct call *call;

	calls->held_back = WAIT_MAX;
	while (calls->flying < calls->options->concurrency &&
	    (call = TAILQ_FIRST(&calls->ready)) != NULL) {
		if ((calls->held_back = call_hold(call, calls->world)) > 0)
			return;
		calls->held_back = WAIT_MAX;
		TAILQ_REMOVE(&calls->ready, call, queue);
		if (call->retry.attempts == 0)
			callprogress_sent(&calls->progress);
		if (call_send(call, calls->world) == CALL_SEND)
			calls->flying++;
		else
			count_done(calls);
	}
}

static void
take_answers(struct calls *calls)
{
	struct transfer *transfer;

	while ((transfer = http_next(calls->world->http)) != NULL) {
		struct call *call = transfer->owner;

		calls->flying--;
		place(calls, call, call_answered(call, calls->world));
	}
}

static void
settle(struct calls *calls, struct call *call)
{
	struct records *r = calls->records;

	r->many = r->many || calls->number > 1;
	callprogress_settled(&calls->progress, call->retry.attempts > 0,
	    call->rc == SSM_OK ? NULL : call->err.code);
	records_settle_number(r, call->number, call->rc, &call->result, &call->err, call_id(call));
	calls->done--;
	drop(calls, call);
}

/* Hands on what is done and whose turn it is, as long as somebody takes it. */
static void
hand_on(struct calls *calls)
{
	struct records *r = calls->records;
	struct call *call, *next;

	calls->fresh = false;
	for (call = TAILQ_FIRST(&calls->window); calls->done > 0 && call != NULL && !r->stop;
	    call = next) {
		next = TAILQ_NEXT(call, window);
		if (output_is_full(&r->out) && !output_flush(&r->out))
			break;
		if (output_is_full(&r->out) || (!call->done && !calls->options->unordered))
			break;
		if (call->done)
			settle(calls, call);
	}
	if (calls->progress.shares_terminal && r->out.pending.len > 0)
		callprogress_wipe(&calls->progress);
	if (!output_flush(&r->out) || (r->out.pending.len == 0 && output_is_deserted(&r->out)))
		r->stop = true;
}

static unsigned
until(uint64_t moment, uint64_t now, unsigned longest)
{
	uint64_t left = moment > now ? moment - now : 0;

	return left < longest ? (unsigned)left : longest;
}

/* How long nothing will be to do unless something happens. */
static unsigned
idle_time(struct calls *calls)
{
	const struct call *call;
	uint64_t now = clock_ms();
	unsigned longest = calls->held_back, due = callprogress_draw(&calls->progress);

	if (due < longest)
		longest = due;
	TAILQ_FOREACH(call, &calls->waiting, queue)
		longest = until(call->due, now, longest);
	if (calls->deadline > 0)
		longest = until(calls->deadline, now, longest);
	return longest;
}

static void
wait_for_something(struct calls *calls)
{
	const struct records *r = calls->records;
	bool room = calls->reading &&
	    calls->held < (size_t)CALLS_WINDOW * calls->options->concurrency;
	struct pollfd fds[] = {
		{ .fd = calls->interrupt->fd, .events = POLLIN },
		{ .fd = r->out.fd, .events = r->out.pending.len > 0 ? POLLOUT : 0 },
		{ .fd = r->in.fd, .events = POLLIN },
	};

	http_wait(calls->world->http, fds, room ? 3 : 2, calls->fresh ? 0 : idle_time(calls));
}

static bool
is_over(const struct calls *calls)
{
	return calls->deadline > 0 && clock_ms() >= calls->deadline;
}

/* Whether there is more to do, and time for it. */
static bool
goes_on(struct calls *calls)
{
	if (calls->records->stop || is_over(calls) || interrupt_seen(calls->interrupt) != 0)
		return false;
	return calls->reading || calls->held > 0 || calls->records->out.pending.len > 0;
}

static void
cancel(struct calls *calls, struct call *call)
{
	if (call->transfer.flight != NULL) {
		http_cancel(calls->world->http, &call->transfer);
		calls->flying--;
	}
}

/* The deadline has passed: every document that has no answer yet fails. */
static void
fail_rest(struct calls *calls)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct call *call;

	for (call = TAILQ_FIRST(&calls->window); call != NULL; call = TAILQ_NEXT(call, window)) {
		if (call->done)
			continue;
		cancel(calls, call);
		ssm_fail(&err, SSM_E_AGAIN, "DeadlineExceeded", "no answer before the deadline of %u s",
		    calls->options->deadline / 1000);
		err.retryable = true;
		call_fail(call, &err);
		calls->done++;
	}
	if (!calls->reading || (!input_has_more(&calls->records->in) && calls->records->in.end))
		return;
	ssm_fail(&err, SSM_E_AGAIN, "DeadlineExceeded",
	    "%s was not read to its end before the deadline of %u s", calls->records->in.name,
	    calls->options->deadline / 1000);
	end_reading(calls, INPUT_FAILED, &err);
}

/* A signal has come: what is done is handed on, the rest is counted. */
static void
give_up_rest(struct calls *calls)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct call *call, *next;
	size_t lost = 0;

	for (call = TAILQ_FIRST(&calls->window); call != NULL; call = next) {
		next = TAILQ_NEXT(call, window);
		if (call->done)
			continue;
		cancel(calls, call);
		lost++;
		drop(calls, call);
	}
	if (lost == 0)
		return;
	ssm_fail(&err, SSM_E_AGAIN, "Interrupted", "ended by SIG%s with %zu of %zu requests unanswered",
	    sigabbrev_np(calls->interrupt->signal), lost, calls->number);
	end_reading(calls, INPUT_FAILED, &err);
}

/* What is done goes out, if somebody takes it in time. */
static void
drain(struct calls *calls)
{
	uint64_t end = clock_ms() + GRACE, now;
	struct pollfd out = { .fd = calls->records->out.fd, .events = POLLOUT };

	hand_on(calls);
	while (!calls->records->stop && (calls->done > 0 || calls->records->out.pending.len > 0) &&
	    (now = clock_ms()) < end && poll(&out, 1, (int)(end - now)) >= 0)
		hand_on(calls);
	if (calls->records->out.pending.len > 0 && calls->records->out.error == 0)
		calls->records->out.error = ETIMEDOUT;
}

static void
clear(struct calls *calls)
{
	struct call *call;

	while ((call = TAILQ_FIRST(&calls->window)) != NULL) {
		cancel(calls, call);
		drop(calls, call);
	}
	ssm_error_clear(&calls->input_error);
}

static void
start(struct calls *calls, struct records *r)
{
	TAILQ_INIT(&calls->window);
	TAILQ_INIT(&calls->ready);
	TAILQ_INIT(&calls->waiting);
	if (calls->options->deadline > 0)
		calls->deadline = clock_ms() + calls->options->deadline;
	r->in.no_wait = r->out.no_wait = true;
	call_world_start(calls->world, calls->options->rate);
	callprogress_start(&calls->progress, r, calls->options->progress);
}

void
calls_run(struct records *r, struct call_world *world, const struct calls_options *options,
    struct interrupt *interrupt)
{
	struct calls calls = { .records = r, .world = world, .options = options,
	    .interrupt = interrupt, .reading = true, .input_error = SSM_ERROR_INIT };

	start(&calls, r);
	for (hand_on(&calls); goes_on(&calls); hand_on(&calls)) {
		take_in(&calls);
		wake(&calls);
		send_ready(&calls);
		wait_for_something(&calls);
		take_answers(&calls);
	}
	if (interrupt->signal != 0)
		give_up_rest(&calls);
	else if (!r->stop && is_over(&calls))
		fail_rest(&calls);
	drain(&calls);
	if (!r->stop)
		records_end_input(r, calls.ended, "document", &calls.input_error);
	callprogress_end(&calls.progress, interrupt->signal == 0);
	clear(&calls);
}
