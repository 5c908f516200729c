/* ssm-resume-session: session ids in, the service's answers out: the suite's pipeline as one command. */
#include <time.h>
#include <unistd.h>

#include "clockskew.h"
#include "errorstyle.h"
#include "io.h"
#include "iso8601.h"
#include "pipeline.h"
#include "resumeoptions.h"

static void
add_messages_options(struct pipeline *pipeline, struct stage *stage, const struct resumeoptions *given,
    bool quiet)
{
	const struct cli *cli = pipeline->cli;
	bool json = cli->json_errors || given->error_style != ERRORSTYLE_SUITE;

	pipeline_option(pipeline, stage, "error-format", json ? "json" : NULL);
	pipeline_option(pipeline, stage, "errors", cli->inline_errors ? "inline" : NULL);
	pipeline_flag(pipeline, stage, "fail-fast", cli->fail_fast);
	pipeline_flag(pipeline, stage, "verbose", cli->verbose);
	pipeline_flag(pipeline, stage, "quiet", quiet);
}

/*
 * What ssm-call says of the clock is to be heard also when nothing is said to the user, whom its
 * messages then do not reach.
 */
static bool
is_quiet_call(const struct cli *cli, const struct resumeoptions *given)
{
	return cli->quiet && (resumeoptions_is_batch(given) || cli->verbose || given->show_pipeline);
}

static void
add_form_options(struct pipeline *pipeline, struct stage *stage, bool formatted)
{
	pipeline_flag(pipeline, stage, "compact", pipeline->cli->compact && !formatted);
	pipeline_flag(pipeline, stage, "pretty", pipeline->cli->pretty && !formatted);
}

static void
add_request(struct pipeline *pipeline, const struct resumeoptions *given)
{
	struct stage *stage = pipeline_add(pipeline, "ssm-request", false);

	pipeline_argument(pipeline, stage, "resume-session");
	pipeline_option(pipeline, stage, "session-id", given->session_id);
	pipeline_option(pipeline, stage, "input", given->input);
	pipeline_option(pipeline, stage, "cli-input-json", given->input_json);
	pipeline_option(pipeline, stage, "cli-input-yaml", given->input_yaml);
	pipeline_option(pipeline, stage, "generate-cli-skeleton", given->skeleton_name);
	pipeline_option(pipeline, stage, "region", given->region);
	pipeline_option(pipeline, stage, "profile", given->profile);
	pipeline_option(pipeline, stage, "endpoint-url", given->endpoint_url);
	add_messages_options(pipeline, stage, given, pipeline->cli->quiet);
}

static void
add_call(struct pipeline *pipeline, const struct resumeoptions *given)
{
	struct stage *stage = pipeline_add(pipeline, "ssm-call", false);

	pipeline_option(pipeline, stage, "max-concurrency", given->max_concurrency);
	pipeline_flag(pipeline, stage, "unordered", given->unordered);
	pipeline_option(pipeline, stage, "rate", given->rate);
	pipeline_option(pipeline, stage, "connect-timeout", given->connect_timeout);
	pipeline_option(pipeline, stage, "read-timeout", given->read_timeout);
	pipeline_option(pipeline, stage, "max-time", given->max_time);
	pipeline_option(pipeline, stage, "deadline", given->deadline);
	pipeline_option(pipeline, stage, "retry-mode", given->retry_mode);
	pipeline_option(pipeline, stage, "max-attempts", given->max_attempts);
	pipeline_option(pipeline, stage, "ca-bundle", given->ca_bundle);
	pipeline_flag(pipeline, stage, "no-verify-ssl", given->no_verify_ssl);
	pipeline_flag(pipeline, stage, "metadata", given->metadata);
	pipeline_flag(pipeline, stage, "progress", given->progress_given && given->progress == NULL);
	pipeline_option(pipeline, stage, "progress", given->progress);
	add_form_options(pipeline, stage, resumeoptions_formats(given, pipeline->cli));
	add_messages_options(pipeline, stage, given, is_quiet_call(pipeline->cli, given));
}

/*
 * A batch has documents of its own, with ids, one a line unless a format is asked for. The format of a
 * single answer may be in a shared file, which ssm-format has looked up while the call is made.
 */
static void
add_format(struct pipeline *pipeline, const struct resumeoptions *given)
{
	struct stage *stage = pipeline_add(pipeline, "ssm-format", false);
	bool batch = resumeoptions_is_batch(given);
	const char *profile = given->profile == NULL ? "" : given->profile;

	stage->late = true;
	pipeline_option(pipeline, stage, "output", batch && !given->output_given ? "json" : given->output);
	pipeline_option(pipeline, stage, "output-of", batch || given->output != NULL ? NULL : profile);
	pipeline_option(pipeline, stage, "query", given->query);
	pipeline_option(pipeline, stage, "color", given->color);
	pipeline_option(pipeline, stage, "operation", batch ? NULL : "ResumeSession");
	pipeline_flag(pipeline, stage, "metadata", given->metadata);
	pipeline_flag(pipeline, stage, "compact", pipeline->cli->compact ||
	    (batch && !given->output_given && !pipeline->cli->pretty));
	add_messages_options(pipeline, stage, given, pipeline->cli->quiet);
}

