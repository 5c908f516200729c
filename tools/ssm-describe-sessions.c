/* ssm-describe-sessions: the sessions that are or were, page by page: the suite's pipeline as one command. */
#include <limits.h>
#include <signal.h>
#include <unistd.h>

#include "core/utf8.h"
#include "pages/owner.h"
#include "pages/run.h"
#include "pipeline/suite.h"
#include "request/paramfile.h"

enum { OPT_STATE = CLI_LONG, OPT_FILTERS, OPT_MINE, OPT_MAX_ITEMS, OPT_PAGE_SIZE, OPT_STARTING_TOKEN,
	OPT_MAX_RESULTS, OPT_NEXT_TOKEN, OPT_NO_PAGINATE, OPT_CLI_INPUT_JSON, OPT_CLI_INPUT_YAML,
	OPT_SHOW_PIPELINE };

static const struct cli_option options[] = {
	{ 0, NULL, NULL, "Which sessions" },
	{ OPT_STATE, "state", "STATE", "Active or History" },
	{ OPT_FILTERS, "filters", "FILTER", "key=KEY,value=VALUE ... or JSON" },
	{ OPT_MINE, "mine", NULL, "yours, which you can come back to (Active)" },
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
	CALLOPTION(REGION),
	CALLOPTION(PROFILE),
	CALLOPTION(ENDPOINT_URL),
	CALLOPTION(CLI_CONNECT_TIMEOUT),
	CALLOPTION(CLI_READ_TIMEOUT),
	CALLOPTION(CA_BUNDLE),
	CALLOPTION(NO_VERIFY_SSL),
	{ 0, NULL, NULL, "Of this suite" },
	CALLOPTION(RATE),
	CALLOPTION(ATTEMPT_TIMEOUT),
	CALLOPTION(MAX_TIME),
	CALLOPTION(DEADLINE),
	CALLOPTION(RETRY_MODE),
	CALLOPTION(MAX_ATTEMPTS),
	CALLOPTION(METADATA),
	{ OPT_SHOW_PIPELINE, "show-pipeline", NULL, "print the pipeline of one page and run nothing" },
	CLI_DOCUMENT_OPTIONS,
	CLI_COMMON_OPTIONS,
	CLI_OPTIONS_END,
};

static const char *const examples[] = {
	"ssm-describe-sessions --state Active | jq -r '.Sessions[].SessionId'",
	"ssm-describe-sessions --mine",
	"ssm-describe-sessions --state History --filters key=Owner,value=\"$arn\"",
	"ssm-describe-sessions --state Active --starting-token \"$token\"",
	NULL,
};

static const struct cli_tool tool = {
	.name = "ssm-describe-sessions",
	.synopsis = "--state STATE | --mine [options]",
	.purpose = "List Session Manager sessions, one document a page, all pages.",
	.options = options,
	.shared = calloptions_row,
	.examples = examples,
	.holds_secrets = true,		/* they stay in the environment that ssm-sign inherits */
};

#define FILTERS_MAX 12			/* twice what the service has keys for */
#define SHOWN_MAX ((size_t)4 * 1024 * 1024)
#define OWNER_SHOWN "$arn"		/* what stands for the ARN in a pipeline that is only shown */

struct describe_options {
	const char *state, *filters[FILTERS_MAX + 1], *input_json, *input_yaml;
	size_t filter_count;
	const char *max_items, *page_size, *starting_token, *max_results, *next_token;
	struct calloptions call;
	bool mine, no_paginate, show_pipeline;
	char paging[64];		/* the names of those of paging that were given */
};

