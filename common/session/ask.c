#include "session/ask.h"

#include <errno.h>
#include <fcntl.h>

#include "cli/errordocument.h"
#include "pipeline/suite.h"
#include "session/document.h"
#include "session/hush.h"

/* ssm-resume-session has the AWS CLI's names for two of ssm-call's options. */
static const char *
resume_name(const char *name)
{
	if (strcmp(name, "connect-timeout") == 0)
		return "cli-connect-timeout";
	return strcmp(name, "read-timeout") == 0 ? "cli-read-timeout" : name;
}

/* Those that are for a stage of the pipeline that ssm-resume-session runs. */
static void
pass_options(struct pipeline *pipeline, struct stage *stage, const struct calloptions *given, const char *tool)
{
	struct calloptions_argument argument;
	size_t next = 0;

	while (calloptions_next(given, tool, &next, &argument)) {
		const char *name = resume_name(argument.name);

		pipeline_option(pipeline, stage, name, argument.value);
		pipeline_flag(pipeline, stage, name, argument.value == NULL);
	}
}

/* The region that the session's URL names, unless the user names one. */
static const char *
region_of(const struct sessionask_how *how)
{
	return calloptions_has(how->options, CALLOPTION_REGION) ? NULL : how->region;
}

/* A tool that runs the pipeline itself. */
static struct stage *
add_whole(struct sessionask *ask, const struct sessionask_how *how, const char *tool)
{
	struct stage *stage = pipeline_add(&ask->pipeline, tool, true);

	pipeline_option(&ask->pipeline, stage, "region", region_of(how));
	pass_options(&ask->pipeline, stage, how->options, "ssm-request");
	pass_options(&ask->pipeline, stage, how->options, "ssm-call");
	pipeline_option(&ask->pipeline, stage, "error-format", "json");
	return stage;
}

static void
add_resume(struct sessionask *ask, const struct sessionask_how *how)
{
	struct stage *stage = add_whole(ask, how, "ssm-resume-session");

	pipeline_option(&ask->pipeline, stage, "session-id", how->session_id);
	pipeline_option(&ask->pipeline, stage, "output", "json");
}

static void
add_target(struct sessionask *ask, const struct sessionask_how *how)
{
	struct stage *stage = add_whole(ask, how, "ssm-describe-sessions");
	struct bytes filter = BYTES_INIT(SESSIONDOCUMENT_ID_MAX + sizeof "key=SessionId,value=");

	bytes_print(&filter, "key=SessionId,value=%s", how->session_id);
	pipeline_option(&ask->pipeline, stage, "state", "Active");
	pipeline_option(&ask->pipeline, stage, "filters", bytes_cstr(&filter));
	bytes_clear(&filter);
}

static void
add_terminate(struct sessionask *ask, const struct sessionask_how *how, struct stage *request)
{
	pipeline_argument(&ask->pipeline, request, "terminate-session");
	pipeline_option(&ask->pipeline, request, "session-id", how->session_id);
}

static void
add_data_key(struct sessionask *ask, const struct sessionask_how *how, struct stage *request)
{
	pipeline_argument(&ask->pipeline, request, "generate-data-key");
	pipeline_option(&ask->pipeline, request, "cli-input-json", how->parameters);
}

/* ssm-request, ssm-sign, ssm-call. */
static void
add_request(struct sessionask *ask, const struct sessionask_how *how, enum sessionask_question question)
{
	struct pipeline *pipeline = &ask->pipeline;
	struct stage *stage = suite_add(pipeline, "ssm-request");
	struct calloptions options = *how->options;

	if (question == SESSIONASK_DATA_KEY) {
		add_data_key(ask, how, stage);
		if (!how->endpoint_is_local)
			options.values[CALLOPTION_ENDPOINT_URL] = NULL;
	} else {
		add_terminate(ask, how, stage);
	}
	pipeline_option(pipeline, stage, "region", region_of(how));
	suite_end(pipeline, stage, &options, &ask->messages);
	suite_end(pipeline, suite_add(pipeline, "ssm-sign"), &options, &ask->messages);
	stage = suite_add(pipeline, "ssm-call");
	pipeline_flag(pipeline, stage, "compact", true);
	suite_end(pipeline, stage, &options, &ask->messages);
}

