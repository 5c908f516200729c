#include "pipeline/coprocess.h"

#include <errno.h>

#include "core/io.h"

static void
on_messages(void *owner, unsigned events)
{
	struct coprocess *co = owner;
	char text[4096];
	ssize_t n = io_read(co->messages_come.fd, text, sizeof text);

	(void)events;
	if (n <= 0)
		loop_shut(co->loop, &co->messages_come);
	else if (co->messages.len < COPROCESS_MESSAGES_MAX - sizeof text)
		bytes_add(&co->messages, (struct view){ text, (size_t)n });
}

/* The ends that stay here are watched; the others are the pipeline's. */
static void
hold(struct coprocess *co, int requests, int answers)
{
	co->asks.fd = requests;
	co->answers_come.fd = answers;
	co->messages_come.ready = on_messages;
	co->messages_come.owner = co;
	output_start(&co->requests, requests, OUTPUT_COMPACT);
	input_start(&co->answers, answers, "the pipeline", COPROCESS_ANSWER_MAX);
	co->requests.no_wait = co->answers.no_wait = co->answering = true;
	loop_ask(co->loop, &co->answers_come, LOOP_READ);
	loop_ask(co->loop, &co->messages_come, LOOP_READ);
}

int
coprocess_start(struct coprocess *co, struct pipeline *pipeline, struct loop *loop, int in,
    unsigned how)
{
	int requests = -1, answers = -1, out = -1, rc;

	if ((rc = io_pipe(&answers, &out)) == 0 &&
	    ((how & COPROCESS_ASKS) == 0 || (rc = io_pipe(&in, &requests)) == 0) &&
	    ((how & COPROCESS_COLLECTS) == 0 ||
	    (rc = io_pipe(&co->messages_come.fd, &pipeline->messages)) == 0)) {
		co->pipeline = pipeline;
		co->loop = loop;
		hold(co, requests, answers);
		pipeline_begin(pipeline, loop, in, out);
		return 0;
	}
	io_close(&in);
	io_close(&requests);
	io_close(&answers);
	io_close(&out);
	return rc;
}

bool
coprocess_ask(struct coprocess *co)
{
	bool done = co->requests.fd < 0 || output_flush(&co->requests);

	if (!done)
		coprocess_close_requests(co);
	loop_ask(co->loop, &co->asks, co->requests.pending.len > 0 ? LOOP_WRITE : 0);
	return done || co->requests.error == EPIPE;
}

void
coprocess_close_requests(struct coprocess *co)
{
	if (co->loop != NULL)
		loop_shut(co->loop, &co->asks);
	co->requests.fd = -1;
	bytes_clear(&co->requests.pending);
	bytes_clear(&co->requests.ends);
}

/* Nothing can be read any more, or nothing more is wanted. */
static void
close_answers(struct coprocess *co)
{
	loop_ask(co->loop, &co->answers_come, 0);
	co->answers_come.fd = -1;
	co->answering = false;
}

enum input_status
coprocess_answer(struct coprocess *co, struct json_doc *doc, struct ssm_error *err)
{
	enum input_status status;

	if (!co->answering)
		return INPUT_END;
	status = input_document(&co->answers, doc, err);
	if (status == INPUT_END || status == INPUT_FAILED)
		close_answers(co);
	return status;
}

bool
coprocess_is_open(const struct coprocess *co)
{
	return co->answering || co->messages_come.fd >= 0;
}

void
coprocess_signal(struct coprocess *co, int number, bool typed)
{
	if (co->pipeline == NULL || co->told)
		return;
	co->told = true;
	pipeline_signal(co->pipeline, number, typed);
}

static void
let_go(struct coprocess *co)
{
	coprocess_close_requests(co);
	close_answers(co);
	input_close(&co->answers);
	co->answers.fd = -1;
}

void
coprocess_kill(struct coprocess *co)
{
	if (co->pipeline == NULL)
		return;
	pipeline_kill(co->pipeline);
	let_go(co);
	loop_shut(co->loop, &co->messages_come);
}

void
coprocess_end(struct coprocess *co)
{
	if (co->pipeline == NULL)
		return;
	let_go(co);
	while (!pipeline_is_over(co->pipeline) || co->messages_come.fd >= 0)
		if (loop_turn(co->loop, LOOP_FOREVER) != 0) {
			coprocess_kill(co);
			break;
		}
	co->pipeline = NULL;
}

void
coprocess_clear(struct coprocess *co)
{
	bytes_clear(&co->messages);
}
