/* ssm-resume-session: session ids in, the service's answers out: the suite's pipeline as one command. */
#include <time.h>
#include <unistd.h>

#include "clockskew.h"
#include "iso8601.h"
#include "output.h"
#include "pipeline.h"

enum { OPT_SESSION_ID = CLI_LONG, OPT_REGION, OPT_PROFILE, OPT_ENDPOINT_URL, OPT_CONNECT_TIMEOUT,
	OPT_READ_TIMEOUT, OPT_CA_BUNDLE, OPT_NO_VERIFY_SSL, OPT_INPUT, OPT_UNORDERED, OPT_RATE,
	OPT_MAX_TIME, OPT_DEADLINE, OPT_RETRY_MODE, OPT_MAX_ATTEMPTS, OPT_METADATA, OPT_PROGRESS,
	OPT_SHOW_PIPELINE };

static const struct cli_option options[] = {
	{ 0, NULL, NULL, "As aws ssm resume-session" },
	{ OPT_SESSION_ID, "session-id", "ID", "the session to resume; '-' reads one id a line" },
	{ OPT_REGION, "region", "REGION", "in place of AWS_REGION and the profile's" },
	{ OPT_PROFILE, "profile", "NAME", "of the shared config and credentials files" },
	{ OPT_ENDPOINT_URL, "endpoint-url", "URL", "in place of the service's own endpoint" },
	{ OPT_CONNECT_TIMEOUT, "cli-connect-timeout", "SECONDS", "to connect, 0 for no limit [10]" },
	{ OPT_READ_TIMEOUT, "cli-read-timeout", "SECONDS", "longest silence, 0 for no limit [60]" },
	{ OPT_CA_BUNDLE, "ca-bundle", "FILE", "trust these certificates alone" },
	{ OPT_NO_VERIFY_SSL, "no-verify-ssl", NULL, "do not verify the server's certificate" },
	{ 0, NULL, NULL, "Many sessions" },
	{ OPT_INPUT, "input", "FILE", "parameters as JSON objects, '-' for standard input" },
	{ 'j', "max-concurrency", "N", "calls in flight [16]" },
	{ OPT_UNORDERED, "unordered", NULL, "answers as they come, not in the order of input" },
	{ OPT_RATE, "rate", "N[/s|/m]", "calls a second or a minute, at most" },
	{ OPT_DEADLINE, "deadline", "SECONDS", "for the whole run" },
	{ OPT_PROGRESS, "progress", "[=auto|always|never]", "tell on stderr how far it is [auto]" },
	{ 0, NULL, NULL, "Of this suite" },
	{ OPT_MAX_TIME, "max-time", "SECONDS", "for one call, retries included" },
	{ OPT_RETRY_MODE, "retry-mode", "standard|legacy|adaptive", "how to retry [standard]" },
	{ OPT_MAX_ATTEMPTS, "max-attempts", "N", "tries in all [3]" },
	{ OPT_METADATA, "metadata", NULL, "add ResponseMetadata to the answer" },
	{ OPT_SHOW_PIPELINE, "show-pipeline", NULL, "print the pipeline and run nothing" },
	CLI_DOCUMENT_OPTIONS,
	CLI_COMMON_OPTIONS,
	CLI_OPTIONS_END,
};

static const char *const examples[] = {
	"ssm-resume-session --session-id \"$id\"",
	"ssm-resume-session --session-id \"$id\" --region eu-west-1 --profile prod",
	"ssm-resume-session --session-id - < ids.txt > answers.ndjson",
	"ssm-resume-session --input sessions.ndjson -j 64 --errors inline --progress",
	"ssm-resume-session --session-id \"$id\" --show-pipeline",
	NULL,
};

static const struct cli_tool tool = {
	.name = "ssm-resume-session",
	.synopsis = "--session-id ID | --input FILE [options]",
	.purpose = "Resume Session Manager sessions: a new token and stream URL for each id.",
	.options = options,
	.examples = examples,
	.holds_secrets = true,		/* they stay in the environment that ssm-sign inherits */
};

struct resume_options {
	const char *session_id, *input, *region, *profile, *endpoint_url;
	const char *connect_timeout, *read_timeout, *max_time, *ca_bundle, *retry_mode, *max_attempts;
	const char *max_concurrency, *rate, *deadline, *progress;
	bool no_verify_ssl, metadata, unordered, progress_given, show_pipeline;
	const char *time;		/* of the signature, when it is not this machine's */
};

/* Many sessions, as far as is known before they are read. */
static bool
is_batch(const struct resume_options *given)
{
	return given->input != NULL || strcmp(given->session_id, "-") == 0;
}

static void
add_messages_options(struct pipeline *pipeline, struct stage *stage, bool quiet)
{
	const struct cli *cli = pipeline->cli;

	pipeline_option(pipeline, stage, "error-format", cli->json_errors ? "json" : NULL);
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
is_quiet_call(const struct cli *cli, const struct resume_options *given)
{
	return cli->quiet && (is_batch(given) || cli->verbose || given->show_pipeline);
}

static void
add_call(struct pipeline *pipeline, const struct resume_options *given)
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
	pipeline_flag(pipeline, stage, "compact", pipeline->cli->compact);
	pipeline_flag(pipeline, stage, "pretty", pipeline->cli->pretty);
	add_messages_options(pipeline, stage, is_quiet_call(pipeline->cli, given));
}

