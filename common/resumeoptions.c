#include "resumeoptions.h"

#include <stdlib.h>

#include "jmespath.h"

enum { OPT_SESSION_ID = CLI_LONG, OPT_CLI_INPUT_JSON, OPT_CLI_INPUT_YAML, OPT_SKELETON, OPT_REGION,
	OPT_PROFILE, OPT_ENDPOINT_URL, OPT_OUTPUT, OPT_QUERY, OPT_COLOR, OPT_CONNECT_TIMEOUT,
	OPT_READ_TIMEOUT, OPT_CA_BUNDLE, OPT_NO_VERIFY_SSL, OPT_NO_SIGN_REQUEST, OPT_DEBUG,
	OPT_CLI_ERROR_FORMAT, OPT_BINARY_FORMAT, OPT_NO_PAGINATE, OPT_NO_PAGER, OPT_AUTO_PROMPT,
	OPT_NO_AUTO_PROMPT, OPT_INPUT, OPT_UNORDERED, OPT_RATE, OPT_MAX_TIME, OPT_DEADLINE,
	OPT_RETRY_MODE, OPT_MAX_ATTEMPTS, OPT_METADATA, OPT_PROGRESS, OPT_SHOW_PIPELINE };

static const struct cli_option options[] = {
	{ 0, NULL, NULL, "As aws ssm resume-session" },
	{ OPT_SESSION_ID, "session-id", "ID", "the session to resume; '-' reads one id a line" },
	{ OPT_CLI_INPUT_JSON, "cli-input-json", "JSON", "parameters as one object, or file://PATH" },
	{ OPT_CLI_INPUT_YAML, "cli-input-yaml", "YAML", "the same as YAML" },
	{ OPT_SKELETON, "generate-cli-skeleton", "[FORM]", "print a sample: input, yaml-input, output" },
	{ OPT_OUTPUT, "output", "FORMAT", "json, text, table, yaml, yaml-stream or off" },
	{ OPT_QUERY, "query", "EXPRESSION", "print what a JMESPath expression selects" },
	{ OPT_COLOR, "color", "WHEN", "colours in tables: on, off or auto [auto]" },
	{ OPT_REGION, "region", "REGION", "in place of AWS_REGION and the profile's" },
	{ OPT_PROFILE, "profile", "NAME", "of the shared config and credentials files" },
	{ OPT_ENDPOINT_URL, "endpoint-url", "URL", "in place of the service's own endpoint" },
	{ OPT_CONNECT_TIMEOUT, "cli-connect-timeout", "SECONDS", "to connect, 0 for no limit [10]" },
	{ OPT_READ_TIMEOUT, "cli-read-timeout", "SECONDS", "longest silence, 0 for no limit [60]" },
	{ OPT_CA_BUNDLE, "ca-bundle", "FILE", "trust these certificates alone" },
	{ OPT_NO_VERIFY_SSL, "no-verify-ssl", NULL, "do not verify the server's certificate" },
	{ OPT_NO_SIGN_REQUEST, "no-sign-request", NULL, "send the request without a signature" },
	{ OPT_CLI_ERROR_FORMAT, "cli-error-format", "FORM", "a failure as the AWS CLI tells it" },
	{ OPT_DEBUG, "debug", NULL, "the same as --verbose" },
	{ 0, NULL, NULL, "Taken, but without effect here" },
	{ OPT_BINARY_FORMAT, "cli-binary-format", "FORM", "base64 or raw-in-base64-out" },
	{ OPT_NO_PAGINATE, "no-paginate", NULL, "there is but one page" },
	{ OPT_NO_PAGER, "no-cli-pager", NULL, "there is no pager" },
	{ OPT_AUTO_PROMPT, "cli-auto-prompt", NULL, "nothing is prompted for" },
	{ OPT_NO_AUTO_PROMPT, "no-cli-auto-prompt", NULL, "nothing is prompted for" },
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
	"ssm-resume-session --session-id \"$id\" --query StreamUrl --output text",
	"ssm-resume-session --session-id \"$id\" --region eu-west-1 --profile prod",
	"ssm-resume-session --session-id - < ids.txt > answers.ndjson",
	"ssm-resume-session --input sessions.ndjson -j 64 --errors inline --progress",
	"ssm-resume-session --session-id \"$id\" --show-pipeline",
	NULL,
};

const struct cli_tool resumeoptions_tool = {
	.name = "ssm-resume-session",
	.synopsis = "--session-id ID | --input FILE [options]",
	.purpose = "Resume Session Manager sessions: a new token and stream URL for each id.",
	.options = options,
	.examples = examples,
	.holds_secrets = true,		/* they stay in the environment that ssm-sign inherits */
};

