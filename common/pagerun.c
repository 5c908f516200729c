#include "pagerun.h"

#include <errno.h>
#include <poll.h>

#define DOCUMENT_MAX ((size_t)24 * 1024 * 1024)

/* The second pipeline at work. */
struct walk {
	struct pagerun *run;
	struct heldpipe held;
	const struct json_doc *request;
	bool waiting;			/* for an answer */
	bool ended;			/* no answer will come any more */
	bool done;			/* what is to be printed is decided */
};

static void
note_code(struct pagerun *run, int code)
{
	if (run->records->code == 0)
		run->records->code = code;
}

static void
fail(struct pagerun *run, struct ssm_error *err)
{
	records_fail(run->records, err);
	ssm_error_clear(err);
}

static bool
start(struct pagerun *run, struct heldpipe *held, struct pipeline *pipeline, bool asking)
{
	struct ssm_error err = SSM_ERROR_INIT;
	int number = heldpipe_start(held, pipeline, run->interrupt, asking, run->on_sigpipe);

	if (number == 0)
		return true;
	ssm_fail(&err, SSM_E_OTHER, "PipelineError", "cannot start the pipeline: %s", strerror(number));
	fail(run, &err);
	return false;
}

/* A signal goes on to the stages, and nothing more is asked. */
static bool
interrupted(struct pagerun *run, struct heldpipe *held)
{
	if (!held->told && interrupt_seen(run->interrupt) != 0) {
		heldpipe_signal(held, run->interrupt->signal);
		heldpipe_close_requests(held);
	}
	return held->told;
}

/* What the first pipeline prints, up to its end, into *text. */
static enum input_status
read_request(struct pagerun *run, struct heldpipe *held, struct bytes *text, struct ssm_error *err)
{
	enum input_status status;
	struct view part;

	while ((status = input_document_text(&held->answers, &part, err)) == INPUT_WAIT ||
	    status == INPUT_RECORD) {
		struct pollfd fds[] = { { .fd = held->answers.fd, .events = POLLIN },
			{ .fd = held->told ? -1 : run->interrupt->fd, .events = POLLIN } };

		if (status == INPUT_RECORD)
			bytes_set(text, part);
		else
			poll(fds, ARRAY_LEN(fds), -1);
		interrupted(run, held);
	}
	return status;
}

/* The request document that all others are made from; false: there is none. */
static bool
make_request(struct pagerun *run, struct bytes *text)
{
	struct heldpipe held = HELDPIPE_INIT;
	struct ssm_error err = SSM_ERROR_INIT;

	if (!start(run, &held, run->maker, false))
		return false;
	if (read_request(run, &held, text, &err) != INPUT_END || bytes_failed(text)) {
		if (err.rc == SSM_OK)
			ssm_fail_memory(&err);
		fail(run, &err);
		bytes_reset(text);
	}
	note_code(run, heldpipe_end(&held, run->records->cli));
	return text->len > 0 && run->interrupt->signal == 0;
}

static void
ask(struct walk *walk)
{
	struct bytes request = BYTES_INIT(DOCUMENT_MAX);
	struct ssm_error err = SSM_ERROR_INIT;

	if (pages_ask(&request, walk->run->pages, walk->request, &err) == SSM_OK) {
		output_document(&walk->held.requests, bytes_view(&request));
		walk->waiting = true;
	} else {
		fail(walk->run, &err);
		walk->done = true;
	}
	bytes_clear(&request);
}

static bool
is_error_document(const struct json_doc *doc)
{
	return json_kind(json_member(doc, "Error")) == JSON_OBJECT;
}

static void
take_page(struct walk *walk, struct json_doc *page, struct ssm_error *err)
{
	struct bytes text = BYTES_INIT(DOCUMENT_MAX);
	struct pages *pages = walk->run->pages;
	enum ssm_err rc = SSM_OK;

	if (is_error_document(page)) {
		bytes_add(&text, page->text);
		walk->done = true;
	} else if ((rc = pages_take(&text, pages, page, err)) != SSM_OK) {
		walk->done = true;
	}
	records_settle(walk->run->records, rc, &text, err, VIEW_NONE);
	if (!walk->done && pages_advance(pages, err) != SSM_OK) {
		fail(walk->run, err);
		walk->done = true;
	}
	walk->done = walk->done || pages->over;
	walk->waiting = false;
	bytes_clear(&text);
}

