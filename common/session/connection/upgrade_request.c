#include "session/connection/upgrade_request.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "aws/request.h"
#include "cli/errordocument.h"
#include "core/io.h"
#include "core/percent.h"
#include "json/text.h"
#include "pipeline/suite.h"

#define SERVICE "ssmmessages"
#define ANSWER_MAX ((size_t)1024 * 1024)
#define PIPE_TAKES ((size_t)60000)	/* without waiting for a reader */
#define FIELDS_MAX 3

struct upgrade_request {
	struct loop *loop;
	struct upgrade_request_calls calls;
	struct cli cli;
	struct pipeline pipeline;
	struct loop_watch answer;
	struct bytes text;		/* what ssm-sign has answered so far */
	struct loop_timer at_once;	/* when there was nothing to wait for */
};

bool
upgrade_request_is_presigned(struct view target)
{
	static const char *const marks[] = { "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-expires",
	    "x-amz-signedheaders", "x-amz-signature", "x-amz-security-token" };
	struct view name, value;

	view_take(&target, '?');
	while (url_next_pair(&target, &name, &value))
		for (size_t i = 0; i < ARRAY_LEN(marks); i++)
			if (view_equal_nocase(name, view_of(marks[i])))
				return true;
	return false;
}

/* A name or value of a form, written in the one way in which it is signed. */
static void
add_form_text(struct bytes *out, struct view text)
{
	struct bytes blank = BYTES_INIT(URL_LEN_MAX), decoded = BYTES_INIT(URL_LEN_MAX);

	for (size_t i = 0; i < text.len; i++)
		bytes_add_char(&blank, text.ptr[i] == '+' ? ' ' : text.ptr[i]);
	if (!percent_decode(&decoded, bytes_view(&blank)))
		bytes_set(&decoded, bytes_view(&blank));
	percent_encode(out, bytes_view(&decoded), "");
	out->failed = out->failed || bytes_failed(&blank) || bytes_failed(&decoded);
	bytes_clear(&blank);
	bytes_clear(&decoded);
}

static void
add_url(struct bytes *out, const struct upgrade_request_plan *plan)
{
	struct view query = plan->target, path = view_take(&query, '?'), name, value;
	char before = '?';

	bytes_add(out, plan->scheme);
	bytes_add(out, VIEW("://"));
	bytes_add(out, plan->host);
	bytes_add(out, path);
	while (url_next_pair(&query, &name, &value)) {
		bytes_add_char(out, before);
		add_form_text(out, name);
		bytes_add_char(out, '=');
		add_form_text(out, value);
		before = '&';
	}
}

static void
add_document(struct bytes *out, const struct upgrade_request_plan *plan)
{
	struct bytes url = BYTES_INIT(4 * URL_LEN_MAX);

	add_url(&url, plan);
	jsontext_begin(out);
	jsontext_member(out, "method", VIEW("GET"));
	jsontext_member(out, "url", bytes_view(&url));
	jsontext_member_raw(out, "headers", VIEW("{}"));
	jsontext_member(out, "body", VIEW(""));
	jsontext_member(out, "service", VIEW(SERVICE));
	jsontext_member(out, "region", plan->region);
	jsontext_end(out);
	bytes_add_char(out, '\n');
	out->failed = out->failed || bytes_failed(&url);
	bytes_clear(&url);
}

/* The document in a pipe, and nothing behind it: 0 or an errno. */
static int
write_document(int *in, const struct upgrade_request_plan *plan)
{
	struct bytes text = BYTES_INIT(PIPE_TAKES);
	int end = -1, rc;

	add_document(&text, plan);
	if ((rc = bytes_failed(&text) ? ENOMEM : io_pipe(in, &end)) == 0 && io_write_all(end, bytes_view(&text)) != 0)
		rc = errno;
	io_close(&end);
	bytes_clear(&text);
	return rc;
}

static void
tell_failure(struct upgrade_request *request, struct ssm_error *err)
{
	enum upgrade_request_result result = err->rc == SSM_E_CONFIG && strcmp(err->code, "NoCredentialsError") == 0 ?
	    UPGRADE_REQUEST_NO_KEYS : UPGRADE_REQUEST_FAILED;

	request->calls.done(request->calls.owner, result, NULL, 0, err);
}

/* The fields that it was signed with, of those that the document has now. */
static size_t
find_fields(struct header_field fields[FIELDS_MAX], const struct request *document)
{
	static const char *const names[FIELDS_MAX] = { "authorization", "x-amz-date", "x-amz-security-token" };
	size_t count = 0;

	for (size_t i = 0; i < FIELDS_MAX; i++) {
		struct view value = request_header(document, names[i]);

		if (value.len > 0)
			fields[count++] = (struct header_field){ view_of(names[i]), value };
	}
	return count;
}

