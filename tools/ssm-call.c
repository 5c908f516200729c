/* ssm-call: signed request documents in, each sent to its host, response documents out. */
#include "calls.h"

enum {
	OPT_UNORDERED = CLI_LONG, OPT_CONNECT_TIMEOUT, OPT_READ_TIMEOUT, OPT_MAX_TIME, OPT_DEADLINE, OPT_MAX_ATTEMPTS,
	OPT_CA_BUNDLE, OPT_NO_VERIFY_SSL, OPT_METADATA, OPT_TIMING, OPT_RETRY_MODE, OPT_RATE, OPT_PROGRESS,
};

static const struct cli_option options[] = {
	{ 0, NULL, NULL, "Many at once" },
	{ 'j', "max-concurrency", "N", "requests in flight, at most (16)" },
	{ OPT_UNORDERED, "unordered", NULL, "answers as they come, not in the order of the requests" },
	{ 0, NULL, NULL, "Time" },
	{ OPT_CONNECT_TIMEOUT, "connect-timeout", "SECONDS", "to be connected in (10; 0 is no limit)" },
	{ OPT_READ_TIMEOUT, "read-timeout", "SECONDS", "longest silence after that (60; 0 is no limit)" },
	{ OPT_MAX_TIME, "max-time", "SECONDS", "for the whole of one request, retries included" },
	{ OPT_DEADLINE, "deadline", "SECONDS", "for the whole run" },
	{ OPT_RATE, "rate", "N[/s|/m]", "send no more requests than so many a second, or a minute" },
	{ 0, NULL, NULL, "Retries" },
	{ OPT_RETRY_MODE, "retry-mode", "standard|legacy|adaptive", "how to retry (standard)" },
	{ OPT_MAX_ATTEMPTS, "max-attempts", "N", "attempts in all (3; legacy 5)" },
	{ 0, NULL, NULL, "Trust" },
	{ OPT_CA_BUNDLE, "ca-bundle", "FILE", "trust these authorities in place of the system's" },
	{ OPT_NO_VERIFY_SSL, "no-verify-ssl", NULL, "trust any certificate" },
	{ 0, NULL, NULL, "Answers" },
	{ OPT_METADATA, "metadata", NULL, "add ResponseMetadata: request id, status, header fields" },
	{ OPT_TIMING, "timing", NULL, "the same, and in it ElapsedMs: how long the call took" },
	{ OPT_PROGRESS, "progress", "[=auto|always|never]", "tell on stderr how far it is (auto)" },
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
	.examples = examples,
	.libraries = libraries,
};

#define TIMEOUT_MAX 1000000		/* seconds */
#define CONNECT_TIMEOUT 10000		/* milliseconds, unless defaults_mode has another */
#define READ_TIMEOUT 60000
#define CONCURRENCY 16

struct run {
	struct call_options call;
	struct calls_options calls;
	struct http_options http;
};

static unsigned
milliseconds(const struct cli *cli, const char *option, const char *value)
{
	return (unsigned)cli_number(cli, option, value, 0, TIMEOUT_MAX) * 1000;
}

static const char *
given(const struct cli *cli, const char *option, const char *value)
{
	if (*value == '\0')
		cli_usage(cli, "option '%s' takes the name of a file", option);
	return value;
}

static void
read_options(struct cli *cli, struct run *run)
{
	struct call_options *call = &run->call;
	const char *value;
	int key;

	while ((key = cli_option(cli, &value)) != CLI_END)
		switch (key) {
		case 'j':
			run->calls.concurrency = (unsigned)cli_number(cli, "--max-concurrency", value, 1,
			    CALLS_CONCURRENCY_MAX);
			break;
		case OPT_UNORDERED: run->calls.unordered = true; break;
		case OPT_CONNECT_TIMEOUT:
			call->connect_timeout = milliseconds(cli, "--connect-timeout", value);
			call->connect_timeout_given = true;
			break;
		case OPT_READ_TIMEOUT:
			call->read_timeout = milliseconds(cli, "--read-timeout", value);
			break;
		case OPT_MAX_TIME: call->max_time = milliseconds(cli, "--max-time", value); break;
		case OPT_DEADLINE: run->calls.deadline = milliseconds(cli, "--deadline", value); break;
		case OPT_MAX_ATTEMPTS:
			cli_number(cli, "--max-attempts", value, 1, SETTINGS_ATTEMPTS_MAX);
			call->settings.max_attempts = value;
			break;
		case OPT_RETRY_MODE: call->settings.retry_mode = value; break;
		case OPT_RATE:
			if (!sendrate_parse(view_of(value), &run->calls.rate))
				cli_usage(cli, "option '--rate' takes a number of requests, as 50, 0.5/s or 100/m, "
				    "not '%s'", value);
			break;
		case OPT_PROGRESS:
			run->calls.progress = value == NULL ? PROGRESS_ALWAYS :
			    (enum progress_when)cli_word(cli, "--progress", value, progress_words);
			break;
		case OPT_CA_BUNDLE: call->settings.ca_bundle = given(cli, "--ca-bundle", value); break;
		case OPT_NO_VERIFY_SSL: run->http.no_verify = call->settings.no_verify = true; break;
		case OPT_METADATA: call->metadata = true; break;
		case OPT_TIMING: call->metadata = call->timing = true; break;
		}
	cli_operands_max(cli, 0);
	run->http.connections_max = run->calls.concurrency;
}

static void
work(struct cli *cli, const struct run *run, struct records *records, struct interrupt *interrupt)
{
	struct call_world world = { .cli = cli, .options = &run->call };
	struct ssm_error err = SSM_ERROR_INIT;

	if (http_open(&world.http, &run->http, &err) == SSM_OK)	/* while earlier stages still work */
		calls_run(records, &world, &run->calls, interrupt);
	else
		records_fail(records, &err);
	http_close(world.http);
	call_world_clear(&world);
	ssm_error_clear(&err);
}

int
main(int argc, char **argv)
{
	struct run run = { .call = { .connect_timeout = CONNECT_TIMEOUT, .read_timeout = READ_TIMEOUT },
	    .calls = { .concurrency = CONCURRENCY } };
	struct interrupt interrupt;
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
	input_start(&records.in, 0, "standard input", JSON_DOCUMENT_MAX);
	interrupt_start(&interrupt);
	work(&cli, &run, &records, &interrupt);
	code = records_finish(&records);
	interrupt_stop(&interrupt);
	interrupt_obey(&interrupt);
	return code;
}
