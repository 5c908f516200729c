/* ssm-call: signed request documents in, each sent to its host, response documents out. */
#include <signal.h>
#include <stdio.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "answerfault.h"
#include "callsettings.h"
#include "clock.h"
#include "http.h"
#include "outgoing.h"
#include "proxy.h"
#include "records.h"
#include "responsemeta.h"
#include "settings_tell.h"

enum {
	OPT_CONNECT_TIMEOUT = CLI_LONG, OPT_READ_TIMEOUT, OPT_MAX_TIME, OPT_MAX_ATTEMPTS,
	OPT_CA_BUNDLE, OPT_NO_VERIFY_SSL, OPT_METADATA,
};

static const struct cli_option options[] = {
	{ 0, NULL, NULL, "Time" },
	{ OPT_CONNECT_TIMEOUT, "connect-timeout", "SECONDS", "to be connected in (10; 0 is no limit)" },
	{ OPT_READ_TIMEOUT, "read-timeout", "SECONDS", "longest silence after that (60; 0 is no limit)" },
	{ OPT_MAX_TIME, "max-time", "SECONDS", "for the whole of one request, retries included" },
	{ OPT_MAX_ATTEMPTS, "max-attempts", "N", "attempts in all (3)" },
	{ 0, NULL, NULL, "Trust" },
	{ OPT_CA_BUNDLE, "ca-bundle", "FILE", "trust these authorities in place of the system's" },
	{ OPT_NO_VERIFY_SSL, "no-verify-ssl", NULL, "trust any certificate" },
	{ 0, NULL, NULL, "Answers" },
	{ OPT_METADATA, "metadata", NULL, "add ResponseMetadata: request id, status, header fields" },
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

static const struct cli_tool tool = {
	.name = "ssm-call",
	.synopsis = "[options] < signed-requests",
	.purpose = "Send signed request documents and print the service's answers.",
	.options = options,
	.examples = examples,
};

#define TIMEOUT_MAX 1000000		/* seconds */
#define CONNECT_TIMEOUT 10000		/* milliseconds, unless defaults_mode has another */

struct run {
	struct cli *cli;
	struct records records;
	struct http_options http_options;
	struct http *http;
	struct retry_quota quota;
	struct callsettings_options options;
	struct callsettings chosen;
	unsigned connect_timeout, read_timeout, max_time;	/* milliseconds, 0 for no limit */
	bool connect_timeout_given, metadata;
};

/* One document on its way: everything that two of them at work would not share. */
struct call {
	struct request request;
	struct expectation expected;
	struct transfer transfer;
	struct retry retry;
	struct answer_extras extras;
	struct outgoing outgoing;
	struct bytes proxy;
	uint64_t start;
};

#define CALL_INIT { .request = REQUEST_INIT, .expected = EXPECTATION_INIT, \
	.transfer = TRANSFER_INIT, .retry = RETRY_INIT, .outgoing = OUTGOING_INIT, \
	.proxy = BYTES_INIT(PROXY_URL_MAX) }

/* What the time to connect is depends on the request's region too: defaults_mode may say auto. */
static enum ssm_err
choose(struct run *run, const struct request *request, struct ssm_error *err)
{
	unsigned timeout = CONNECT_TIMEOUT;
	enum ssm_err rc;

	if ((rc = callsettings_choose(&run->chosen, run->cli, &run->options, request->profile, err)) !=
	    SSM_OK || (rc = settings_connect_timeout(run->chosen.settings, request->region, &timeout,
	    err)) != SSM_OK)
		return rc;
	if (!run->connect_timeout_given)
		run->connect_timeout = timeout;
	return SSM_OK;
}

static void
tell_proxy(const struct call *call, const struct run *run)
{
	struct setting_value value = { .text = VIEW_NONE };

	if (call->proxy.len == 0)
		return;
	value.text = bytes_view(&call->proxy);
	snprintf(value.origin, sizeof value.origin, "the environment's %.*s_proxy",
	    VIEW_ARG(call->request.url.scheme));
	settings_tell_value(run->cli, "proxy", &value);
}

static bool
draw(void *to, size_t len)
{
	return getrandom(to, len, 0) == (ssize_t)len;
}

