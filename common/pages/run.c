#include "pages/run.h"

#include "cli/errordocument.h"

/* The run at work: one pipeline after the other. */
struct walk {
	struct pagerun *run;
	struct loop loop;
	struct loop_watch interrupted, room;
	struct coprocess co;
	const struct json_doc *request;
	bool waiting;			/* for an answer */
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

static void
fail_pipeline(struct pagerun *run, const char *what, int errnum)
{
	struct ssm_error err = SSM_ERROR_INIT;

	ssm_fail(&err, SSM_E_OTHER, "PipelineError", "cannot %s the pipeline: %s", what, strerror(errnum));
	fail(run, &err);
}

static bool
start(struct walk *walk, struct pipeline *pipeline, unsigned how)
{
	int errnum;

	walk->co = (struct coprocess)COPROCESS_INIT;
	pipeline->mask = &walk->run->interrupt->before;
	errnum = coprocess_start(&walk->co, pipeline, &walk->loop, -1, how);
	if (errnum != 0)
		fail_pipeline(walk->run, "start", errnum);
	return errnum == 0;
}

/* Waits for whatever comes next; false when nothing can. */
static bool
turn(struct walk *walk)
{
	int errnum = loop_turn(&walk->loop, LOOP_FOREVER);

	if (errnum != 0)
		fail_pipeline(walk->run, "wait for", errnum);
	return errnum == 0;
}

/* A signal goes on to the stages, and nothing more is asked. */
static void
on_signal(void *owner, unsigned events)
{
	struct walk *walk = owner;
	struct signals *interrupt = walk->run->interrupt;

	(void)events;
	if (signals_seen(interrupt) == 0)
		return;
	coprocess_signal(&walk->co, interrupt->seen, interrupt->typed);
	coprocess_close_requests(&walk->co);
	loop_ask(&walk->loop, &walk->interrupted, 0);
}

/* Waits for the stages; what they said after they were told to end does not count. */
static void
finish(struct walk *walk, struct pipeline *pipeline)
{
	loop_ask(&walk->loop, &walk->room, 0);
	coprocess_end(&walk->co);
	if (!walk->co.told)
		note_code(walk->run, pipeline_result(pipeline));
	coprocess_clear(&walk->co);
}

/* What the first pipeline prints, up to its end, into *text. */
static enum input_status
read_request(struct walk *walk, struct bytes *text, struct ssm_error *err)
{
	enum input_status status;
	struct json_doc doc = JSON_DOC_INIT;

	while ((status = coprocess_answer(&walk->co, &doc, err)) == INPUT_WAIT || status == INPUT_RECORD) {
		if (status == INPUT_RECORD)
			bytes_set(text, doc.text);
		else if (!turn(walk))
			break;
		json_clear(&doc);
	}
	return status;
}

/* The request document that all others are made from; false: there is none. */
static bool
make_request(struct walk *walk, struct bytes *text)
{
	struct pagerun *run = walk->run;
	struct ssm_error err = SSM_ERROR_INIT;

	if (!start(walk, run->maker, 0))
		return false;
	if (read_request(walk, text, &err) != INPUT_END || bytes_failed(text)) {
		if (err.rc == SSM_OK)
			ssm_fail_memory(&err);
		fail(run, &err);
		bytes_reset(text);
	}
	finish(walk, run->maker);
	return text->len > 0 && run->interrupt->seen == 0;
}

static void
ask(struct walk *walk)
{
	struct bytes request = BYTES_INIT(COPROCESS_ANSWER_MAX);
	struct ssm_error err = SSM_ERROR_INIT;

	if (pages_ask(&request, walk->run->pages, walk->request, &err) == SSM_OK) {
		output_document(&walk->co.requests, bytes_view(&request));
		walk->waiting = true;
	} else {
		fail(walk->run, &err);
		walk->done = true;
	}
	bytes_clear(&request);
}

static void
take_page(struct walk *walk, struct json_doc *page, struct ssm_error *err)
{
	struct bytes text = BYTES_INIT(COPROCESS_ANSWER_MAX);
	struct pages *pages = walk->run->pages;
	bool is_error;
	enum ssm_err rc = errordocument_is(page, &is_error, err);

	if (rc == SSM_OK && is_error) {
		bytes_add(&text, page->text);
		walk->done = true;
	} else if (rc != SSM_OK || (rc = pages_take(&text, pages, page, err)) != SSM_OK) {
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
	enum input_status status = coprocess_answer(&walk->co, &doc, &err);

	if (status == INPUT_RECORD && !walk->done) {
		take_page(walk, &doc, &err);
	} else if (status == INPUT_BAD || status == INPUT_FAILED) {
		fail(walk->run, &err);
		walk->done = true;
	}
	json_clear(&doc);
	ssm_error_clear(&err);
}

/* What is finished goes out; true when the stages are to be given no more. */
static bool
is_finished(struct walk *walk)
{
	struct output *out = &walk->run->records->out;

	output_flush(out);
	if (out->error != 0)
		coprocess_signal(&walk->co, SIGTERM, false);
	loop_ask(&walk->loop, &walk->room, out->error != 0 ? 0 : out->pending.len > 0 ?
	    LOOP_WRITE | LOOP_GONE : LOOP_GONE);
	return walk->done || walk->co.told;
}

static void
send(struct walk *walk)
{
	if (coprocess_ask(&walk->co))
		return;
	fail_pipeline(walk->run, "write to", walk->co.requests.error);
	walk->done = true;
}

/* Until the stages have ended: they do when their input is closed, for whatever reason. */
static void
walk_pages(struct walk *walk)
{
	struct records *records = walk->run->records;

	while (walk->co.answering) {
		if (!is_finished(walk) && !walk->waiting && records->out.pending.len == 0)
			ask(walk);
		send(walk);
		if (walk->done || walk->co.told)
			coprocess_close_requests(&walk->co);
		if (!turn(walk))
			break;
		output_reader_gone(&records->out);
		take_answer(walk);
	}
}

static void
check_end(struct walk *walk)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct pagerun *run = walk->run;

	finish(walk, run->caller);
	if (walk->done || walk->co.told || run->records->code != 0)
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

static void
walk_from(struct walk *walk, struct bytes *text, struct json_doc *request, struct ssm_error *err)
{
	struct pagerun *run = walk->run;
	bool is_error;

	walk->request = request;
	if (json_parse(request, bytes_view(text), "the request", err) != SSM_OK ||
	    errordocument_is(request, &is_error, err) != SSM_OK) {
		fail(run, err);
	} else if (is_error) {
		records_settle(run->records, SSM_OK, text, err, VIEW_NONE);
	} else if (choose_paging(run, request, err) != SSM_OK) {
		fail(run, err);
	} else if (start(walk, run->caller, COPROCESS_ASKS)) {
		walk_pages(walk);
		check_end(walk);
	}
}

void
pagerun(struct pagerun *run)
{
	struct bytes text = BYTES_INIT(COPROCESS_ANSWER_MAX);
	struct json_doc request = JSON_DOC_INIT;
	struct ssm_error err = SSM_ERROR_INIT;
	struct walk walk = { .run = run, .room = { .fd = run->records->out.fd },
	    .interrupted = { .fd = run->interrupt->fd, .ready = on_signal, .owner = &walk } };
	int errnum = loop_open(&walk.loop);

	loop_ask(&walk.loop, &walk.interrupted, LOOP_READ);
	if (errnum != 0)
		fail_pipeline(run, "wait for", errnum);
	else if (make_request(&walk, &text))
		walk_from(&walk, &text, &request, &err);
	loop_close(&walk.loop);
	json_clear(&request);
	bytes_clear(&text);
}
