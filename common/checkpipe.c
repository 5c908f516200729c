#include "checkpipe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io.h"
#include "jsontext.h"
#include "pipeline.h"

#define ANSWER_MAX ((size_t)24 * 1024 * 1024)	/* what ssm-call may print */
#define PARAMETERS_MAX ((size_t)1024 * 1024 * 1024)

static const char *const operations[] = { "resume-session", "get-connection-status" };
static const char *const parameters[] = { "SessionId", "Target" };

/* With documents for messages those that belong to a record can be told from the others. */
static void
add_messages_options(struct pipeline *pipeline, struct stage *stage)
{
	bool verbose = pipeline->cli->verbose;

	pipeline_option(pipeline, stage, "errors", "inline");
	pipeline_option(pipeline, stage, "error-format", verbose ? NULL : "json");
	pipeline_flag(pipeline, stage, "verbose", verbose);
	pipeline_flag(pipeline, stage, "quiet", pipeline->cli->quiet && verbose);
}

static void
build(struct pipeline *pipeline, enum check_kind kind, const struct checkrun_options *options)
{
	struct stage *stage = pipeline_add(pipeline, "ssm-request", false);

	pipeline_argument(pipeline, stage, operations[kind]);
	pipeline_option(pipeline, stage, "input", "-");
	pipeline_option(pipeline, stage, "region", options->region);
	pipeline_option(pipeline, stage, "profile", options->profile);
	pipeline_option(pipeline, stage, "endpoint-url", options->endpoint_url);
	add_messages_options(pipeline, stage);

	stage = pipeline_add(pipeline, "ssm-sign", true);
	add_messages_options(pipeline, stage);

	stage = pipeline_add(pipeline, "ssm-call", false);
	pipeline_flag(pipeline, stage, "timing", true);
	pipeline_flag(pipeline, stage, "unordered", true);
	pipeline_flag(pipeline, stage, "compact", true);
	pipeline_option(pipeline, stage, "max-concurrency", options->concurrency);
	pipeline_option(pipeline, stage, "connect-timeout", options->connect_timeout);
	pipeline_option(pipeline, stage, "read-timeout", options->read_timeout);
	pipeline_option(pipeline, stage, "rate", options->rate);
	pipeline_option(pipeline, stage, "retry-mode", options->retry_mode);
	pipeline_option(pipeline, stage, "max-attempts", options->max_attempts);
	pipeline_option(pipeline, stage, "ca-bundle", options->ca_bundle);
	pipeline_flag(pipeline, stage, "no-verify-ssl", options->no_verify_ssl);
	add_messages_options(pipeline, stage);
}

/* The parameters of the items that are asked, as a file with no name, from its start: 0 or an errno. */
static int
write_parameters(int *fd, const struct checklist *list, enum check_kind kind)
{
	struct bytes text = BYTES_INIT(PARAMETERS_MAX);
	int rc = 0;

	for (size_t i = 0; i < list->count; i++) {
		if (list->items[i].kind != kind || !list->items[i].asked)
			continue;
		jsontext_begin(&text);
		jsontext_member(&text, parameters[kind], view_of(list->items[i].id));
		jsontext_member_number(&text, "id", (long long)i);
		jsontext_end(&text);
		bytes_add_char(&text, '\n');
	}
	if (bytes_failed(&text))
		rc = ENOMEM;
	else if (text.len > 0 && ((*fd = memfd_create("parameters", MFD_CLOEXEC)) < 0 ||
	    io_write_all(*fd, bytes_view(&text)) != 0 || lseek(*fd, 0, SEEK_SET) != 0))
		rc = errno;
	bytes_clear(&text);
	return rc;
}

/* The process that runs the pipeline; it ends with this one. */
static _Noreturn void
run_pipeline(enum check_kind kind, const struct checkrun *run, int in, int out, int messages)
{
	static const struct cli_tool tool = { .name = "ssm-check" };
	struct cli cli = { .tool = &tool, .verbose = run->cli->verbose, .quiet = run->cli->quiet,
	    .json_errors = !run->cli->verbose };
	struct pipeline pipeline;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	interrupt_stop(run->interrupt);
	if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
	    (messages >= 0 && dup2(messages, STDERR_FILENO) < 0))
		_exit(255);
	pipeline_start(&pipeline, &cli);
	pipeline.batch = true;
	build(&pipeline, kind, run->options);
	pipeline_run(&pipeline);
	_exit(pipeline_end(&pipeline));
}