static enum ssm_err
prepare(struct call *call, struct run *run, struct ssm_error *err)
{
	const struct request *request = &call->request;
	unsigned char random[OUTGOING_ID_BYTES];

	if (!draw(random, sizeof random))
		return ssm_fail(err, SSM_E_OTHER, "RandomError", "no random numbers to be had");
	outgoing_name(&call->outgoing, random);
	call->outgoing.user_agent = run->chosen.user_agent;
	call->transfer.url = &request->url;
	call->transfer.body = request->body;
	call->transfer.connect_timeout = run->connect_timeout;
	call->transfer.read_timeout = run->read_timeout;
	call->transfer.proxy = call->expected.proxy = bytes_view(&call->proxy);
	if (run->chosen.ca_bundle.len > 0)
		call->transfer.ca_bundle = call->expected.ca_bundle = bytes_cstr(&run->chosen.ca_bundle);
	call->start = clock_ms();
	tell_proxy(call, run);
	if (view_equal_nocase(request->url.scheme, VIEW("http")) &&
	    !url_host_is_loopback(request->url.host))
		cli_verbose(run->cli, "'%.*s' is reached without TLS", VIEW_ARG(request->url.host));
	return SSM_OK;
}

/* What is left of --max-time into *left, 0 when there is no limit; false when it is over. */
static bool
has_time(const struct call *call, const struct run *run, unsigned *left)
{
	unsigned spent = (unsigned)(clock_ms() - call->start);

	*left = run->max_time == 0 ? 0 : run->max_time - spent;
	return run->max_time == 0 || spent < run->max_time;
}

/* One line: never a header field's value (but the request id) nor a piece of a body. */
static void
tell_attempt(const struct call *call, const struct run *run)
{
	const struct answer *answer = &call->transfer.answer;
	struct view id = responsemeta_request_id(&answer->head), host = call->request.url.host;
	const char *kept = call->transfer.kept ? ", kept connection" : "";

	if (answer->failure != ANSWER_CAME)
		cli_verbose(run->cli, "'%.*s': attempt %u: no answer in %u ms: %s", VIEW_ARG(host),
		    call->retry.attempts, call->transfer.took, answer->reason);
	else
		cli_verbose(run->cli, "'%.*s': attempt %u: HTTP status %d in %u ms%s, request id %.*s",
		    VIEW_ARG(host), call->retry.attempts, answer->head.status, call->transfer.took, kept,
		    id.len > 0 ? (int)id.len : 4, id.len > 0 ? id.ptr : "none");
}

/* Waits before the next attempt; false when the time for it is not there. */
static bool
back_off(const struct call *call, const struct run *run)
{
	struct timespec delay;
	unsigned number, wait, left;

	if (!draw(&number, sizeof number))
		return false;
	wait = retry_delay(&call->retry, (double)number / 4294967296.0);
	if (!has_time(call, run, &left) || (left != 0 && wait >= left))
		return false;
	cli_verbose(run->cli, "waiting %u ms", wait);
	delay.tv_sec = (time_t)(wait / 1000);
	delay.tv_nsec = (long)(wait % 1000) * 1000000;
	nanosleep(&delay, NULL);
	return true;
}

static enum ssm_err
attempt(struct call *call, struct run *run, struct bytes *result, enum retry_class *failure,
    struct ssm_error *err)
{
	struct answer *answer = &call->transfer.answer;
	enum ssm_err rc;

	call->extras.retries = call->retry.attempts++;
	*failure = RETRY_NEVER;
	rc = outgoing_set(&call->outgoing, &call->request, call->retry.attempts,
	    run->chosen.attempts_max, err);
	if (rc != SSM_OK)
		return rc;
	call->transfer.headers = call->outgoing.headers;
	call->transfer.header_count = call->outgoing.count;
	if (has_time(call, run, &call->transfer.time_left)) {
		http_perform(run->http, &call->transfer);
		tell_attempt(call, run);
	} else {
		answer_reset(answer);
		answer->failure = ANSWER_OUT_OF_TIME;
	}
	rc = answer_read(answer, &call->expected, &call->extras, result, failure, err);
	if (rc == SSM_OK)
		retry_succeeded(&call->retry, &run->quota);
	return rc;
}