/* A stage stops at a failure: the page behind it cannot be known. */
static void
end_stage(struct pipeline *pipeline, struct stage *stage, const struct describe_options *given)
{
	struct cli messages = *pipeline->cli;

	messages.fail_fast = true;
	suite_end(pipeline, stage, &given->call, &messages);
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
	struct stage *stage = suite_add(pipeline, "ssm-request");

	pipeline_argument(pipeline, stage, "describe-sessions");
	pipeline_option(pipeline, stage, "state", given->state);
	add_filters(pipeline, stage, given);
	pipeline_option(pipeline, stage, "cli-input-json", given->input_json);
	pipeline_option(pipeline, stage, "cli-input-yaml", given->input_yaml);
	pipeline_option(pipeline, stage, "page-size", given->page_size);
	pipeline_option(pipeline, stage, "starting-token", given->show_pipeline ? given->starting_token : NULL);
	pipeline_option(pipeline, stage, "max-results", given->max_results);
	pipeline_option(pipeline, stage, "next-token", given->next_token);
	end_stage(pipeline, stage, given);
}

static void
add_sign_and_call(struct pipeline *pipeline, const struct describe_options *given)
{
	end_stage(pipeline, suite_add(pipeline, "ssm-sign"), given);
	end_stage(pipeline, suite_add(pipeline, "ssm-call"), given);
}

/* With --mine a shell asks for the ARN first, as this process does. */
static void
add_owner_shown(struct bytes *out, const struct cli *cli, const struct describe_options *given)
{
	struct pipeline pipeline;
	struct stage *format;

	pipeline_start(&pipeline, cli);
	owner_stages(&pipeline, &given->call);
	format = suite_add(&pipeline, "ssm-format");
	pipeline_option(&pipeline, format, "query", "Arn");
	pipeline_option(&pipeline, format, "output", "text");
	bytes_add(out, VIEW("arn=$("));
	pipeline_add_shown(out, &pipeline);
	bytes_add(out, VIEW(") && "));
	pipeline_clear(&pipeline);
}

/* The last one is taken out of the quotes that the shell's word is in, so that it is the variable's value. */
static void
add_with_variable(struct bytes *out, struct view line)
{
	const size_t len = strlen(OWNER_SHOWN);
	size_t at = line.len - len;

	while (at > 0 && memcmp(line.ptr + at, OWNER_SHOWN, len) != 0)
		at--;
	bytes_add(out, view_slice(line, 0, at));
	bytes_add(out, VIEW("'\"" OWNER_SHOWN "\"'"));
	bytes_add(out, view_slice(line, at + len, line.len));
}