/* The descriptors are those of the process; it has its own copies afterwards. */
static int
start_process(struct checkpipe *pipe, const struct checkrun *run, int in)
{
	int answers = -1, out = -1, messages = -1, rc;

	if ((rc = io_pipe(&answers, &out)) == 0 &&
	    (run->cli->verbose || (rc = io_pipe(&pipe->messages_fd, &messages)) == 0) &&
	    (pipe->pid = fork()) < 0)
		rc = errno;
	if (rc == 0 && pipe->pid == 0)
		run_pipeline(pipe->kind, run, in, out, messages);
	io_close(&out);
	io_close(&messages);
	if (rc != 0) {
		pipe->pid = 0;
		io_close(&answers);
		io_close(&pipe->messages_fd);
		return rc;
	}
	input_start(&pipe->answers, answers, "the pipeline", ANSWER_MAX);
	pipe->answers.no_wait = pipe->answering = true;
	return 0;
}

int
checkpipe_start(struct checkpipe *pipe, const struct checkrun *run)
{
	int in = -1, rc = write_parameters(&in, run->list, pipe->kind);

	if (rc == 0 && in >= 0)
		rc = start_process(pipe, run, in);
	io_close(&in);
	return rc;
}

static void
take_answers(struct checkpipe *pipe, struct checklist *list)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct json_doc doc = JSON_DOC_INIT;
	enum input_status status;

	while ((status = input_document(&pipe->answers, &doc, &err)) == INPUT_RECORD ||
	    status == INPUT_BAD) {
		if (status == INPUT_RECORD)
			checklist_answer(list, &doc);
		json_clear(&doc);
		ssm_error_clear(&err);
	}
	pipe->answering = status == INPUT_WAIT;
	ssm_error_clear(&err);
}

static void
take_messages(struct checkpipe *pipe)
{
	char text[4096];
	ssize_t n = io_read(pipe->messages_fd, text, sizeof text);

	if (n <= 0)
		io_close(&pipe->messages_fd);
	else if (pipe->messages.len < CHECKPIPE_MESSAGES_MAX - sizeof text)
		bytes_add(&pipe->messages, (struct view){ text, (size_t)n });
}

void
checkpipe_take(struct checkpipe *pipe, struct checklist *list)
{
	if (pipe->pid == 0)
		return;
	if (pipe->answering)
		take_answers(pipe, list);
	if (pipe->messages_fd >= 0 && io_readable(pipe->messages_fd))
		take_messages(pipe);
}

void
checkpipe_stop(struct checkpipe *pipe)
{
	pipe->answering = false;
	io_close(&pipe->messages_fd);
}

/* The message of an error document that has no id, into *reason; false when the line is no document. */
static bool
read_message(struct view line, struct bytes *reason)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct json_doc doc = JSON_DOC_INIT, fault = JSON_DOC_INIT;
	const struct json_member *error;
	struct view message = VIEW_NONE;
	bool is_document;

	is_document = json_parse(&doc, line, "message", &err) == SSM_OK;
	error = json_member(&doc, "Error");
	if (is_document && json_member(&doc, "id") == NULL && json_kind(error) == JSON_OBJECT &&
	    json_parse(&fault, error->raw, "Error", &err) == SSM_OK &&
	    json_string(&fault, "Message", &message, &err) == SSM_OK)
		bytes_set(reason, message);
	json_clear(&fault);
	json_clear(&doc);
	ssm_error_clear(&err);
	return is_document;
}

/* Lines that are no documents are warnings: they go on. */
static void
pass_messages(const struct checkpipe *pipe, const struct cli *cli, struct bytes *reason)
{
	struct view rest = bytes_view(&pipe->messages);

	while (rest.len > 0) {
		size_t end = view_find(rest, '\n'), next = end < rest.len ? end + 1 : end;

		if (!read_message(view_slice(rest, 0, end), reason) && !cli->quiet)
			io_write_all(STDERR_FILENO, view_slice(rest, 0, next));
		rest = view_slice(rest, next, rest.len);
	}
}

void
checkpipe_end(struct checkpipe *pipe, const struct cli *cli, struct bytes *reason)
{
	int status;

	if (pipe->pid == 0)
		return;
	while (waitpid(pipe->pid, &status, 0) < 0 && errno == EINTR)
		;
	input_close(&pipe->answers);
	io_close(&pipe->messages_fd);
	pass_messages(pipe, cli, reason);
	bytes_clear(&pipe->messages);
	pipe->pid = 0;
}