static const char *const output_words[] = { "json", "text", "table", "yaml", "yaml-stream", "off", NULL };
static const char *const color_words[] = { "on", "off", "auto", NULL };
static const char *const binary_words[] = { "base64", "raw-in-base64-out", NULL };
static const char *const skeleton_words[] = { "", "input", "yaml-input", "output", NULL };
static const char *const error_words[] = { "", "legacy", "enhanced", "json", "yaml", "text", "table",
	NULL };

static size_t
word_of(const char *const *words, const char *value)
{
	size_t i = 0;

	while (words[i] != NULL && (words[i][0] == '\0' || strcmp(words[i], value) != 0))
		i++;
	return i;
}

/* Which of the words it is; a first word that is empty stands for what cannot be given. */
static size_t
choose(const struct cli *cli, const char *option, const char *value, const char *const *words)
{
	struct bytes names = BYTES_INIT(256);
	size_t i = word_of(words, value);

	if (words[i] != NULL)
		return i;
	for (i = words[0][0] == '\0'; words[i] != NULL; i++) {
		bytes_add(&names, names.len > 0 ? VIEW(", ") : VIEW_NONE);
		bytes_add_text(&names, words[i]);
	}
	cli_usage(cli, "argument %s: Invalid choice, valid choices are: %.*s, not '%s'", option,
	    VIEW_ARG(bytes_view(&names)), value);
}

/* Argparse takes an argument of its own for an option when it begins so, but for numbers and phrases. */
static void
check_separate(const struct cli *cli, const char *value)
{
	const char *option = cli->rest[-2];

	if (value == NULL || value != cli->rest[-1] || value[0] != '-' || value[1] == '\0' ||
	    strchr(value, ' ') != NULL || value[1 + strspn(value + 1, "0123456789.")] == '\0')
		return;
	cli_usage(cli, "argument %s: expected one argument", option);
}

/* The form may be joined, or be the next argument, or be left out. */
static void
take_skeleton(struct resumeoptions *given, struct cli *cli, const char *value)
{
	if (value == NULL && *cli->rest != NULL && (*cli->rest)[0] != '-')
		value = *cli->rest++;
	given->skeleton_name = value == NULL ? "input" : value;
	given->skeleton = (enum resumeskeleton)choose(cli, "--generate-cli-skeleton",
	    given->skeleton_name, skeleton_words);
}

static bool
take_aws_option(struct resumeoptions *given, struct cli *cli, int key, const char *value)
{
	switch (key) {
	case OPT_SESSION_ID: given->session_id = value; return true;
	case OPT_CLI_INPUT_JSON: given->input_json = value; return true;
	case OPT_CLI_INPUT_YAML: given->input_yaml = value; return true;
	case OPT_SKELETON: take_skeleton(given, cli, value); return true;
	case OPT_REGION: given->region = value; return true;
	case OPT_PROFILE: given->profile = value; return true;
	case OPT_ENDPOINT_URL: given->endpoint_url = value; return true;
	case OPT_QUERY: given->query = value; return true;
	case OPT_CONNECT_TIMEOUT: given->connect_timeout = value; return true;
	case OPT_READ_TIMEOUT: given->read_timeout = value; return true;
	case OPT_CA_BUNDLE: given->ca_bundle = value; return true;
	case OPT_NO_VERIFY_SSL: given->no_verify_ssl = true; return true;
	case OPT_NO_SIGN_REQUEST: given->no_sign_request = true; return true;
	case OPT_DEBUG: cli->verbose = true; return true;
	case OPT_NO_PAGINATE: case OPT_NO_PAGER: case OPT_AUTO_PROMPT: case OPT_NO_AUTO_PROMPT: return true;
	case OPT_BINARY_FORMAT: choose(cli, "--cli-binary-format", value, binary_words); return true;
	case OPT_COLOR: choose(cli, "--color", given->color = value, color_words); return true;
	case OPT_OUTPUT:
		choose(cli, "--output", given->output = value, output_words);
		given->output_given = true;
		return true;
	case OPT_CLI_ERROR_FORMAT:
		given->error_style = (enum errorstyle)choose(cli, "--cli-error-format", value, error_words);
		return true;
	default:
		return false;
	}
}