static int
show(const struct cli *cli, const struct describe_options *given)
{
	struct bytes line = BYTES_INIT(SHOWN_MAX), shown = BYTES_INIT(SHOWN_MAX);
	struct pipeline pipeline;
	int code;

	pipeline_start(&pipeline, cli);
	add_request(&pipeline, given);
	add_sign_and_call(&pipeline, given);
	pipeline_add_shown(&line, &pipeline);
	shown.failed = line.failed;
	if (given->mine && !line.failed) {
		add_owner_shown(&shown, cli, given);
		add_with_variable(&shown, bytes_view(&line));
	} else {
		bytes_add(&shown, bytes_view(&line));
	}
	bytes_add_char(&shown, '\n');
	code = cli_print(cli, &shown);
	bytes_clear(&line);
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

/* The owner is one more filter behind those that were given. */
static void
check_mine(const struct cli *cli, struct describe_options *given)
{
	if (given->input_json != NULL || given->input_yaml != NULL)
		cli_usage(cli, "--mine and --cli-input-%s exclude each other", given->input_json != NULL ? "json" : "yaml");
	if (given->filter_count > 0 && (strchr("[{", given->filters[0][0]) != NULL ||
	    paramfile_kind(view_of(given->filters[0])) != PARAMFILE_NONE))
		cli_usage(cli, "with --mine, --filters takes key=KEY,value=VALUE");
	if (given->state == NULL)
		given->state = "Active";
}

/* What a stage would refuse is refused here, under the name that was typed. */
static void
check_options(const struct cli *cli, struct describe_options *given)
{
	cli_operands_max(cli, 0);
	if (given->mine)
		check_mine(cli, given);
	if (given->state == NULL && given->input_json == NULL && given->input_yaml == NULL)
		cli_usage(cli, "the following arguments are required: --state, or --mine");
	if (given->input_json != NULL && given->input_yaml != NULL)
		cli_usage(cli, "Only one --cli-input- parameter may be specified.");
	name_paging(given);
	given->no_paginate = given->no_paginate || given->next_token != NULL || given->max_results != NULL;
	if (given->no_paginate && given->paging[0] != '\0')
		cli_usage(cli, "Cannot specify --no-paginate along with pagination arguments: %s", given->paging);
	if (given->max_items != NULL)
		cli_number(cli, "--max-items", given->max_items, 0, LONG_MAX);
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
	case OPT_MINE: given->mine = true; break;
	case OPT_CLI_INPUT_JSON: given->input_json = value; break;
	case OPT_CLI_INPUT_YAML: given->input_yaml = value; break;
	case OPT_MAX_ITEMS: given->max_items = value; break;
	case OPT_PAGE_SIZE: given->page_size = value; break;
	case OPT_STARTING_TOKEN: given->starting_token = value; break;
	case OPT_MAX_RESULTS: given->max_results = value; break;
	case OPT_NEXT_TOKEN: given->next_token = value; break;
	case OPT_NO_PAGINATE: given->no_paginate = true; break;
	case OPT_SHOW_PIPELINE: given->show_pipeline = true; break;
	default: calloptions_take(&given->call, cli, key, value); break;
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
walk(struct records *records, struct signals *interrupt, const struct describe_options *given,
    bool usual_sigpipe)
{
	struct pages pages = PAGES_INIT;
	struct pipeline maker, caller;
	struct ssm_error err = SSM_ERROR_INIT;
	struct pagerun run = { .records = records, .interrupt = interrupt, .pages = &pages, .maker = &maker,
		.caller = &caller, .own_size = given->page_size != NULL,
		.paging = given->paging[0] == '\0' ? NULL : given->paging };

	pages.single = given->no_paginate;
	pages.limited = given->max_items != NULL;
	if (pages.limited)
		pages.max_items = (unsigned long)cli_number(records->cli, "--max-items", given->max_items, 0,
		    LONG_MAX);
	pipeline_start(&maker, records->cli);
	pipeline_start(&caller, records->cli);
	maker.usual_sigpipe = caller.usual_sigpipe = usual_sigpipe;
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

/* One more filter, whose text is in *text; false: *code is the exit code. */
static bool
add_owner(struct describe_options *given, struct bytes *text, const struct cli *cli, int *code)
{
	struct bytes arn = BYTES_INIT(OWNER_ARN_MAX);
	struct ssm_error err = SSM_ERROR_INIT;
	bool found = given->show_pipeline || owner_find(&arn, cli, &given->call, code);

	if (found) {
		owner_filter(text, given->show_pipeline ? VIEW(OWNER_SHOWN) : bytes_view(&arn));
		given->filters[given->filter_count++] = bytes_cstr(text);
		if (bytes_failed(text)) {
			ssm_fail_memory(&err);
			*code = cli_fail(cli, &err);
			bytes_clear(text);
			found = false;
		}
	}
	bytes_clear(&arn);
	return found;
}

int
main(int argc, char **argv)
{
	struct describe_options given = { .state = NULL };
	struct signals interrupt;
	struct records records;
	struct cli cli;
	const char *value;
	struct bytes owner = BYTES_INIT(OWNER_FILTER_MAX);
	int key, code;
	bool usual_sigpipe;

	(void)argc;
	cli_start(&cli, &tool, argv);
	while ((key = cli_option(&cli, &value)) != CLI_END)
		take_option(&cli, &given, key, value);
	check_options(&cli, &given);
	if (given.mine && !add_owner(&given, &owner, &cli, &code))
		return code;
	if (given.show_pipeline) {
		code = show(&cli, &given);
		bytes_clear(&owner);
		return code;
	}
	usual_sigpipe = signal(SIGPIPE, SIG_IGN) == SIG_DFL;	/* a stage that has ended tells so by its code */
	records_start(&records, &cli);
	records.out.no_wait = records.in.end = true;
	signals_hold(&interrupt);
	walk(&records, &interrupt, &given, usual_sigpipe);
	signals_release(&interrupt);
	bytes_clear(&owner);
	code = records_finish(&records);
	signals_obey(&interrupt);
	return code;
}
