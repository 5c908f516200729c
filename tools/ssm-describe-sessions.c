/* ssm-describe-sessions: the sessions that are or were, page by page: the suite's pipeline as one command. */
#include <limits.h>
#include <signal.h>
#include <unistd.h>

#include "pagerun.h"
#include "paramfile.h"
#include "utf8.h"

enum { OPT_STATE = CLI_LONG, OPT_FILTERS, OPT_MAX_ITEMS, OPT_PAGE_SIZE, OPT_STARTING_TOKEN,
	OPT_MAX_RESULTS, OPT_NEXT_TOKEN, OPT_NO_PAGINATE, OPT_CLI_INPUT_JSON, OPT_CLI_INPUT_YAML,
	OPT_REGION, OPT_PROFILE, OPT_ENDPOINT_URL, OPT_CONNECT_TIMEOUT, OPT_READ_TIMEOUT,
	OPT_CA_BUNDLE, OPT_NO_VERIFY_SSL, OPT_RATE, OPT_MAX_TIME, OPT_DEADLINE, OPT_RETRY_MODE,
	OPT_MAX_ATTEMPTS, OPT_METADATA, OPT_SHOW_PIPELINE };

static const struct cli_option options[] = {
	{ 0, NULL, NULL, "Which sessions" },
	{ OPT_STATE, "state", "STATE", "Active or History" },
	{ OPT_FILTERS, "filters", "FILTER", "key=KEY,value=VALUE ... or JSON" },
	{ OPT_CLI_INPUT_JSON, "cli-input-json", "JSON", "parameters as one object, or file://PATH" },
	{ OPT_CLI_INPUT_YAML, "cli-input-yaml", "YAML", "the same as YAML" },
	{ 0, NULL, NULL, "Pages" },
	{ OPT_MAX_ITEMS, "max-items", "N", "sessions in all; NextToken tells where to go on" },
	{ OPT_STARTING_TOKEN, "starting-token", "TOKEN", "go on where that NextToken says" },
	{ OPT_PAGE_SIZE, "page-size", "N", "sessions a page, 1 to 200" },
	{ OPT_NO_PAGINATE, "no-paginate", NULL, "the first page alone" },
	{ OPT_NEXT_TOKEN, "next-token", "TOKEN", "this page alone, by the service's own token" },
	{ OPT_MAX_RESULTS, "max-results", "N", "one page alone, of so many sessions" },
	{ 0, NULL, NULL, "As aws ssm describe-sessions" },
	{ OPT_REGION, "region", "REGION", "in place of AWS_REGION and the profile's" },
	{ OPT_PROFILE, "profile", "NAME", "of the shared config and credentials files" },
	{ OPT_ENDPOINT_URL, "endpoint-url", "URL", "in place of the service's own endpoint" },
	{ OPT_CONNECT_TIMEOUT, "cli-connect-timeout", "SECONDS", "to connect, 0 for no limit [10]" },
	{ OPT_READ_TIMEOUT, "cli-read-timeout", "SECONDS", "longest silence, 0 for no limit [60]" },
	{ OPT_CA_BUNDLE, "ca-bundle", "FILE", "trust these certificates alone" },
	{ OPT_NO_VERIFY_SSL, "no-verify-ssl", NULL, "do not verify the server's certificate" },
	{ 0, NULL, NULL, "Of this suite" },
	{ OPT_RATE, "rate", "N[/s|/m]", "pages a second or a minute, at most" },
	{ OPT_MAX_TIME, "max-time", "SECONDS", "for one page, retries included" },
	{ OPT_DEADLINE, "deadline", "SECONDS", "for the whole run" },
	{ OPT_RETRY_MODE, "retry-mode", "MODE", "'legacy', 'standard' or 'adaptive' [standard]" },
	{ OPT_MAX_ATTEMPTS, "max-attempts", "N", "tries in all, of each page [3]" },
	{ OPT_METADATA, "metadata", NULL, "add ResponseMetadata to each page" },
	{ OPT_SHOW_PIPELINE, "show-pipeline", NULL, "print the pipeline of one page and run nothing" },
	CLI_DOCUMENT_OPTIONS,
	CLI_COMMON_OPTIONS,
	CLI_OPTIONS_END,
};

static const char *const examples[] = {
	"ssm-describe-sessions --state Active | jq -r '.Sessions[].SessionId'",
	"ssm-describe-sessions --state History --filters key=Owner,value=\"$arn\"",
	"ssm-describe-sessions --state Active --starting-token \"$token\"",
	NULL,
};

static const struct cli_tool tool = {
	.name = "ssm-describe-sessions",
	.synopsis = "--state STATE [options]",
	.purpose = "List Session Manager sessions, one document a page, all pages.",
	.options = options,
	.examples = examples,
	.holds_secrets = true,		/* they stay in the environment that ssm-sign inherits */
};

#define FILTERS_MAX 12			/* twice what the service has keys for */

