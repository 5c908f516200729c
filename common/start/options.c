#include "start/options.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "aws/id.h"
#include "aws/streamendpoint.h"
#include "resume/skeletonform.h"
#include "start/command.h"

#define SECONDS_MAX 1000000
#define PING_SECONDS_MAX 300

enum { OPT_TARGET = CLI_LONG, OPT_RESUME, OPT_DOCUMENT_NAME, OPT_PARAMETERS, OPT_REASON, OPT_CLI_INPUT_JSON,
	OPT_CLI_INPUT_YAML,
	OPT_SKELETON, OPT_NO_SIGN_REQUEST, OPT_DEBUG, OPT_OUTPUT, OPT_QUERY, OPT_COLOR, OPT_BINARY_FORMAT,
	OPT_NO_PAGINATE, OPT_NO_PAGER, OPT_AUTO_PROMPT, OPT_NO_AUTO_PROMPT, OPT_CLI_ERROR_FORMAT, OPT_SHOW_PIPELINE, OPT_STREAM };

#define OPT_FORWARD 'L'

#define STREAM(NAME) (OPT_STREAM + STREAMOPTION_##NAME)

static const struct cli_option options[] = {
	{ 0, NULL, NULL, "As aws ssm start-session" },
	{ OPT_TARGET, "target", "ID", "the managed node" },
	{ OPT_DOCUMENT_NAME, "document-name", "NAME", "the document that defines the session (a shell)" },
	{ OPT_PARAMETERS, "parameters", "MAP", "of the document: name=value,... or JSON" },
	{ OPT_REASON, "reason", "TEXT", "why the session is started" },
	{ OPT_CLI_INPUT_JSON, "cli-input-json", "JSON", "parameters as one object, or file://PATH" },
	{ OPT_CLI_INPUT_YAML, "cli-input-yaml", "YAML", "the same as YAML" },
	{ OPT_SKELETON, "generate-cli-skeleton", "[" SKELETONFORM_WORDS "]",
	    "print a sample of the parameters, or of the answer" },
	CALLOPTION(REGION),
	CALLOPTION(PROFILE),
	CALLOPTION(ENDPOINT_URL),
	CALLOPTION(CLI_CONNECT_TIMEOUT),
	CALLOPTION(CLI_READ_TIMEOUT),
	CALLOPTION(CA_BUNDLE),
	CALLOPTION(NO_VERIFY_SSL),
	{ OPT_NO_SIGN_REQUEST, "no-sign-request", NULL, "send the request without a signature" },
	{ OPT_CLI_ERROR_FORMAT, "cli-error-format", ERRORSTYLE_WORDS, "a failure as the AWS CLI tells it" },
	{ OPT_DEBUG, "debug", NULL, "the same as --verbose" },
	{ 0, NULL, NULL, "Ports" },
	{ OPT_FORWARD, "local-forward", "FORWARD", "[BIND:]PORT:HOST:HOSTPORT, or [BIND:]PORT:HOSTPORT of the node" },
	{ STREAM(READY_FD), "ready-fd", "N", "write its addresses to it, a line each, once they are served" },
	{ 0, NULL, NULL, "Coming back" },
	{ OPT_RESUME, "resume", "[ID]", "go on in it, or in the newest of yours" },
	{ 0, NULL, NULL, "Taken, but without effect: the answer is not printed" },
	{ OPT_OUTPUT, "output", "json|text|table|yaml|yaml-stream|off", "the session is the output" },
	{ OPT_QUERY, "query", "EXPRESSION", "there is nothing to select from" },
	{ OPT_COLOR, "color", "on|off|auto", "there are no tables" },
	{ OPT_BINARY_FORMAT, "cli-binary-format", "base64|raw-in-base64-out", "there is nothing binary" },
	{ OPT_NO_PAGINATE, "no-paginate", NULL, "there are no pages" },
	{ OPT_NO_PAGER, "no-cli-pager", NULL, "there is no pager" },
	{ OPT_AUTO_PROMPT, "cli-auto-prompt", NULL, "nothing is prompted for" },
	{ OPT_NO_AUTO_PROMPT, "no-cli-auto-prompt", NULL, "nothing is prompted for" },
	{ 0, NULL, NULL, "In the session, as of ssm-stream" },
	{ STREAM(ESCAPE), "escape", "CHAR", "what commands to ssm-stream begin with, ^X or none (~)" },
	{ STREAM(PING), "ping", "SECONDS", "between two signs of life, 1 to 300 (25)" },
	{ STREAM(GIVE_UP_AFTER), "give-up-after", "SECONDS", "resume no longer after a loss, 0 for no limit (0)" },
	{ STREAM(LINGER), "linger", "SECONDS", "end it when input is over and this long nothing came" },
	{ STREAM(EVENTS), "events", "FILE", "write what becomes of it, in documents" },
	{ STREAM(STREAM_ENDPOINT_URL), "stream-endpoint-url", "URL", "in place of the StreamUrl's host" },
	{ STREAM(NO_RESUME), "no-resume", NULL, "a lost connection is the end" },
	{ 0, NULL, NULL, "Of this suite" },
	CALLOPTION(ATTEMPT_TIMEOUT),
	CALLOPTION(MAX_TIME),
	CALLOPTION(RETRY_MODE),
	CALLOPTION(MAX_ATTEMPTS),
	{ OPT_SHOW_PIPELINE, "show-pipeline", NULL, "print the pipeline and run nothing" },
	CLI_COMMON_OPTIONS,
	CLI_OPTIONS_END,
};

