#include "calls/call.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/errordocument.h"
#include "cli/settings_tell.h"
#include "core/clock.h"
#include "format/format.h"
#include "format/members.h"
#include "json/value.h"
#include "service/answerfault.h"
#include "service/responsemeta.h"

#define RESULT_MAX ((size_t)24 * 1024 * 1024)
#define PRINTED_MAX ((size_t)128 * 1024 * 1024)	/* as much as ssm-format prints of it */
#define TREE_MAX ((size_t)1024 * 1024 * 1024)
#define WAIT_UNTOLD 60000		/* a longer one looks like a hang */

static const struct call call_init = { .rc = SSM_OK, .result = BYTES_INIT(RESULT_MAX),
	.err = SSM_ERROR_INIT, .text = BYTES_INIT(JSON_DOCUMENT_MAX), .document = JSON_DOC_INIT,
	.request = REQUEST_INIT, .exchange = EXCHANGE_INIT };

struct call *
call_new(struct call_context *context, size_t number)
{
	struct call *call = TAILQ_FIRST(&context->idle);

	if (call != NULL)
		TAILQ_REMOVE(&context->idle, call, open);
	else
		call = malloc(sizeof *call);
	if (call != NULL) {
		*call = call_init;
		call->number = number;
	}
	return call;
}

static void
unref(struct profile_settings *settings)
{
	if (settings == NULL || --settings->users > 0)
		return;
	callsettings_clear(&settings->chosen);
	bytes_clear(&settings->region);
	free(settings);
}

/* What only sending takes. */
static void
release(struct call *call)
{
	if (call->released)
		return;
	call->released = true;
	exchange_clear(&call->exchange);
	request_clear(&call->request);
	unref(call->settings);
	call->settings = NULL;
}

void
call_free(struct call *call, struct call_context *context)
{
	release(call);
	json_clear(&call->document);
	bytes_clear(&call->text);
	bytes_clear(&call->result);
	ssm_error_clear(&call->err);
	TAILQ_INSERT_HEAD(&context->idle, call, open);
}

void
call_context_start(struct call_context *context, double rate)
{
	exchange_shared_start(&context->shared, rate);
	TAILQ_INIT(&context->idle);
}

void
call_context_clear(struct call_context *context)
{
	struct call *call;

	unref(context->newest);
	context->newest = NULL;
	while ((call = TAILQ_FIRST(&context->idle)) != NULL) {
		TAILQ_REMOVE(&context->idle, call, open);
		free(call);
	}
}

static enum exchange_step
done(struct call *call, enum ssm_err rc)
{
	call->rc = rc;
	release(call);
	return EXCHANGE_DONE;
}

void
call_fail(struct call *call, struct ssm_error *err)
{
	ssm_error_clear(&call->err);
	call->err = *err;
	*err = (struct ssm_error)SSM_ERROR_INIT;
	done(call, call->err.rc);
}

struct view
call_id(const struct call *call)
{
	const struct json_member *id = json_member(&call->document, "id");

	return id == NULL ? VIEW_NONE : id->raw;
}

/* Settings for this profile: the newest ones, or some of its own. */
static enum ssm_err
choose_profile(struct call *call, struct call_context *context)
{
	struct view profile = call->request.profile;
	struct profile_settings *settings = context->newest;
	enum ssm_err rc;

	if (settings == NULL || !view_equal(bytes_view(&settings->chosen.profile), profile)) {
		if ((settings = calloc(1, sizeof *settings)) == NULL)
			return ssm_fail_memory(&call->err);
		settings->chosen = (struct callsettings)CALLSETTINGS_INIT;
		settings->region = (struct bytes)BYTES_INIT(JSON_DOCUMENT_MAX);
		settings->users = 1;
		rc = callsettings_choose(&settings->chosen, context->cli, &context->options->settings,
		    profile, &call->err);
		if (rc != SSM_OK) {
			unref(settings);
			return rc;
		}
		unref(context->newest);
		context->newest = settings;
	}
	settings->users++;
	call->settings = settings;
	return SSM_OK;
}

/* What the time to connect is depends on the request's region too: defaults_mode may say auto. */
static enum ssm_err
choose_connect_timeout(struct profile_settings *settings, struct view region, unsigned standard,
    struct ssm_error *err)
{
	enum ssm_err rc;