struct describe_options {
	const char *state, *filters[FILTERS_MAX], *input_json, *input_yaml;
	size_t filter_count;
	const char *max_items, *page_size, *starting_token, *max_results, *next_token;
	const char *region, *profile, *endpoint_url, *connect_timeout, *read_timeout, *ca_bundle;
	const char *rate, *max_time, *deadline, *retry_mode, *max_attempts;
	bool no_paginate, no_verify_ssl, metadata, show_pipeline;
	char paging[64];		/* the names of those of paging that were given */
};

/* A stage stops at a failure: the page behind it cannot be known. */
static void
add_messages_options(struct pipeline *pipeline, struct stage *stage)
{
	const struct cli *cli = pipeline->cli;

	pipeline_option(pipeline, stage, "error-format", cli->json_errors ? "json" : NULL);
	pipeline_option(pipeline, stage, "errors", cli->inline_errors ? "inline" : NULL);
	pipeline_flag(pipeline, stage, "fail-fast", true);
	pipeline_flag(pipeline, stage, "verbose", cli->verbose);
	pipeline_flag(pipeline, stage, "quiet", cli->quiet);
}

static void
add_filters(struct pipeline *pipeline, struct stage *stage, const struct describe_options *given)
{
	if (given->filter_count == 0)
		return;
	pipeline_option(pipeline, stage, "filters", given->filters[0]);
	for (size_t i = 1; i < given->filter_count; i++)
		pipeline_argument(pipeline, stage, given->filters[i]);
}

/* Without the starting token, which is looked at here, unless the pipeline is only shown. */
static void
add_request(struct pipeline *pipeline, const struct describe_options *given)
{
	struct stage *stage = pipeline_add(pipeline, "ssm-request", false);

	pipeline_argument(pipeline, stage, "describe-sessions");
	pipeline_option(pipeline, stage, "state", given->state);
	add_filters(pipeline, stage, given);
	pipeline_option(pipeline, stage, "cli-input-json", given->input_json);
	pipeline_option(pipeline, stage, "cli-input-yaml", given->input_yaml);
	pipeline_option(pipeline, stage, "page-size", given->page_size);
	pipeline_option(pipeline, stage, "starting-token", given->show_pipeline ? given->starting_token : NULL);
	pipeline_option(pipeline, stage, "max-results", given->max_results);
	pipeline_option(pipeline, stage, "next-token", given->next_token);
	pipeline_option(pipeline, stage, "region", given->region);
	pipeline_option(pipeline, stage, "profile", given->profile);
	pipeline_option(pipeline, stage, "endpoint-url", given->endpoint_url);
	add_messages_options(pipeline, stage);
}

static void
add_sign_and_call(struct pipeline *pipeline, const struct describe_options *given)
{
	struct stage *stage = pipeline_add(pipeline, "ssm-sign", true);

	add_messages_options(pipeline, stage);
	stage = pipeline_add(pipeline, "ssm-call", false);
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
	add_messages_options(pipeline, stage);
}

static int
show(const struct cli *cli, const struct describe_options *given)
{
	struct pipeline pipeline;
	int code;

	pipeline_start(&pipeline, cli);
	add_request(&pipeline, given);
	add_sign_and_call(&pipeline, given);
	code = pipeline_show(&pipeline);
	pipeline_clear(&pipeline);
	return code;
}

