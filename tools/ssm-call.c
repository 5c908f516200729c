/* ssm-call: signed request documents in, each sent to its host, response documents out. */
#include "calls/calls.h"
#include "cli/calloptions.h"
#include "retry/sendrate.h"

enum { OPT_OUTPUT = CLI_LONG };

static const struct cli_option options[] = {
	{ 0, NULL, NULL, "Many at once" },
	CALLOPTION(MAX_CONCURRENCY),
	CALLOPTION(UNORDERED),
	{ 0, NULL, NULL, "Time" },
	CALLOPTION(CONNECT_TIMEOUT),
	CALLOPTION(READ_TIMEOUT),
	CALLOPTION(ATTEMPT_TIMEOUT),
	CALLOPTION(MAX_TIME),
	CALLOPTION(DEADLINE),
	CALLOPTION(RATE),
	{ 0, NULL, NULL, "Retries" },
	CALLOPTION(RETRY_MODE),
	CALLOPTION(MAX_ATTEMPTS),
	{ 0, NULL, NULL, "Trust" },
	CALLOPTION(CA_BUNDLE),
	CALLOPTION(NO_VERIFY_SSL),
	{ 0, NULL, NULL, "Answers" },
	{ OPT_OUTPUT, "output", "json", "answers as the AWS CLI prints them" },
	CALLOPTION(METADATA),
	CALLOPTION(TIMING),
	CALLOPTION(PROGRESS),
	CLI_DOCUMENT_OPTIONS,
	CLI_COMMON_OPTIONS,
	CLI_OPTIONS_END,
};

static const char *const examples[] = {
	"ssm-request resume-session --session-id \"$id\" | ssm-sign | ssm-call",
	"ssm-call --metadata --max-attempts 1 < signed.json",
	"ssm-call --errors inline < signed.ndjson > answers.ndjson",
	NULL,
};

static void (*const libraries[])(struct bytes *) = { http_library, NULL };

static const struct cli_tool tool = {
	.name = "ssm-call",
	.synopsis = "[options] < signed-requests",
	.purpose = "Send signed request documents and print the service's answers.",
	.options = options,
	.shared = calloptions_row,
	.examples = examples,
	.libraries = libraries,
};

struct run {
	struct call_options call;
	struct calls_options calls;
	struct http_options http;
};

static unsigned
milliseconds(const struct calloptions *given, enum calloption option)
{
	return calloptions_number(given, option) * 1000;
}

/* Who allows a longer silence, or any, allows the attempt it. */
static unsigned
choose_attempt_timeout(const struct calloptions *given, unsigned read_timeout)
{
	unsigned whole = milliseconds(given, CALLOPTION_ATTEMPT_TIMEOUT);

	if (calloptions_has(given, CALLOPTION_ATTEMPT_TIMEOUT))
		return whole;
	return read_timeout == 0 || read_timeout > whole ? read_timeout : whole;
}

static void
choose_call(struct call_options *call, const struct calloptions *given)
{
	call->connect_timeout = milliseconds(given, CALLOPTION_CONNECT_TIMEOUT);
	call->connect_timeout_given = calloptions_has(given, CALLOPTION_CONNECT_TIMEOUT);
	call->read_timeout = milliseconds(given, CALLOPTION_READ_TIMEOUT);
	call->attempt_timeout = choose_attempt_timeout(given, call->read_timeout);
	call->max_time = milliseconds(given, CALLOPTION_MAX_TIME);
	call->settings.max_attempts = given->values[CALLOPTION_MAX_ATTEMPTS];
	call->settings.retry_mode = given->values[CALLOPTION_RETRY_MODE];
	call->settings.ca_bundle = given->values[CALLOPTION_CA_BUNDLE];
	call->settings.no_verify = calloptions_has(given, CALLOPTION_NO_VERIFY_SSL);
	call->timing = calloptions_has(given, CALLOPTION_TIMING);
	call->metadata = call->timing || calloptions_has(given, CALLOPTION_METADATA);
}

static void
choose_calls(struct calls_options *calls, const struct cli *cli, const struct calloptions *given)
{
	const char *rate = given->values[CALLOPTION_RATE], *progress = given->values[CALLOPTION_PROGRESS];

	calls->concurrency = calloptions_number(given, CALLOPTION_MAX_CONCURRENCY);
	calls->unordered = calloptions_has(given, CALLOPTION_UNORDERED);
	calls->deadline = milliseconds(given, CALLOPTION_DEADLINE);
	if (rate != NULL)
		sendrate_parse(view_of(rate), &calls->rate);
	if (progress != NULL)
		calls->progress = *progress == '\0' ? PROGRESS_ALWAYS :
		    (enum progress_when)cli_word(cli, "--progress", progress, VIEW(PROGRESS_WORDS));
}

static void
read_options(struct cli *cli, struct run *run)
{
	struct calloptions given = { .values = { NULL } };
	const char *value;
	int key;

	while ((key = cli_option(cli, &value)) != CLI_END)
		if (key == OPT_OUTPUT)
			run->call.aws_json = true;
		else
			calloptions_take(&given, cli, key, value);
	cli_operands_max(cli, 0);
	choose_call(&run->call, &given);
	choose_calls(&run->calls, cli, &given);
	run->call.settings.times = run->call.aws_json;
	run->call.compact = cli->compact;
	run->http.no_verify = run->call.settings.no_verify;
	run->http.connections_max = run->calls.concurrency;
}

static void
work(struct cli *cli, const struct run *run, struct records *records, struct signals *interrupt)
{
	struct call_context context = { .cli = cli, .options = &run->call };
	struct ssm_error err = SSM_ERROR_INIT;

	if (http_open(&context.shared.http, &run->http, &err) == SSM_OK)	/* while earlier stages still work */
		calls_run(records, &context, &run->calls, interrupt);
	else
		records_fail(records, &err);
	http_close(context.shared.http);
	call_context_clear(&context);
	ssm_error_clear(&err);
}

int
main(int argc, char **argv)
{
	struct run run = { .calls = { .rate = 0 } };
	struct signals interrupt;
	struct records records;
	struct cli cli;
	int code;

	(void)argc;
	cli_start(&cli, &tool, argv);
	read_options(&cli, &run);
	signal(SIGPIPE, SIG_IGN);		/* a server that hangs up is no end of ours */
	if (run.http.no_verify)
		cli_warn(&cli, "certificates are not verified: any server can take the host's place");
	records_start(&records, &cli);
	run.call.terminal = records.out.terminal;
	input_start(&records.in, 0, "standard input", JSON_DOCUMENT_MAX);
	signals_hold(&interrupt);
	work(&cli, &run, &records, &interrupt);
	code = records_finish(&records);
	signals_release(&interrupt);
	signals_obey(&interrupt);
	cli_end(code);
}