/* Each option to the stage whose own it is. */
static void
build(struct pipeline *pipeline, const struct resume_options *given)
{
	struct stage *stage = pipeline_add(pipeline, "ssm-request", false);
	bool quiet = pipeline->cli->quiet;

	pipeline_argument(pipeline, stage, "resume-session");
	pipeline_option(pipeline, stage, "session-id", given->session_id);
	pipeline_option(pipeline, stage, "input", given->input);
	pipeline_option(pipeline, stage, "region", given->region);
	pipeline_option(pipeline, stage, "profile", given->profile);
	pipeline_option(pipeline, stage, "endpoint-url", given->endpoint_url);
	add_messages_options(pipeline, stage, quiet);

	stage = pipeline_add(pipeline, "ssm-sign", true);
	pipeline_option(pipeline, stage, "time", given->time);
	add_messages_options(pipeline, stage, quiet);

	add_call(pipeline, given);
}

static int
show(const struct cli *cli, const struct pipeline *pipeline)
{
	struct bytes line = BYTES_INIT(4 * 1024 * 1024);
	struct ssm_error err = SSM_ERROR_INIT;
	struct output out;

	pipeline_show(&line, pipeline);
	if (bytes_failed(&line)) {
		ssm_fail_memory(&err);
		return cli_fail(cli, &err);
	}
	output_start(&out, STDOUT_FILENO, OUTPUT_COMPACT);
	output_line(&out, bytes_view(&line));
	bytes_clear(&line);
	return output_close(&out) ? 0 : cli_output_lost(cli, out.error);
}

/* What ssm-call would refuse is refused here, under the name that was typed. */
static void
check_options(const struct cli *cli, const struct resume_options *given)
{
	cli_operands_max(cli, 0);
	if (given->session_id == NULL && given->input == NULL)
		cli_usage(cli, "the following arguments are required: --session-id");
	if (given->session_id != NULL && given->input != NULL)
		cli_usage(cli, "--session-id and --input exclude each other");
	if (given->connect_timeout != NULL)
		cli_number(cli, "--cli-connect-timeout", given->connect_timeout, 0, 86400);
	if (given->read_timeout != NULL)
		cli_number(cli, "--cli-read-timeout", given->read_timeout, 0, 86400);
}

static void
read_options(struct cli *cli, struct resume_options *given)
{
	const char *value;
	int key;

	while ((key = cli_option(cli, &value)) != CLI_END)
		switch (key) {
		case OPT_SESSION_ID: given->session_id = value; break;
		case OPT_REGION: given->region = value; break;
		case OPT_PROFILE: given->profile = value; break;
		case OPT_ENDPOINT_URL: given->endpoint_url = value; break;
		case OPT_CONNECT_TIMEOUT: given->connect_timeout = value; break;
		case OPT_READ_TIMEOUT: given->read_timeout = value; break;
		case OPT_INPUT: given->input = value; break;
		case 'j': given->max_concurrency = value; break;
		case OPT_UNORDERED: given->unordered = true; break;
		case OPT_RATE: given->rate = value; break;
		case OPT_MAX_TIME: given->max_time = value; break;
		case OPT_DEADLINE: given->deadline = value; break;
		case OPT_RETRY_MODE: given->retry_mode = value; break;
		case OPT_MAX_ATTEMPTS: given->max_attempts = value; break;
		case OPT_CA_BUNDLE: given->ca_bundle = value; break;
		case OPT_NO_VERIFY_SSL: given->no_verify_ssl = true; break;
		case OPT_METADATA: given->metadata = true; break;
		case OPT_PROGRESS: given->progress = value; given->progress_given = true; break;
		case OPT_SHOW_PIPELINE: given->show_pipeline = true; break;
		}
	check_options(cli, given);
}

/* A deadline begins with the run, also when nothing comes on stdin. */
static void
start(struct pipeline *pipeline, const struct cli *cli, const struct resume_options *given)
{
	pipeline_start(pipeline, cli);
	pipeline->batch = is_batch(given);
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

static int
run(const struct cli *cli, struct pipeline *pipeline, struct resume_options *given)
{
	char time_text[AMZ_DATE_LEN + 1];

	pipeline_run(pipeline);
	if (find_service_time(cli, pipeline, time_text)) {
		given->time = time_text;
		pipeline_clear(pipeline);
		start(pipeline, cli, given);
		pipeline_run(pipeline);
	}
	return pipeline_end(pipeline);
}

int
main(int argc, char **argv)
{
	struct resume_options given = { .session_id = NULL };
	struct pipeline pipeline;
	struct cli cli;
	int code;

	(void)argc;
	cli_start(&cli, &tool, argv);
	read_options(&cli, &given);
	start(&pipeline, &cli, &given);
	code = given.show_pipeline ? show(&cli, &pipeline) : run(&cli, &pipeline, &given);
	pipeline_clear(&pipeline);
	return code;
}