static void
name_paging(struct describe_options *given)
{
	const struct { const char *value, *name; } rows[] = {
		{ given->starting_token, "--starting-token" },
		{ given->page_size, "--page-size" },
		{ given->max_items, "--max-items" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (rows[i].value == NULL)
			continue;
		if (given->paging[0] != '\0')
			strcat(given->paging, ", ");
		strcat(given->paging, rows[i].name);
	}
}

/* What a stage would refuse is refused here, under the name that was typed. */
static void
check_options(const struct cli *cli, struct describe_options *given)
{
	cli_operands_max(cli, 0);
	if (given->state == NULL && given->input_json == NULL && given->input_yaml == NULL)
		cli_usage(cli, "the following arguments are required: --state");
	if (given->input_json != NULL && given->input_yaml != NULL)
		cli_usage(cli, "Only one --cli-input- parameter may be specified.");
	name_paging(given);
	given->no_paginate = given->no_paginate || given->next_token != NULL || given->max_results != NULL;
	if (given->no_paginate && given->paging[0] != '\0')
		cli_usage(cli, "Cannot specify --no-paginate along with pagination arguments: %s", given->paging);
	if (given->max_items != NULL)
		cli_number(cli, "--max-items", given->max_items, 0, LONG_MAX);
	if (given->connect_timeout != NULL)
		cli_number(cli, "--cli-connect-timeout", given->connect_timeout, 0, 86400);
	if (given->read_timeout != NULL)
		cli_number(cli, "--cli-read-timeout", given->read_timeout, 0, 86400);
}

/* All arguments up to the next option are filters. */
static void
take_filters(struct cli *cli, struct describe_options *given, const char *value)
{
	given->filters[0] = value;
	given->filter_count = 1;
	while (*cli->rest != NULL && (*cli->rest)[0] != '-') {
		if (given->filter_count == FILTERS_MAX)
			cli_usage(cli, "option '--filters' takes at most %d filters", FILTERS_MAX);
		given->filters[given->filter_count++] = *cli->rest++;
	}
}

static void
take_option(struct cli *cli, struct describe_options *given, int key, const char *value)
{
	switch (key) {
	case OPT_STATE: given->state = value; break;
	case OPT_FILTERS: take_filters(cli, given, value); break;
	case OPT_CLI_INPUT_JSON: given->input_json = value; break;
	case OPT_CLI_INPUT_YAML: given->input_yaml = value; break;
	case OPT_MAX_ITEMS: given->max_items = value; break;
	case OPT_PAGE_SIZE: given->page_size = value; break;
	case OPT_STARTING_TOKEN: given->starting_token = value; break;
	case OPT_MAX_RESULTS: given->max_results = value; break;
	case OPT_NEXT_TOKEN: given->next_token = value; break;
	case OPT_NO_PAGINATE: given->no_paginate = true; break;
	case OPT_REGION: given->region = value; break;
	case OPT_PROFILE: given->profile = value; break;
	case OPT_ENDPOINT_URL: given->endpoint_url = value; break;
	case OPT_CONNECT_TIMEOUT: given->connect_timeout = value; break;
	case OPT_READ_TIMEOUT: given->read_timeout = value; break;
	case OPT_CA_BUNDLE: given->ca_bundle = value; break;
	case OPT_NO_VERIFY_SSL: given->no_verify_ssl = true; break;
	case OPT_RATE: given->rate = value; break;
	case OPT_MAX_TIME: given->max_time = value; break;
	case OPT_DEADLINE: given->deadline = value; break;
	case OPT_RETRY_MODE: given->retry_mode = value; break;
	case OPT_MAX_ATTEMPTS: given->max_attempts = value; break;
	case OPT_METADATA: given->metadata = true; break;
	case OPT_SHOW_PIPELINE: given->show_pipeline = true; break;
	}
}

/* --starting-token, or the content of the file it names. */
static enum ssm_err
begin(struct pages *pages, const char *starting_token, struct ssm_error *err)
{
	struct bytes text = BYTES_INIT(PAGES_TOKEN_MAX);
	struct view token = view_of(starting_token);
	enum ssm_err rc = SSM_OK;

	if (starting_token == NULL)
		return SSM_OK;
	if (paramfile_kind(token) != PARAMFILE_NONE) {
		rc = paramfile_read(&text, token, "--starting-token", err);
		token = bytes_view(&text);
	}
	if (rc == SSM_OK && utf8_check(token) != token.len)
		rc = ssm_fail(err, SSM_E_INPUT, "ParamValidationError",
		    "Parameter validation failed: NextToken is not UTF-8");
	if (rc == SSM_OK)
		rc = pages_begin_at(pages, token, err);
	bytes_clear(&text);
	return rc;
}

static void
walk(struct records *records, struct interrupt *interrupt, const struct describe_options *given,
    void (*on_sigpipe)(int))
{
	struct pages pages = PAGES_INIT;
	struct pipeline maker, caller;
	struct ssm_error err = SSM_ERROR_INIT;
	struct pagerun run = { .records = records, .interrupt = interrupt, .pages = &pages, .maker = &maker,
		.caller = &caller, .on_sigpipe = on_sigpipe, .own_size = given->page_size != NULL,
		.paging = given->paging[0] == '\0' ? NULL : given->paging };

	pages.single = given->no_paginate;
	pages.limited = given->max_items != NULL;
	if (pages.limited)
		pages.max_items = (unsigned long)cli_number(records->cli, "--max-items", given->max_items, 0,
		    LONG_MAX);
	pipeline_start(&maker, records->cli);
	pipeline_start(&caller, records->cli);
	add_request(&maker, given);
	add_sign_and_call(&caller, given);
	if (begin(&pages, given->starting_token, &err) == SSM_OK)
		pagerun(&run);
	else
		records_fail(records, &err);
	ssm_error_clear(&err);
	pipeline_clear(&maker);
	pipeline_clear(&caller);
	pages_clear(&pages);
}

int
main(int argc, char **argv)
{
	struct describe_options given = { .state = NULL };
	struct interrupt interrupt;
	struct records records;
	struct cli cli;
	const char *value;
	int key, code;
	void (*on_sigpipe)(int);

	(void)argc;
	cli_start(&cli, &tool, argv);
	while ((key = cli_option(&cli, &value)) != CLI_END)
		take_option(&cli, &given, key, value);
	check_options(&cli, &given);
	if (given.show_pipeline)
		return show(&cli, &given);
	on_sigpipe = signal(SIGPIPE, SIG_IGN);		/* a stage that has ended tells so by its code */
	records_start(&records, &cli);
	records.out.no_wait = records.in.end = true;
	interrupt_start(&interrupt);
	walk(&records, &interrupt, &given, on_sigpipe);
	interrupt_stop(&interrupt);
	code = records_finish(&records);
	interrupt_obey(&interrupt);
	return code;
}