static const char *const examples[] = {
	"ssm-start-session --target i-0a1b2c3d",
	"ssm-start-session --target i-0a1b2c3d -- uname -a",
	"ssm-start-session --target i-0a1b2c3d -- sh -c 'df -h | sort' > disks",
	"ssm-start-session --target \"$id\" -- systemctl restart nginx",
	"ssm-start-session --target i-0a1b2c3d -L 5432:db.internal:5432",
	"ssm-start-session --resume",
	"ssm-start-session --target i-0a1b2c3d --reason 'case 4711' --profile prod",
	NULL,
};

const struct cli_tool startoptions_tool = {
	.name = "ssm-start-session",
	.synopsis = "--target ID | --resume [ID] [options] [-- COMMAND ...]",
	.purpose = "Start a Session Manager session and be in it.",
	.options = options,
	.shared = calloptions_row,
	.examples = examples,
	.holds_secrets = true,		/* they stay in the environment that ssm-sign inherits */
	.operands_last = true,
};

const char *
startoptions_stream_name(enum streamoption option)
{
	const struct cli_option *row = options;

	while (row->key != OPT_STREAM + (int)option)
		row++;
	return row->name;
}

/* There are no operands but those behind --, so what begins with no dash is the id. */
static void
take_resume(struct startoptions *given, struct cli *cli, const char *value)
{
	if (value == NULL && *cli->rest != NULL && (*cli->rest)[0] != '-')
		value = *cli->rest++;
	if (value != NULL && !id_is_session(view_of(value)))
		cli_usage(cli, "option '--resume' takes a session's id, not '%s'", value);
	given->resume = true;
	given->resume_id = value;
}

static void
choose_error_style(struct startoptions *given, const struct cli *cli, const char *option, const char *value)
{
	given->error_style = (enum errorstyle)(ERRORSTYLE_LEGACY + cli_word(cli, option, value, VIEW(ERRORSTYLE_WORDS)));
}

/* What the environment says, where no option did. */
static void
read_environment(struct startoptions *given, const struct cli *cli)
{
	const char *style = getenv("AWS_CLI_ERROR_FORMAT");

	if (given->error_style == ERRORSTYLE_SUITE && !cli->json_errors && style != NULL && *style != '\0')
		choose_error_style(given, cli, "AWS_CLI_ERROR_FORMAT", style);
}