static void
take_own_option(struct resumeoptions *given, int key, const char *value)
{
	switch (key) {
	case OPT_INPUT: given->input = value; break;
	case 'j': given->max_concurrency = value; break;
	case OPT_UNORDERED: given->unordered = true; break;
	case OPT_RATE: given->rate = value; break;
	case OPT_MAX_TIME: given->max_time = value; break;
	case OPT_DEADLINE: given->deadline = value; break;
	case OPT_RETRY_MODE: given->retry_mode = value; break;
	case OPT_MAX_ATTEMPTS: given->max_attempts = value; break;
	case OPT_METADATA: given->metadata = true; break;
	case OPT_PROGRESS: given->progress = value; given->progress_given = true; break;
	default: given->show_pipeline = true; break;
	}
}

/* A query that is wrong is told before anything is asked of the service. */
static void
check_query(const struct cli *cli, const char *expression)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct jmespath *query;

	if (expression == NULL)
		return;
	if (jmespath_compile(&query, view_of(expression), &err) != SSM_OK) {
		ssm_error_prefix(&err, "Bad value for --query %s: ", expression);
		exit(cli_fail(cli, &err));
	}
	jmespath_free(query);
}

/* What the environment says, where no option did. */
static void
read_environment(struct resumeoptions *given, const struct cli *cli)
{
	const char *output = getenv("AWS_DEFAULT_OUTPUT"), *style = getenv("AWS_CLI_ERROR_FORMAT");
	struct ssm_error err = SSM_ERROR_INIT;

	if (given->output == NULL && output != NULL && *output != '\0') {
		given->output = output;
		if (output_words[word_of(output_words, output)] == NULL) {
			ssm_fail(&err, SSM_E_CONFIG, "InvalidConfigError",
			    "Unknown output type: %s (in AWS_DEFAULT_OUTPUT)", output);
			exit(cli_fail(cli, &err));
		}
	}
	if (given->error_style == ERRORSTYLE_SUITE && !cli->json_errors && style != NULL && *style != '\0')
		given->error_style = (enum errorstyle)choose(cli, "AWS_CLI_ERROR_FORMAT", style, error_words);
}

/* What ssm-request and ssm-call would refuse is refused here, under the name that was typed. */
static void
check_options(const struct resumeoptions *given, const struct cli *cli)
{
	bool document = given->input_json != NULL || given->input_yaml != NULL;

	check_query(cli, given->query);
	if (given->read_timeout != NULL)
		cli_number(cli, "--cli-read-timeout", given->read_timeout, 0, 86400);
	if (given->connect_timeout != NULL)
		cli_number(cli, "--cli-connect-timeout", given->connect_timeout, 0, 86400);
	cli_operands_max(cli, 0);
	if (given->session_id == NULL && given->input == NULL && !document &&
	    given->skeleton != RESUMESKELETON_INPUT && given->skeleton != RESUMESKELETON_YAML)
		cli_usage(cli, "the following arguments are required: --session-id");
	if (given->input_json != NULL && given->input_yaml != NULL)
		cli_usage(cli, "Only one --cli-input- parameter may be specified.");
	if (given->input != NULL && (given->session_id != NULL || document ||
	    given->skeleton != RESUMESKELETON_NONE))
		cli_usage(cli, "%s and --input exclude each other", given->session_id != NULL ?
		    "--session-id" : given->input_json != NULL ? "--cli-input-json" : document ?
		    "--cli-input-yaml" : "--generate-cli-skeleton");
}

void
resumeoptions_read(struct resumeoptions *given, struct cli *cli)
{
	const char *value;
	int key;

	while ((key = cli_option(cli, &value)) != CLI_END) {
		check_separate(cli, value);
		if (!take_aws_option(given, cli, key, value))
			take_own_option(given, key, value);
	}
	read_environment(given, cli);
	check_options(given, cli);
	if (resumeoptions_is_batch(given))
		given->error_style = ERRORSTYLE_SUITE;
}

void
resumeoptions_help(int argc, char **argv)
{
	static char option[] = "--help";

	if (argc == 2 && strcmp(argv[1], "help") == 0)
		argv[1] = option;
}

bool
resumeoptions_is_batch(const struct resumeoptions *given)
{
	return given->input != NULL || (given->session_id != NULL && strcmp(given->session_id, "-") == 0 &&
	    given->skeleton == RESUMESKELETON_NONE);
}

bool
resumeoptions_formats(const struct resumeoptions *given, const struct cli *cli)
{
	if (given->skeleton == RESUMESKELETON_INPUT || given->skeleton == RESUMESKELETON_YAML)
		return false;
	if (given->output_given || given->query != NULL || given->skeleton == RESUMESKELETON_OUTPUT)
		return true;
	return !resumeoptions_is_batch(given) && !cli->compact && !cli->pretty;
}