static void
add_stages(struct sessionask *ask, const struct sessionask_how *how, enum sessionask_question question)
{
	if (question == SESSIONASK_RESUME)
		add_resume(ask, how);
	else if (question == SESSIONASK_TARGET)
		add_target(ask, how);
	else
		add_request(ask, how, question);
}

static void
on_limit(void *owner)
{
	struct sessionask *ask = owner;

	if (ask->err.rc == SSM_OK)
		ssm_fail(&ask->err, SSM_E_AGAIN, "Timeout", "no answer of the service in time");
	coprocess_kill(&ask->co);
}

void
sessionask_start(struct sessionask *ask, enum sessionask_question question, const struct sessionask_how *how,
    unsigned limit)
{
	int rc, nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);

	sessionask_clear(ask);
	ask->messages = (struct cli){ .tool = how->cli->tool, .json_errors = true };
	pipeline_start(&ask->pipeline, &ask->messages);
	ask->pipeline.batch = ask->pipeline.at_once = true;
	ask->pipeline.usual_sigpipe = true;
	ask->pipeline.mask = how->mask;
	add_stages(ask, how, question);
	ask->co = (struct coprocess)COPROCESS_INIT;
	ask->running = true;
	ask->secret = how->secret;
	ask->limit = (struct loop_timer){ .due = on_limit, .owner = ask };
	loop_set(how->loop, &ask->limit, loop_now(how->loop) + limit);
	rc = nothing < 0 ? errno : coprocess_start(&ask->co, &ask->pipeline, how->loop, nothing, COPROCESS_COLLECTS);
	if (rc != 0)
		ssm_fail(&ask->err, SSM_E_OTHER, "PipelineError", "cannot start the pipeline: %s", strerror(rc));
}

void
sessionask_limit(struct sessionask *ask, const struct sessionask_how *how, uint64_t at)
{
	if (ask->limit.list != NULL && at < ask->limit.at)
		loop_set(how->loop, &ask->limit, at);
}

bool
sessionask_poll(struct sessionask *ask)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct json_doc doc = JSON_DOC_INIT;

	if (ask->co.pipeline == NULL)
		return true;
	while (coprocess_answer(&ask->co, &doc, &err) == INPUT_RECORD) {
		bytes_set(&ask->answer, doc.text);
		json_clear(&doc);
	}
	ssm_error_clear(&err);
	return !coprocess_is_open(&ask->co) && pipeline_is_over(&ask->pipeline);
}

/*
 * The last error document that the stages have written, of those with the pipeline's code if there are any: stages behind
 * the one that failed complain of having nothing to read. Other lines are theirs to the user.
 */
static bool
find_complaint(struct sessionask *ask, int code)
{
	struct view rest = bytes_view(&ask->co.messages), id;
	bool found = false;

	while (rest.len > 0) {
		struct ssm_error err = SSM_ERROR_INIT;

		if (errordocument_parse(view_take_line(&rest), &err, &id) &&
		    (!found || ssm_exit_code(err.rc) == code || ssm_exit_code(ask->err.rc) != code)) {
			ssm_error_clear(&ask->err);
			ask->err = err;
			found = true;
		} else {
			ssm_error_clear(&err);
		}
	}
	return found;
}

/* Exit codes decide; a text is for people. */
static void
judge(struct sessionask *ask)
{
	int code;

	if (ask->err.rc != SSM_OK || pipeline_trouble(&ask->pipeline, &ask->err))
		return;
	ask->messages.quiet = true;
	code = pipeline_result(&ask->pipeline);
	if (code == 0)
		return;
	if (!find_complaint(ask, code))
		ssm_fail(&ask->err, ssm_err_of_exit_code(code), "PipelineError", "the pipeline failed with code %d",
		    code);
	ask->err.rc = ssm_err_of_exit_code(code);
	sessionhush_text(&ask->err, ask->secret);
}

void
sessionask_end(struct sessionask *ask)
{
	if (!ask->running)
		return;
	loop_unset(&ask->limit);
	if (ask->co.pipeline != NULL && !sessionask_poll(ask))
		on_limit(ask);		/* that it was killed is nobody's news */
	coprocess_end(&ask->co);
	judge(ask);
	coprocess_clear(&ask->co);
	pipeline_clear(&ask->pipeline);
	ask->running = false;
}

void
sessionask_clear(struct sessionask *ask)
{
	ssm_error_clear(&ask->err);
	bytes_clear(&ask->answer);
}