static void
check_escape(const struct cli *cli, const char *value)
{
	size_t len = strlen(value);
	bool character = len == 1 && strchr("\r\n", value[0]) == NULL;
	bool control = len == 2 && value[0] == '^' && value[1] >= '?' && value[1] < 0x7F && strchr("MmJj", value[1]) == NULL;

	if (!character && !control && strcmp(value, "none") != 0)
		cli_usage(cli, "option '--escape' takes one character, ^ and a letter, or none, not '%s'", value);
}

static void
check_endpoint(const struct cli *cli, const char *value)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct url url;

	if (streamendpoint_parse(&url, view_of(value), &err) != SSM_OK)
		cli_usage(cli, "option '--stream-endpoint-url': %s", err.message);
}

/* As ssm-stream checks it, which is too late. */
static void
check_descriptor(const struct cli *cli, const char *value)
{
	int fd = (int)cli_number(cli, "--ready-fd", value, 1, INT_MAX), flags = fcntl(fd, F_GETFL);

	if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY)
		cli_usage(cli, "option '--ready-fd': descriptor %d cannot be written to", fd);
}

static void
take_forward(struct startoptions *given, const struct cli *cli, const char *value)
{
	struct ssm_error err = SSM_ERROR_INIT;

	if (given->forwarding != NULL)
		cli_usage(cli, "one -L a session: its document leads to one port; start another session for '%s'", value);
	if (startforward_parse(&given->forward, view_of(value), &err) != SSM_OK)
		cli_usage(cli, "option '-L': %s", err.message);
	given->forwarding = value;
}

static void
take_stream(struct startoptions *given, const struct cli *cli, enum streamoption option, const char *value)
{
	char name[40];

	snprintf(name, sizeof name, "--%s", startoptions_stream_name(option));
	if (option == STREAMOPTION_ESCAPE)
		check_escape(cli, value);
	else if (option == STREAMOPTION_STREAM_ENDPOINT_URL)
		check_endpoint(cli, value);
	else if (option == STREAMOPTION_PING)
		cli_number(cli, name, value, 1, PING_SECONDS_MAX);
	else if (option == STREAMOPTION_READY_FD)
		check_descriptor(cli, value);
	else if (option != STREAMOPTION_EVENTS && option != STREAMOPTION_NO_RESUME)
		cli_number(cli, name, value, 0, SECONDS_MAX);
	given->stream[option] = value == NULL ? "" : value;
}

static void
take_option(struct startoptions *given, struct cli *cli, int key, const char *value)
{
	if (key >= OPT_STREAM && key < OPT_STREAM + STREAMOPTION_COUNT) {
		take_stream(given, cli, (enum streamoption)(key - OPT_STREAM), value);
		return;
	}
	switch (key) {
	case OPT_TARGET: given->target = value; break;
	case OPT_RESUME: take_resume(given, cli, value); break;
	case OPT_FORWARD: take_forward(given, cli, value); break;
	case OPT_DOCUMENT_NAME: given->document_name = value; break;
	case OPT_PARAMETERS: given->parameters = value; break;
	case OPT_REASON: given->reason = value; break;
	case OPT_CLI_INPUT_JSON: given->input_json = value; break;
	case OPT_CLI_INPUT_YAML: given->input_yaml = value; break;
	case OPT_SKELETON: skeletonform_take(cli, value, &given->skeleton); break;
	case OPT_NO_SIGN_REQUEST: given->no_sign_request = true; break;
	case OPT_CLI_ERROR_FORMAT: choose_error_style(given, cli, "--cli-error-format", value); break;
	case OPT_DEBUG: cli->verbose = true; break;
	case OPT_SHOW_PIPELINE: given->show_pipeline = true; break;
	default: calloptions_take(&given->call, cli, key, value); break;
	}
}