	if (settings->timed && view_equal(bytes_view(&settings->region), region))
		return SSM_OK;
	settings->timed = false;
	settings->connect_timeout = standard;
	bytes_set(&settings->region, region);
	rc = settings_connect_timeout(settings->chosen.settings, region, &settings->connect_timeout, err);
	settings->timed = rc == SSM_OK && !bytes_failed(&settings->region);
	return rc;
}

static enum ssm_err
choose_rules(struct call *call, const struct call_options *options, struct exchange_rules *rules)
{
	const struct callsettings *chosen = &call->settings->chosen;
	enum ssm_err rc;

	*rules = (struct exchange_rules){ .mode = chosen->retry_mode,
	    .attempts_max = chosen->attempts_max, .user_agent = chosen->user_agent,
	    .ca_bundle = chosen->ca_bundle.len > 0 ? chosen->ca_bundle.ptr : NULL,
	    .connect_timeout = options->connect_timeout, .read_timeout = options->read_timeout,
	    .attempt_timeout = options->attempt_timeout, .max_time = options->max_time, .heeds_retry_after = true, .signed_before = true };
	if (options->connect_timeout_given)
		return SSM_OK;
	rc = choose_connect_timeout(call->settings, call->request.region, options->connect_timeout, &call->err);
	rules->connect_timeout = call->settings->connect_timeout;
	return rc;
}

static void
tell_way(const struct call *call, const struct call_context *context)
{
	const struct url *url = &call->request.url;
	struct setting_value value = { .text = bytes_view(&call->exchange.proxy) };

	if (value.text.len > 0) {
		snprintf(value.origin, sizeof value.origin, "the environment's %.*s_proxy",
		    VIEW_ARG(url->scheme));
		settings_tell_value(context->cli, "proxy", &value);
	}
	if (context->cli->verbose && view_equal_nocase(url->scheme, VIEW("http")) && !url_host_is_loopback(url->host))
		cli_verbose(context->cli, "'%.*s' is reached without TLS", VIEW_ARG(url->host));
}

static enum ssm_err
read_request(struct call *call, struct call_context *context)
{
	struct exchange *exchange = &call->exchange;
	struct ssm_error *err = &call->err;
	struct exchange_rules rules;
	enum ssm_err rc;

	if ((rc = request_from_json(&call->request, &call->document, err)) != SSM_OK ||
	    (rc = wire_headers_check(&call->request, err)) != SSM_OK ||
	    (rc = expectation_start(&exchange->expected, &call->request, err)) != SSM_OK ||
	    (rc = choose_profile(call, context)) != SSM_OK ||
	    (rc = choose_rules(call, context->options, &rules)) != SSM_OK ||
	    (rc = exchange_start(exchange, &call->request, &rules, err)) != SSM_OK)
		return rc;
	exchange->transfer.owner = call;
	tell_way(call, context);
	return SSM_OK;
}

enum exchange_step
call_open(struct call *call, struct call_context *context, struct view text,
    const struct json_scan *scan)
{
	bool is_error;
	enum ssm_err rc;

	bytes_set(&call->text, text);
	if (bytes_failed(&call->text))
		return done(call, ssm_fail_memory(&call->err));
	if ((rc = json_adopt(&call->document, bytes_view(&call->text), scan, &call->err)) != SSM_OK)
		return done(call, rc);
	if ((rc = errordocument_is(&call->document, &is_error, &call->err)) != SSM_OK)
		return done(call, rc);
	if (is_error) {
		bytes_set(&call->result, bytes_view(&call->text));
		return done(call, SSM_OK);
	}
	rc = read_request(call, context);
	return rc == SSM_OK ? EXCHANGE_SEND : done(call, rc);
}