/* Each option to the stage whose own it is. */
static void
build(struct pipeline *pipeline, const struct resumeoptions *given)
{
	struct stage *stage;

	add_request(pipeline, given);
	if (given->skeleton == RESUMESKELETON_NONE && !given->no_sign_request) {
		stage = pipeline_add(pipeline, "ssm-sign", true);
		pipeline_option(pipeline, stage, "time", given->time);
		add_messages_options(pipeline, stage, given, pipeline->cli->quiet);
	}
	if (given->skeleton == RESUMESKELETON_NONE)
		add_call(pipeline, given);
	if (resumeoptions_formats(given, pipeline->cli))
		add_format(pipeline, given);
}

/* A deadline begins with the run, also when nothing comes on stdin. */
static void
start(struct pipeline *pipeline, const struct cli *cli, const struct resumeoptions *given)
{
	pipeline_start(pipeline, cli);
	pipeline->batch = resumeoptions_is_batch(given);
	pipeline->at_once = given->deadline != NULL;
	build(pipeline, given);
}

/*
 * Whether the request was refused for this machine's clock; then time_text is what the service's shows.
 * With --errors inline the refusal is on stdout, and is the result.
 */
static bool
find_service_time(const struct cli *cli, const struct pipeline *pipeline, char *time_text)
{
	long long seconds, corrected;

	if (pipeline->batch || cli->inline_errors ||
	    !clockskew_find(pipeline_complaint(pipeline), &seconds))
		return false;
	corrected = (long long)time(NULL) - seconds;
	if (corrected < 0)
		return false;
	iso8601_format_basic(time_text, (time_t)corrected);
	cli_warn(cli, "this machine's clock is %lld s %s; signed again with the service's time",
	    seconds < 0 ? -seconds : seconds, seconds < 0 ? "behind" : "ahead");
	return true;
}

/* The document goes to ssm-format, and what that prints to standard error. */
static void
tell_formatted(const struct cli *cli, const char *format, struct view document)
{
	struct pipeline pipeline;
	struct stage *stage;
	int in, out;

	if (io_pipe(&in, &out) != 0)
		return;
	pipeline_start(&pipeline, cli);
	stage = pipeline_add(&pipeline, "ssm-format", false);
	pipeline_option(&pipeline, stage, "output", format);
	pipeline_option(&pipeline, stage, "title", "error");
	io_write_all(out, document);
	io_close(&out);
	if (dup2(in, STDIN_FILENO) >= 0 && dup2(STDERR_FILENO, STDOUT_FILENO) >= 0)
		pipeline_run(&pipeline);
	io_close(&in);
	pipeline_clear(&pipeline);
}

/* The failure in the words that --cli-error-format asks for, and the exit code. */
static int
end_in_style(const struct cli *cli, struct pipeline *pipeline, const struct resumeoptions *given)
{
	struct bytes text = BYTES_INIT(PIPELINE_MESSAGES_MAX);
	const char *format = errorstyle_format(given->error_style);
	bool told;
	int code;

	told = errorstyle_tell(&text, given->error_style, "ResumeSession", pipeline_complaint(pipeline)) &&
	    !cli->quiet;
	if (told)
		pipeline_reword(pipeline, format == NULL && !cli->verbose ? bytes_view(&text) : VIEW_NONE);
	code = pipeline_end(pipeline);
	if (told && format != NULL)
		tell_formatted(cli, format, bytes_view(&text));
	else if (told && cli->verbose)
		io_write_all(STDERR_FILENO, bytes_view(&text));
	bytes_clear(&text);
	return code;
}

static int
run(const struct cli *cli, struct pipeline *pipeline, struct resumeoptions *given)
{
	char time_text[AMZ_DATE_LEN + 1];

	pipeline_run(pipeline);
	if (find_service_time(cli, pipeline, time_text)) {
		given->time = time_text;
		pipeline_clear(pipeline);
		start(pipeline, cli, given);
		pipeline_run(pipeline);
	}
	return given->error_style == ERRORSTYLE_SUITE ? pipeline_end(pipeline) :
	    end_in_style(cli, pipeline, given);
}

int
main(int argc, char **argv)
{
	struct resumeoptions given = { .session_id = NULL };
	struct pipeline pipeline;
	struct cli cli;
	int code;

	resumeoptions_help(argc, argv);
	cli_start(&cli, &resumeoptions_tool, argv);
	resumeoptions_read(&given, &cli);
	start(&pipeline, &cli, &given);
	code = given.show_pipeline ? pipeline_show(&pipeline) : run(&cli, &pipeline, &given);
	pipeline_clear(&pipeline);
	return code;
}