/* An answer when it is there whole, or what has come in place of one. */
static void
take_answer(struct walk *walk)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct json_doc doc = JSON_DOC_INIT;
	enum input_status status = input_document(&walk->held.answers, &doc, &err);

	if (status == INPUT_RECORD && !walk->done) {
		take_page(walk, &doc, &err);
	} else if (status == INPUT_BAD || status == INPUT_FAILED) {
		fail(walk->run, &err);
		walk->done = true;
	}
	walk->ended = status == INPUT_END || status == INPUT_FAILED;
	json_clear(&doc);
	ssm_error_clear(&err);
}

/* What can be done now; true when the stages are to be given no more. */
static bool
is_finished(struct walk *walk)
{
	struct records *records = walk->run->records;

	output_flush(&records->out);
	if (records->out.error != 0)
		heldpipe_signal(&walk->held, SIGTERM);
	return walk->done || interrupted(walk->run, &walk->held);
}

static void
wait_for_news(const struct walk *walk)
{
	const struct heldpipe *held = &walk->held;
	const struct output *out = &walk->run->records->out;
	struct pollfd fds[] = { { .fd = held->answers.fd, .events = POLLIN },
		{ .fd = held->told ? -1 : walk->run->interrupt->fd, .events = POLLIN },
		{ .fd = held->requests.pending.len > 0 ? held->requests.fd : -1, .events = POLLOUT },
		{ .fd = out->error != 0 ? -1 : out->fd, .events = out->pending.len > 0 ? POLLOUT : 0 } };

	poll(fds, ARRAY_LEN(fds), -1);
}

/* Hands the request on as far as it goes. That its reader has ended is told by the answers' end. */
static void
send(struct walk *walk)
{
	struct output *requests = &walk->held.requests;
	struct ssm_error err = SSM_ERROR_INIT;

	if (requests->fd < 0 || output_flush(requests))
		return;
	if (requests->error != EPIPE) {
		ssm_fail(&err, SSM_E_OTHER, "PipelineError", "cannot write to the pipeline: %s",
		    strerror(requests->error));
		fail(walk->run, &err);
		walk->done = true;
	}
	heldpipe_close_requests(&walk->held);
}

/* Until the stages have ended: they do when their input is closed, for whatever reason. */
static void
walk_pages(struct walk *walk)
{
	struct records *records = walk->run->records;

	while (!walk->ended) {
		if (!is_finished(walk) && !walk->waiting && records->out.pending.len == 0)
			ask(walk);
		send(walk);
		if (walk->done || walk->held.told)
			heldpipe_close_requests(&walk->held);
		wait_for_news(walk);
		output_is_deserted(&records->out);
		take_answer(walk);
	}
}

static void
check_end(struct walk *walk)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct pagerun *run = walk->run;

	note_code(run, heldpipe_end(&walk->held, run->records->cli));
	if (walk->done || walk->held.told || run->records->code != 0)
		return;
	ssm_fail(&err, SSM_E_OTHER, "PipelineError", "the pipeline ended before it answered");
	fail(run, &err);
}

/* A request that chooses its page itself is the only one, as with --no-paginate. */
static enum ssm_err
choose_paging(struct pagerun *run, const struct json_doc *request, struct ssm_error *err)
{
	bool chosen;
	enum ssm_err rc = pages_is_chosen(request, run->own_size, &chosen, err);

	if (rc == SSM_OK && chosen && run->paging != NULL && !run->pages->single)
		return ssm_fail(err, SSM_E_INPUT, "ParamValidationError", "Cannot specify --no-paginate along "
		    "with pagination arguments: %s", run->paging);
	run->pages->single = run->pages->single || chosen;
	return rc;
}

void
pagerun(struct pagerun *run)
{
	struct bytes text = BYTES_INIT(DOCUMENT_MAX);
	struct json_doc request = JSON_DOC_INIT;
	struct ssm_error err = SSM_ERROR_INIT;
	struct walk walk = { .run = run, .held = HELDPIPE_INIT, .request = &request };

	if (!make_request(run, &text))
		goto out;
	if (json_parse(&request, bytes_view(&text), "the request", &err) != SSM_OK) {
		fail(run, &err);
	} else if (is_error_document(&request)) {
		records_settle(run->records, SSM_OK, &text, &err, VIEW_NONE);
	} else if (choose_paging(run, &request, &err) != SSM_OK) {
		fail(run, &err);
	} else if (start(run, &walk.held, run->caller, true)) {
		walk_pages(&walk);
		check_end(&walk);
	}
out:
	json_clear(&request);
	bytes_clear(&text);
}
