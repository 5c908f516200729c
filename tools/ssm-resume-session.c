/* ssm-resume-session: session ids in, the service's answers out: the suite's pipeline as one command. */
#include <fcntl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "cli/errordocument.h"
#include "core/io.h"
#include "core/iso8601.h"
#include "pipeline/suite.h"
#include "resume/format.h"
#include "resume/options.h"
#include "resume/request.h"
#include "resume/styledend.h"

#define ANSWER_MAX ((size_t)24 * 1024 * 1024)	/* what ssm-call may print */

static bool
make_request(const struct stage *stage)
{
	return resumerequest_write(stage->context, stage->pipeline->cli, stage->output);
}

static void
add_request(struct pipeline *pipeline, const struct resumeoptions *given, const struct cli *messages)
{
	struct stage *stage = suite_add(pipeline, "ssm-request");

	pipeline_argument(pipeline, stage, "resume-session");
	pipeline_option(pipeline, stage, "session-id", given->session_id);
	pipeline_option(pipeline, stage, "input", given->input);
	pipeline_option(pipeline, stage, "cli-input-json", given->input_json);
	pipeline_option(pipeline, stage, "cli-input-yaml", given->input_yaml);
	pipeline_option(pipeline, stage, "generate-cli-skeleton", given->skeleton_name);
	suite_end(pipeline, stage, &given->call, messages);
	stage->work = make_request;
	stage->context = given;
}

static void
add_sign(struct pipeline *pipeline, const struct resumeoptions *given, const struct cli *messages)
{
	struct stage *stage = suite_add(pipeline, "ssm-sign");

	pipeline_option(pipeline, stage, "time", given->time);
	suite_end(pipeline, stage, &given->call, messages);
}

/*
 * What ssm-call says of the clock is to be heard also when nothing is said to the user, whom its
 * messages then do not reach.
 */
static void
add_call(struct pipeline *pipeline, const struct resumeoptions *given, const struct cli *messages)
{
	struct stage *stage = suite_add(pipeline, "ssm-call");
	const struct cli *cli = pipeline->cli;
	struct cli call_messages = *messages;
	bool formatted = resumeoptions_formats(given, cli);
	bool last = !resumeoptions_takes_format(given, cli);

	call_messages.quiet = cli->quiet && (resumeoptions_is_batch(given) || cli->verbose || given->show_pipeline);
	pipeline_option(pipeline, stage, "output", formatted && last ? "json" : NULL);
	pipeline_flag(pipeline, stage, "compact", cli->compact && last);
	pipeline_flag(pipeline, stage, "pretty", cli->pretty && !formatted);
	suite_end(pipeline, stage, &given->call, &call_messages);
}

/* A batch has documents of its own, with ids, one a line unless a format is asked for. */
static void
add_format(struct pipeline *pipeline, const struct resumeoptions *given, const struct cli *messages)
{
	struct stage *stage = suite_add(pipeline, "ssm-format");
	bool batch = resumeoptions_is_batch(given);

	pipeline_option(pipeline, stage, "output", batch && !given->output_given ? "json" : given->output);
	pipeline_option(pipeline, stage, "query", given->query);
	pipeline_option(pipeline, stage, "color", given->color);
	pipeline_option(pipeline, stage, "operation", batch ? NULL : "ResumeSession");
	pipeline_flag(pipeline, stage, "metadata", calloptions_has(&given->call, CALLOPTION_METADATA));
	pipeline_flag(pipeline, stage, "compact", pipeline->cli->compact ||
	    (batch && !given->output_given && !pipeline->cli->pretty));
	suite_end(pipeline, stage, &given->call, messages);
}

/*
 * The stages of a single call speak in documents, which are read here and told to the user as he wants it. A
 * pipeline that is only shown says what is asked for.
 */
static struct cli
messages_of(const struct cli *cli, const struct resumeoptions *given)
{
	struct cli messages = *cli;

	messages.json_errors |= given->error_style != ERRORSTYLE_SUITE ||
	    (!given->show_pipeline && !resumeoptions_is_batch(given));
	return messages;
}

/* Each option to the stage whose own it is. */
static void
build(struct pipeline *pipeline, const struct resumeoptions *given)
{
	const struct cli messages = messages_of(pipeline->cli, given);

	add_request(pipeline, given, &messages);
	if (given->skeleton == SKELETONFORM_NONE && !given->no_sign_request)
		add_sign(pipeline, given, &messages);
	if (given->skeleton == SKELETONFORM_NONE)
		add_call(pipeline, given, &messages);
	if (resumeoptions_takes_format(given, pipeline->cli) && given->answer < 0)
		add_format(pipeline, given, &messages);
}