/* Documents that are not the usual one may know of `command` alone. */
static void
take_command(struct startoptions *given, const struct cli *cli)
{
	bool usual = given->document_name == NULL || strcmp(given->document_name, COMMAND_DOCUMENT) == 0;
	struct ssm_error err = SSM_ERROR_INIT;

	if (cli->after_dashes == NULL)
		return;
	if (*cli->after_dashes == NULL)
		cli_usage(cli, "a command is missing behind '--'");
	if (given->parameters != NULL)
		cli_usage(cli, "--parameters and a command exclude each other");
	if (given->document_name == NULL)
		given->document_name = COMMAND_DOCUMENT;
	if (command_parameters(&given->made, cli->after_dashes, usual, &err) != SSM_OK)
		cli_end(cli_fail(cli, &err));
	bytes_add_char(&given->made, '\0');
	given->parameters = given->made.ptr;
	given->separate_output = usual;
}

/* What leads to the port is for -L to say. */
static void
check_forward(const struct startoptions *given, const struct cli *cli)
{
	if (given->document_name != NULL)
		cli_usage(cli, "-L and --document-name exclude each other");
	if (given->parameters != NULL)
		cli_usage(cli, "-L and --parameters exclude each other");
	if (cli->after_dashes != NULL)
		cli_usage(cli, "-L and a command exclude each other");
}

/* A session that there is is what it was started as. */
static void
check_resume(const struct startoptions *given, const struct cli *cli)
{
	const struct { const char *name; bool given; } others[] = {
		{ "--document-name", given->document_name != NULL },
		{ "--parameters", given->parameters != NULL },
		{ "--reason", given->reason != NULL },
		{ "--cli-input-json", given->input_json != NULL },
		{ "--cli-input-yaml", given->input_yaml != NULL },
		{ "--generate-cli-skeleton", given->skeleton != NULL },
		{ "--no-sign-request", given->no_sign_request },
		{ "-L", given->forwarding != NULL },
		{ "a command", cli->after_dashes != NULL },
	};
	struct ssm_error err = SSM_ERROR_INIT;

	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (others[i].given)
			cli_usage(cli, "--resume and %s exclude each other", others[i].name);
	if (given->target != NULL && given->resume_id != NULL)
		cli_usage(cli, "--target and an id behind --resume exclude each other");
	if (given->target != NULL && id_check(ID_TARGET, view_of(given->target), &err) != SSM_OK)
		cli_usage(cli, "option '--target': %s", err.message);
}

/* What a stage would refuse is refused here, under the name that was typed. */
static void
check_options(const struct startoptions *given, const struct cli *cli)
{
	bool document = given->input_json != NULL || given->input_yaml != NULL;

	if (cli->operand_count > 0 && cli->operands != cli->after_dashes)
		cli_usage(cli, "unexpected argument '%s'; --target names a node, and a command stands behind '--'", cli->operands[0]);
	if (given->resume) {
		check_resume(given, cli);
		return;
	}
	if (given->forwarding != NULL)
		check_forward(given, cli);
	if (given->input_json != NULL && given->input_yaml != NULL)
		cli_usage(cli, "Only one --cli-input- parameter may be specified.");
	if (given->target == NULL && !document &&
	    (given->skeleton == NULL || strcmp(given->skeleton, "output") == 0))
		cli_usage(cli, "the following arguments are required: --target, or --resume");
	if (given->target != NULL && strcmp(given->target, "-") == 0)
		cli_usage(cli, "--target takes one node's id: standard input is the session's");
}

void
startoptions_read(struct startoptions *given, struct cli *cli)
{
	const char *value;
	int key;

	while ((key = cli_option(cli, &value)) != CLI_END)
		take_option(given, cli, key, value);
	read_environment(given, cli);
	check_options(given, cli);
	take_command(given, cli);
}

bool
startoptions_forward(struct startoptions *given, unsigned local_port)
{
	given->document_name = startforward_document(&given->forward);
	bytes_clear(&given->made);
	startforward_parameters(&given->made, &given->forward, local_port);
	bytes_add_char(&given->made, '\0');
	given->parameters = given->made.ptr;
	return !bytes_failed(&given->made);
}

void
startoptions_clear(struct startoptions *given)
{
	bytes_clear(&given->made);
}