/* One line: never a header field's value (but the request id) nor a piece of a body. */
static void
tell_attempt(const struct call *call, const struct cli *cli)
{
	const struct transfer *transfer = &call->exchange.transfer;
	const struct response *answer = &transfer->response;
	struct view host = call->request.url.host;
	unsigned attempt = call->exchange.retry.attempts;
	char id[RESPONSEMETA_ID_MAX];

	if (!cli->verbose)
		return;
	responsemeta_request_id(id, &answer->head, &call->request);

	if (answer->failure != RESPONSE_CAME)
		cli_verbose(cli, "'%.*s': attempt %u: no answer in %u ms: %s", VIEW_ARG(host), attempt,
		    transfer->took, answer->reason);
	else
		cli_verbose(cli, "'%.*s': attempt %u: HTTP status %d in %u ms%s, request id %s",
		    VIEW_ARG(host), attempt, answer->head.status, transfer->took,
		    transfer->kept ? ", kept connection" : "", *id != '\0' ? id : "none");
}

/* A long one is told to everybody, but of many at a time one. */
static void
tell_wait(const struct call *call, struct call_context *context)
{
	const struct exchange *exchange = &call->exchange;

	cli_verbose(context->cli, "waiting %u ms", exchange->wait);
	if (exchange->wait <= WAIT_UNTOLD || clock_ms() < context->told)
		return;
	context->told = exchange->due;
	cli_warn(context->cli, "record %zu waits %u s for attempt %u%s%.*s%s; --max-time sets a limit",
	    call->number, exchange->wait / 1000, exchange->retry.attempts + 1, exchange->asked ? ", as '" : "",
	    exchange->asked ? (int)call->request.url.host.len : 0, call->request.url.host.ptr,
	    exchange->asked ? "' asks" : "");
}

/* Puts what the AWS CLI prints of the answer in its place. */
static enum ssm_err
print_as_aws(struct call *call, const struct call_options *options)
{
	struct members_shown shown = { call->exchange.expected.operation, options->metadata,
	    call->settings->chosen.wire_times };
	struct format_how how = { .compact = options->compact, .terminal = options->terminal };
	struct bytes text = BYTES_INIT(PRINTED_MAX);
	struct arena arena = ARENA_INIT(TREE_MAX);
	const struct value *value;
	enum ssm_err rc;

	rc = members_select(&value, &arena, value_of_json(&arena, bytes_view(&call->result)), &shown, &call->err);
	if (rc == SSM_OK)
		rc = format_json(&text, value, &arena, &how, &call->err);
	if (rc == SSM_OK && bytes_failed(&text))
		rc = ssm_fail_memory(&call->err);
	arena_clear(&arena);
	bytes_clear(&call->result);
	call->result = text;
	call->is_text = true;
	return rc;
}

/* The answer, or why there is none, and what is to be done then. */
static enum exchange_step
settle(struct call *call, struct call_context *context)
{
	const struct call_options *options = context->options;
	struct exchange *exchange = &call->exchange;
	const struct response *answer = &exchange->transfer.response;
	struct json_scan scan JSON_SCAN_UNCLEARED;
	struct answer_extras extras = { .scan = &scan, .id = call_id(call), .metadata = options->metadata,
	    .timing = options->timing, .retries = exchange_retries(exchange) };
	enum retry_class failure;
	enum exchange_step step;
	enum ssm_err rc;

	ssm_error_clear(&call->err);
	exchange_received(exchange, &scan);
	extras.now = exchange->received;
	extras.elapsed = exchange->elapsed;
	rc = answer_read(answer, &exchange->expected, &extras, &call->result, &failure, &call->err);
	step = exchange_settle(exchange, &context->shared, rc == SSM_OK, failure, &call->err);
	if (exchange->used_up)
		answerfault_used_up(answer, &exchange->expected, extras.retries, &call->err);
	if (rc != SSM_OK && options->timing)
		responsemeta_add_elapsed(&call->err.metadata, extras.elapsed);
	if (step == EXCHANGE_WAIT)
		tell_wait(call, context);
	if (step != EXCHANGE_DONE)
		return step;
	return done(call, rc == SSM_OK && options->aws_json ? print_as_aws(call, options) : call->err.rc);
}

enum exchange_step
call_send(struct call *call, struct call_context *context)
{
	return exchange_send(&call->exchange, &context->shared) ? EXCHANGE_IN_FLIGHT :
	    settle(call, context);
}

enum exchange_step
call_answered(struct call *call, struct call_context *context)
{
	tell_attempt(call, context->cli);
	return settle(call, context);
}
