#include "resume/options.h"

#include <stdlib.h>

#include "config/settings.h"
#include "jmespath/jmespath.h"

enum { OPT_SESSION_ID = CLI_LONG, OPT_CLI_INPUT_JSON, OPT_CLI_INPUT_YAML, OPT_SKELETON, OPT_OUTPUT,
	OPT_QUERY, OPT_COLOR, OPT_NO_SIGN_REQUEST, OPT_DEBUG, OPT_CLI_ERROR_FORMAT, OPT_BINARY_FORMAT,
	OPT_NO_PAGINATE, OPT_NO_PAGER, OPT_AUTO_PROMPT, OPT_NO_AUTO_PROMPT, OPT_INPUT, OPT_SHOW_PIPELINE };

#define OUTPUT_WORDS "json|text|table|yaml|yaml-stream|off"

static const struct cli_option options[] = {
	{ 0, NULL, NULL, "As aws ssm resume-session" },
	{ OPT_SESSION_ID, "session-id", "ID", "the session to resume; '-' reads them from standard input" },
	{ OPT_CLI_INPUT_JSON, "cli-input-json", "JSON", "parameters as one object, or file://PATH" },
	{ OPT_CLI_INPUT_YAML, "cli-input-yaml", "YAML", "the same as YAML" },
	{ OPT_SKELETON, "generate-cli-skeleton", "[" SKELETONFORM_WORDS "]",
	    "print a sample of the parameters, or of the answer" },
	{ OPT_OUTPUT, "output", OUTPUT_WORDS, "the format (json)" },
	{ OPT_QUERY, "query", "EXPRESSION", "print what a JMESPath expression selects" },
	{ OPT_COLOR, "color", "on|off|auto", "colours in tables (auto: on a terminal)" },
	CALLOPTION(REGION),
	CALLOPTION(PROFILE),
	CALLOPTION(ENDPOINT_URL),
	CALLOPTION(CLI_CONNECT_TIMEOUT),
	CALLOPTION(CLI_READ_TIMEOUT),
	CALLOPTION(CA_BUNDLE),
	CALLOPTION(NO_VERIFY_SSL),
	{ OPT_NO_SIGN_REQUEST, "no-sign-request", NULL, "send the request without a signature" },
	{ OPT_CLI_ERROR_FORMAT, "cli-error-format", ERRORSTYLE_WORDS,
	    "a failure as the AWS CLI tells it" },
	{ OPT_DEBUG, "debug", NULL, "the same as --verbose" },
	{ 0, NULL, NULL, "Taken, but without effect here" },
	{ OPT_BINARY_FORMAT, "cli-binary-format", "base64|raw-in-base64-out",
	    "there is nothing binary" },
	{ OPT_NO_PAGINATE, "no-paginate", NULL, "there is but one page" },
	{ OPT_NO_PAGER, "no-cli-pager", NULL, "there is no pager" },
	{ OPT_AUTO_PROMPT, "cli-auto-prompt", NULL, "nothing is prompted for" },
	{ OPT_NO_AUTO_PROMPT, "no-cli-auto-prompt", NULL, "nothing is prompted for" },
	{ 0, NULL, NULL, "Many sessions" },
	{ OPT_INPUT, "input", "FILE", "parameters as JSON objects, '-' for standard input" },
	CALLOPTION(MAX_CONCURRENCY),
	CALLOPTION(UNORDERED),
	CALLOPTION(RATE),
	CALLOPTION(DEADLINE),
	CALLOPTION(PROGRESS),
	{ 0, NULL, NULL, "Of this suite" },
	CALLOPTION(ATTEMPT_TIMEOUT),
	CALLOPTION(MAX_TIME),
	CALLOPTION(RETRY_MODE),
	CALLOPTION(MAX_ATTEMPTS),
	CALLOPTION(METADATA),
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

/* Argparse takes an argument of its own for an option when it begins so, but for numbers and phrases. */
static void
check_separate(const struct cli *cli, const char *value)
{
	if (value == NULL || value != cli->rest[-1] || value[0] != '-' || value[1] == '\0' ||
	    strchr(value, ' ') != NULL || value[1 + strspn(value + 1, "0123456789.")] == '\0')
		return;
	cli_usage(cli, "argument %s: expected one argument", cli->rest[-2]);
}

static bool
is_aws(const char *option)
{
	static const char *const names[] = { "--output", "--color", "--cli-error-format", "AWS_CLI_ERROR_FORMAT",
	    "--cli-binary-format", "--generate-cli-skeleton" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(option, names[i]) == 0)
			return true;
	return false;
}

/* What is the AWS CLI's, as argparse says it. */
static void
refuse_word(const struct cli *cli, const char *option, const char *value, struct view words)
{
	struct bytes names = BYTES_INIT(256);
	struct view word;

	if (!is_aws(option))
		return;
	check_separate(cli, value);
	while (tool_next_word(&words, '|', &word)) {
		bytes_add(&names, names.len > 0 ? VIEW(", ") : VIEW_NONE);
		bytes_add(&names, word);
	}
	cli_usage(cli, "argument %s: Invalid choice, valid choices are: %.*s, not '%s'", option,
	    VIEW_ARG(bytes_view(&names)), value);
}

const struct cli_tool resumeoptions_tool = {
	.name = "ssm-resume-session",
	.synopsis = "--session-id ID | --input FILE [options]",
	.purpose = "Resume Session Manager sessions: a new token and stream URL for each id.",
	.options = options,
	.shared = calloptions_row,
	.examples = examples,
	.holds_secrets = true,		/* they stay in the environment that ssm-sign inherits */
	.refuse_word = refuse_word,
};

static void
choose_error_style(struct resumeoptions *given, const struct cli *cli, const char *option, const char *value)
{
	given->error_style = (enum errorstyle)(ERRORSTYLE_LEGACY + cli_word(cli, option, value, VIEW(ERRORSTYLE_WORDS)));
}

static void
take_option(struct resumeoptions *given, struct cli *cli, int key, const char *value)
{
	switch (key) {
	case OPT_SESSION_ID: given->session_id = value; break;
	case OPT_CLI_INPUT_JSON: given->input_json = value; break;
	case OPT_CLI_INPUT_YAML: given->input_yaml = value; break;
	case OPT_SKELETON: given->skeleton = skeletonform_take(cli, value, &given->skeleton_name); break;
	case OPT_QUERY: given->query = value; break;
	case OPT_NO_SIGN_REQUEST: given->no_sign_request = true; break;
	case OPT_DEBUG: cli->verbose = true; break;
	case OPT_COLOR: given->color = value; break;
	case OPT_OUTPUT: given->output = value; given->output_given = true; break;
	case OPT_CLI_ERROR_FORMAT: choose_error_style(given, cli, "--cli-error-format", value); break;
	case OPT_INPUT: given->input = value; break;
	case OPT_SHOW_PIPELINE: given->show_pipeline = true; break;
	default: calloptions_take(&given->call, cli, key, value); break;
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

static bool
is_output(const char *value)
{
	struct view words = VIEW(OUTPUT_WORDS), word;

	while (tool_next_word(&words, '|', &word))
		if (view_is(word, value))
			return true;
	return false;
}

/* What the environment says, where no option did. */
static void
read_environment(struct resumeoptions *given, const struct cli *cli)
{
	const char *output = getenv("AWS_DEFAULT_OUTPUT"), *style = getenv("AWS_CLI_ERROR_FORMAT");
	struct ssm_error err = SSM_ERROR_INIT;

	if (given->output == NULL && output != NULL && *output != '\0') {
		given->output = output;
		if (!is_output(output)) {
			ssm_fail(&err, SSM_E_CONFIG, "InvalidConfigError",
			    "Unknown output type: %s (in AWS_DEFAULT_OUTPUT)", output);
			exit(cli_fail(cli, &err));
		}
	}
	if (given->error_style == ERRORSTYLE_SUITE && !cli->json_errors && style != NULL && *style != '\0')
		choose_error_style(given, cli, "AWS_CLI_ERROR_FORMAT", style);
}

/* What a stage would refuse is refused here, under the name that was typed. */
static void
check_options(const struct resumeoptions *given, const struct cli *cli)
{
	bool document = given->input_json != NULL || given->input_yaml != NULL;

	check_query(cli, given->query);
	cli_operands_max(cli, 0);
	if (given->session_id == NULL && given->input == NULL && !document &&
	    given->skeleton != SKELETONFORM_INPUT && given->skeleton != SKELETONFORM_YAML)
		cli_usage(cli, "the following arguments are required: --session-id");
	if (given->input_json != NULL && given->input_yaml != NULL)
		cli_usage(cli, "Only one --cli-input- parameter may be specified.");
	if (given->input != NULL && (given->session_id != NULL || document ||
	    given->skeleton != SKELETONFORM_NONE))
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
		take_option(given, cli, key, value);
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
	    given->skeleton == SKELETONFORM_NONE);
}

bool
resumeoptions_formats(const struct resumeoptions *given, const struct cli *cli)
{
	if (given->skeleton == SKELETONFORM_INPUT || given->skeleton == SKELETONFORM_YAML)
		return false;
	if (given->output_given || given->query != NULL || given->skeleton == SKELETONFORM_OUTPUT)
		return true;
	return !resumeoptions_is_batch(given) && !cli->compact && !cli->pretty;
}

bool
resumeoptions_takes_format(const struct resumeoptions *given, const struct cli *cli)
{
	bool json = given->output == NULL || strcmp(given->output, "json") == 0;

	return resumeoptions_formats(given, cli) && (!json || given->query != NULL ||
	    given->skeleton == SKELETONFORM_OUTPUT || resumeoptions_is_batch(given));
}

enum ssm_err
resumeoptions_configured_output(const char **word, const char *profile, struct ssm_error *err)
{
	struct settings *settings = NULL;
	enum ssm_err rc = SSM_OK;

	*word = settings_default(SETTING_OUTPUT);
	if (settings_open(&settings, view_of(profile), err) == SSM_OK)
		rc = settings_choice(settings, SETTING_OUTPUT, NULL, word, err);
	else
		ssm_error_clear(err);
	settings_close(settings);
	return rc;
}
