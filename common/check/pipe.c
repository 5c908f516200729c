#include "check/pipe.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/errordocument.h"
#include "core/io.h"
#include "json/text.h"
#include "pipeline/suite.h"

#define PARAMETERS_MAX ((size_t)1024 * 1024 * 1024)

static const char *const operations[] = { "resume-session", "get-connection-status" };
static const char *const parameters[] = { "SessionId", "Target" };

/* With documents for messages those that belong to a record can be told from the others. */
static void
build(struct pipeline *pipeline, enum check_kind kind, const struct calloptions *options)
{
	struct stage *stage = suite_add(pipeline, "ssm-request");
	bool verbose = pipeline->cli->verbose;
	struct cli messages = { .inline_errors = true, .json_errors = !verbose, .verbose = verbose,
		.quiet = pipeline->cli->quiet && verbose };

	pipeline_argument(pipeline, stage, operations[kind]);
	pipeline_option(pipeline, stage, "input", "-");
	suite_end(pipeline, stage, options, &messages);
	suite_end(pipeline, suite_add(pipeline, "ssm-sign"), options, &messages);
	stage = suite_add(pipeline, "ssm-call");
	pipeline_flag(pipeline, stage, "timing", true);
	pipeline_flag(pipeline, stage, "unordered", true);
	pipeline_flag(pipeline, stage, "compact", true);
	suite_end(pipeline, stage, options, &messages);
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

void
checkpipe_init(struct checkpipe *pipe, enum check_kind kind, const struct cli *cli,
    const struct calloptions *options)
{
	*pipe = (struct checkpipe){ .kind = kind, .co = COPROCESS_INIT };
	pipeline_start(&pipe->pipeline, cli);
	pipe->pipeline.batch = true;
	build(&pipe->pipeline, kind, options);
}

int
checkpipe_start(struct checkpipe *pipe, const struct checklist *list, struct loop *loop,
    const sigset_t *mask)
{
	int in = -1, rc = write_parameters(&in, list, pipe->kind);

	if (rc != 0)
		io_close(&in);
	if (in < 0)
		return rc;
	pipe->pipeline.mask = mask;
	return coprocess_start(&pipe->co, &pipe->pipeline, loop, in,
	    pipe->pipeline.cli->verbose ? 0 : COPROCESS_COLLECTS);
}

void
checkpipe_take(struct checkpipe *pipe, struct checklist *list)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct json_doc doc = JSON_DOC_INIT;
	enum input_status status;

	while ((status = coprocess_answer(&pipe->co, &doc, &err)) == INPUT_RECORD ||
	    status == INPUT_BAD) {
		if (status == INPUT_RECORD)
			checklist_answer(list, &doc);
		json_clear(&doc);
		ssm_error_clear(&err);
	}
	ssm_error_clear(&err);
}

/* Error documents are of a record, or tell why there is none; all other lines are warnings and go on. */
static void
pass_messages(const struct checkpipe *pipe, struct bytes *reason)
{
	struct view rest = bytes_view(&pipe->co.messages);

	while (rest.len > 0) {
		struct ssm_error err = SSM_ERROR_INIT;
		struct view id, line = view_take_line(&rest);

		if (!errordocument_parse(line, &err, &id) && !pipe->pipeline.cli->quiet)
			io_write_all(STDERR_FILENO, line);
		else if (err.rc != SSM_OK && id.len == 0)
			bytes_set(reason, view_of(err.message));
		ssm_error_clear(&err);
	}
}

void
checkpipe_end(struct checkpipe *pipe, struct bytes *reason)
{
	struct ssm_error err = SSM_ERROR_INIT;

	coprocess_end(&pipe->co);
	pass_messages(pipe, reason);
	if (!pipe->co.told && pipeline_trouble(&pipe->pipeline, &err))
		bytes_set(reason, view_of(err.message));
	ssm_error_clear(&err);
	coprocess_clear(&pipe->co);
	pipeline_clear(&pipe->pipeline);
}