/* A deadline begins with the run, also when nothing comes on stdin. */
static void
start(struct pipeline *pipeline, const struct cli *cli, const struct resumeoptions *given)
{
	pipeline_start(pipeline, cli);
	pipeline->batch = resumeoptions_is_batch(given);
	pipeline->documents = !pipeline->batch && given->error_style == ERRORSTYLE_SUITE;
	pipeline->at_once = calloptions_has(&given->call, CALLOPTION_DEADLINE);
	build(pipeline, given);
}

/* By how many seconds this machine's clock is ahead of the service's, as far as one of the messages says it. */
static long long
find_clock_skew(struct view messages)
{
	long long skew = 0;

	while (skew == 0 && messages.len > 0) {
		struct ssm_error err = SSM_ERROR_INIT;
		struct view id;

		if (errordocument_parse(view_take_line(&messages), &err, &id))
			skew = err.clock_skew;
		ssm_error_clear(&err);
	}
	return skew;
}

/*
 * Whether the request was refused for this machine's clock; then time_text is what the service's shows.
 * With --errors inline the refusal is on stdout, and is the result.
 */
static bool
find_service_time(const struct cli *cli, const struct pipeline *pipeline, char *time_text)
{
	long long skew, corrected;

	if (pipeline->batch || cli->inline_errors ||
	    (skew = find_clock_skew(pipeline_complaint(pipeline))) == 0)
		return false;
	corrected = (long long)time(NULL) - skew;
	if (corrected < 0)
		return false;
	iso8601_format_basic(time_text, (time_t)corrected);
	cli_warn(cli, "this machine's clock is %lld s %s; signed again with the service's time",
	    skew < 0 ? -skew : skew, skew < 0 ? "behind" : "ahead");
	return true;
}

/* -1 stays what it is. */
static int
duplicate(int fd)
{
	return fd < 0 ? fd : fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
}

/* What the stages have answered is formatted here, or by ssm-format behind them. */
static void
format(const struct cli *cli, struct pipeline *pipeline, struct resumeoptions *given)
{
	const struct cli messages = messages_of(cli, given);
	struct bytes answer = BYTES_INIT(ANSWER_MAX);
	bool good = lseek(given->answer, 0, SEEK_SET) == 0 && io_read_descriptor(&answer, given->answer) == 0;

	if (pipeline->caught == 0 && !(good && answer.len == 0) &&
	    !(good && resumeformat_print(given, cli, bytes_view(&answer)))) {
		pipeline_result(pipeline);
		pipeline_clear(pipeline);
		pipeline_start(pipeline, cli);
		pipeline->documents = given->error_style == ERRORSTYLE_SUITE;
		add_format(pipeline, given, &messages);
		lseek(given->answer, 0, SEEK_SET);
		pipeline_run(pipeline, duplicate(given->answer), -1);
	}
	bytes_clear(&answer);
}

static int
run(const struct cli *cli, struct pipeline *pipeline, struct resumeoptions *given)
{
	char time_text[AMZ_DATE_LEN + 1];

	pipeline_run(pipeline, -1, duplicate(given->answer));
	if (find_service_time(cli, pipeline, time_text)) {
		given->time = time_text;
		pipeline_clear(pipeline);
		start(pipeline, cli, given);
		pipeline_run(pipeline, -1, duplicate(given->answer));
	}
	if (given->answer >= 0)
		format(cli, pipeline, given);
	return styledend(cli, pipeline, given->error_style, "ResumeSession");
}

/* Where answers are formatted, and neither an option nor the environment says how. */
static enum ssm_err
choose_output(struct resumeoptions *given, const struct cli *cli, struct ssm_error *err)
{
	const char *profile = given->call.values[CALLOPTION_PROFILE], *word;

	if (given->output != NULL || resumeoptions_is_batch(given) || !resumeoptions_formats(given, cli))
		return SSM_OK;
	if (resumeoptions_configured_output(&word, profile, err) == SSM_OK && strcmp(word, "json") != 0)
		given->output = word;
	return err->rc;
}

int
main(int argc, char **argv)
{
	struct resumeoptions given = { .session_id = NULL, .answer = -1 };
	struct ssm_error err = SSM_ERROR_INIT;
	struct pipeline pipeline;
	struct cli cli;
	int code;

	resumeoptions_help(argc, argv);
	cli_start(&cli, &resumeoptions_tool, argv);
	resumeoptions_read(&given, &cli);
	if (choose_output(&given, &cli, &err) != SSM_OK)
		return cli_fail(&cli, &err);
	if (!given.show_pipeline && resumeformat_is_usual(&given, &cli))
		given.answer = memfd_create("answer", MFD_CLOEXEC);
	start(&pipeline, &cli, &given);
	code = given.show_pipeline ? pipeline_show(&pipeline) : run(&cli, &pipeline, &given);
	pipeline_clear(&pipeline);
	return code;
}