/* Nothing of the request is touched behind what is told, but by whoever owns it: the text is the document's alone. */
static void
tell_signed(struct upgrade_request *request, struct bytes *text, struct ssm_error *err)
{
	struct request document = REQUEST_INIT;
	struct header_field fields[FIELDS_MAX];
	struct json_doc doc = JSON_DOC_INIT;
	size_t count = 0;

	if (json_parse(&doc, view_trim(bytes_view(text)), "what ssm-sign has written", err) == SSM_OK &&
	    request_from_json(&document, &doc, err) == SSM_OK && (count = find_fields(fields, &document)) < 2)
		ssm_fail(err, SSM_E_OTHER, "PipelineError", "ssm-sign has signed nothing");
	if (err->rc == SSM_OK)
		request->calls.done(request->calls.owner, UPGRADE_REQUEST_SIGNED, fields, count, err);
	else
		request->calls.done(request->calls.owner, UPGRADE_REQUEST_FAILED, NULL, 0, err);
	request_clear(&document);
	json_clear(&doc);
}

/* What ssm-sign says of its failure; false when it did not fail. */
static bool
read_failure(const struct upgrade_request *request, struct ssm_error *err)
{
	int status = request->pipeline.stages[0].process.status;
	struct view said = pipeline_complaint(&request->pipeline), id;

	if (pipeline_trouble(&request->pipeline, err))
		return true;
	if (status == 0)
		return false;
	while (said.len > 0)
		if (errordocument_parse(view_take_line(&said), err, &id))
			return true;
	ssm_fail(err, ssm_err_of_exit_code(WEXITSTATUS(status)), "PipelineError", "ssm-sign fails with exit code %d",
	    WEXITSTATUS(status));
	return true;
}

/* Reads once; false when there is nothing to read now or any more. */
static bool
take_answer(struct upgrade_request *request)
{
	char *room = bytes_room(&request->text, 4096);
	ssize_t n = room == NULL || request->answer.fd < 0 || !io_readable(request->answer.fd) ? 0 :
	    io_read(request->answer.fd, room, 4096);

	if (n <= 0)
		return false;
	bytes_grew(&request->text, (size_t)n);
	return true;
}

static void
on_answer(void *owner, unsigned events)
{
	struct upgrade_request *request = owner;

	(void)events;
	if (!take_answer(request))
		loop_shut(request->loop, &request->answer);
}

static void
on_over(void *owner)
{
	struct upgrade_request *request = owner;
	struct ssm_error err = SSM_ERROR_INIT;
	struct bytes text;

	while (take_answer(request))
		;
	loop_shut(request->loop, &request->answer);
	text = request->text;
	request->text = (struct bytes)BYTES_INIT(ANSWER_MAX);
	if (read_failure(request, &err))
		tell_failure(request, &err);
	else
		tell_signed(request, &text, &err);
	bytes_clear(&text);
	ssm_error_clear(&err);
}

static void
build(struct upgrade_request *request, const struct upgrade_request_plan *plan)
{
	const struct calloptions none = { .values = { NULL } };
	const struct cli messages = { .json_errors = true };
	struct stage *stage;

	request->cli = (struct cli){ .tool = plan->cli->tool };
	pipeline_start(&request->pipeline, &request->cli);
	stage = suite_add(&request->pipeline, "ssm-sign");
	pipeline_option(&request->pipeline, stage, "profile", plan->profile);
	suite_end(&request->pipeline, stage, &none, &messages);
	request->pipeline.mask = plan->mask;
	request->pipeline.usual_sigpipe = true;
	request->pipeline.over = on_over;
	request->pipeline.owner = request;
}

enum ssm_err
upgrade_request_start(struct upgrade_request **request, struct loop *loop, const struct upgrade_request_plan *plan,
    const struct upgrade_request_calls *calls, struct ssm_error *err)
{
	struct upgrade_request *new = calloc(1, sizeof *new);
	int in = -1, out = -1, rc;

	*request = new;
	if (new == NULL)
		return ssm_fail_memory(err);
	new->loop = loop;
	new->calls = *calls;
	new->answer = (struct loop_watch){ .fd = -1, .ready = on_answer, .owner = new };
	new->at_once = (struct loop_timer){ .due = on_over, .owner = new };
	new->text = (struct bytes)BYTES_INIT(ANSWER_MAX);
	build(new, plan);
	if ((rc = write_document(&in, plan)) != 0 || (rc = io_pipe(&new->answer.fd, &out)) != 0) {
		io_close(&in);
		upgrade_request_free(new);
		*request = NULL;
		return ssm_fail(err, SSM_E_OTHER, "PipelineError", "cannot ask ssm-sign: %s", strerror(rc));
	}
	loop_ask(loop, &new->answer, LOOP_READ);
	pipeline_begin(&new->pipeline, loop, in, out);
	if (pipeline_is_over(&new->pipeline))
		loop_set(loop, &new->at_once, loop_now(loop));
	return SSM_OK;
}

void
upgrade_request_free(struct upgrade_request *request)
{
	if (request == NULL)
		return;
	loop_unset(&request->at_once);
	loop_shut(request->loop, &request->answer);
	if (request->pipeline.loop != NULL)
		pipeline_kill(&request->pipeline);
	pipeline_clear(&request->pipeline);
	bytes_clear(&request->text);
	free(request);
}