static enum ssm_err
send_until_answered(struct call *call, struct run *run, struct bytes *result, struct ssm_error *err)
{
	enum retry_class failure;
	enum retry_verdict verdict;
	enum ssm_err rc = SSM_OK;

	do {
		if ((rc = attempt(call, run, result, &failure, err)) == SSM_OK)
			return rc;
		verdict = retry_next(&call->retry, &run->quota, run->chosen.attempts_max, failure);
		if (verdict == RETRY_USED_UP)
			answerfault_used_up(&call->transfer.answer, &call->expected,
			    call->extras.retries, err);
	} while (verdict == RETRY_GO && back_off(call, run));
	return rc;
}

static void
call_clear(struct call *call)
{
	outgoing_clear(&call->outgoing);
	transfer_clear(&call->transfer);
	expectation_clear(&call->expected);
	request_clear(&call->request);
	bytes_clear(&call->proxy);
}

/* What is finished goes out before the network is waited for; with stdout lost nothing is sent. */
static enum ssm_err
call_document(void *context, struct json_doc *doc, struct bytes *result, struct ssm_error *err)
{
	struct run *run = context;
	struct call call = CALL_INIT;
	const struct json_member *id = json_member(doc, "id");
	enum ssm_err rc;

	if (!output_flush(&run->records.out))
		return SSM_OK;
	call.extras = (struct answer_extras){ id == NULL ? VIEW_NONE : id->raw, run->metadata, 0 };
	if ((rc = request_from_json(&call.request, doc, err)) == SSM_OK &&
	    (rc = outgoing_check(&call.request, err)) == SSM_OK &&
	    (rc = expectation_start(&call.expected, &call.request, err)) == SSM_OK &&
	    (rc = choose(run, &call.request, err)) == SSM_OK &&
	    (rc = proxy_choose(&call.proxy, &call.request.url, environ, err)) == SSM_OK &&
	    (rc = prepare(&call, run, err)) == SSM_OK)
		rc = send_until_answered(&call, run, result, err);
	call_clear(&call);
	return rc;
}

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
	const char *value;
	int key;

	while ((key = cli_option(cli, &value)) != CLI_END)
		switch (key) {
		case OPT_CONNECT_TIMEOUT:
			run->connect_timeout = milliseconds(cli, "--connect-timeout", value);
			run->connect_timeout_given = true;
			break;
		case OPT_READ_TIMEOUT:
			run->read_timeout = milliseconds(cli, "--read-timeout", value);
			break;
		case OPT_MAX_TIME: run->max_time = milliseconds(cli, "--max-time", value); break;
		case OPT_MAX_ATTEMPTS:
			cli_number(cli, "--max-attempts", value, 1, SETTINGS_ATTEMPTS_MAX);
			run->options.max_attempts = value;
			break;
		case OPT_CA_BUNDLE: run->options.ca_bundle = given(cli, "--ca-bundle", value); break;
		case OPT_NO_VERIFY_SSL: run->http_options.no_verify = run->options.no_verify = true; break;
		case OPT_METADATA: run->metadata = true; break;
		}
	cli_operands_max(cli, 0);
}

int
main(int argc, char **argv)
{
	struct run run = { .connect_timeout = CONNECT_TIMEOUT, .read_timeout = 60000,
	    .quota = RETRY_QUOTA_INIT, .chosen = CALLSETTINGS_INIT };
	struct ssm_error err = SSM_ERROR_INIT;
	struct cli cli;
	enum ssm_err rc;

	(void)argc;
	cli_start(&cli, &tool, argv);
	run.cli = &cli;
	read_options(&cli, &run);
	signal(SIGPIPE, SIG_IGN);		/* a server that hangs up is no end of ours */
	if (run.http_options.no_verify)
		cli_warn(&cli, "certificates are not verified: any server can take the host's place");
	rc = http_open(&run.http, &run.http_options, &err);	/* while earlier stages still work */
	records_start(&run.records, &cli);
	input_start(&run.records.in, 0, "standard input", JSON_DOCUMENT_MAX);
	if (rc == SSM_OK)
		records_documents(&run.records, call_document, &run);
	else
		records_fail(&run.records, &err);
	ssm_error_clear(&err);
	http_close(run.http);
	callsettings_clear(&run.chosen);
	return records_finish(&run.records);
}
