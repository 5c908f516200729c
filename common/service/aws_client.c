#include "service/aws_client.h"

#include <stdlib.h>
#include <time.h>

#include "http/useragent.h"
#include "service/answerfault.h"
#include "service/exchange.h"
#include "service/signatureage.h"
#include "sign/signer.h"

#define CONNECT_TIMEOUT 10000		/* as ssm-call */
#define READ_TIMEOUT 60000
#define ATTEMPT_TIMEOUT 60000		/* keys are short: who sends them slower keeps everybody waiting */
#define HTTP_WAIT_MAX 60000
#define HEADERS_MAX 32			/* of a caller and of signing together */
#define SIGNING_HEADERS 3		/* that signing adds at most */

struct aws_client {
	const struct settings *settings;
	struct http_options options;
	struct exchange_shared shared;	/* http from the first call on: libcurl takes milliseconds to start */
	struct signer *signer;
	struct bytes ca_bundle;
	enum retry_mode mode;		/* as configured, with the User-Agent */
	unsigned attempts_max;		/* as configured; 0 until it is asked for */
	long long skew;			/* seconds that this machine's clock was found to be ahead by */
	char user_agent[USERAGENT_MAX];
};

/* The state of one call. */
struct call {
	const struct aws_client_request *wanted;
	struct request request;
	struct header_field headers[HEADERS_MAX];
	struct signature signature;
	struct exchange exchange;
};

#define CALL_INIT { .request = REQUEST_INIT, .signature = SIGNATURE_INIT, .exchange = EXCHANGE_INIT }

enum ssm_err
aws_client_open(struct aws_client **client, const struct settings *settings, struct ssm_error *err)
{
	struct aws_client *new = malloc(sizeof *new);

	*client = NULL;
	if (new == NULL)
		return ssm_fail_memory(err);
	*new = (struct aws_client){ .settings = settings, .ca_bundle = BYTES_INIT(JSON_DOCUMENT_MAX) };
	exchange_shared_start(&new->shared, 0);
	*client = new;
	return SSM_OK;
}

void
aws_client_close(struct aws_client *client)
{
	if (client == NULL)
		return;
	http_close(client->shared.http);
	signer_free(client->signer);
	bytes_clear(&client->ca_bundle);
	free(client);
}

void
aws_client_response_clear(struct aws_client_response *response)
{
	httphead_clear(&response->head);
	bytes_clear(&response->body);
	*response = (struct aws_client_response)AWS_CLIENT_RESPONSE_INIT;
}

static enum ssm_err
set_url(struct call *call, struct ssm_error *err)
{
	struct url *url = &call->request.url;
	enum ssm_err rc = url_parse(url, call->wanted->url, "the endpoint URL", err);

	if (rc != SSM_OK)
		return err->rc = SSM_E_CONFIG;
	if (!view_equal_nocase(url->scheme, VIEW("https")) &&
	    !view_equal_nocase(url->scheme, VIEW("http")))
		return url_fail(url, SSM_E_CONFIG, "the endpoint URL", url->scheme.ptr,
		    "a scheme that is neither http nor https", err);
	return SSM_OK;
}

static enum ssm_err
set_headers(struct call *call, struct ssm_error *err)
{
	const struct aws_client_request *wanted = call->wanted;

	if (wanted->header_count > HEADERS_MAX - SIGNING_HEADERS)
		return ssm_fail(err, SSM_E_OTHER, "InvalidDocument", "a call with more than %d headers",
		    HEADERS_MAX - SIGNING_HEADERS);
	for (size_t i = 0; i < wanted->header_count; i++) {
		if (!request_value_is_safe(wanted->headers[i].value))
			return ssm_fail(err, SSM_E_CONFIG, "InvalidHeader",
			    "header '%.*s' would hold a control character",
			    VIEW_ARG(wanted->headers[i].name));
		call->headers[i] = wanted->headers[i];
	}
	call->request.headers = call->headers;
	call->request.header_count = wanted->header_count;
	return SSM_OK;
}

static enum ssm_err
set_request(struct call *call, struct ssm_error *err)
{
	enum ssm_err rc = set_url(call, err);

	call->request.method = view_of(call->wanted->method);
	call->request.body = call->wanted->body;
	return rc == SSM_OK ? set_headers(call, err) : rc;
}

/* Settings are looked up when the first call needs them: who makes none is not told of a bad one. */
static enum ssm_err
set_retries(struct aws_client *client, const struct aws_client_request *wanted,
    struct exchange_rules *rules, struct ssm_error *err)
{
	struct setting_value app_id;
	enum ssm_err rc;

	if (client->user_agent[0] == '\0') {
		if ((rc = settings_retry_mode(client->settings, NULL, &client->mode, err)) != SSM_OK ||
		    (rc = settings_app_id(client->settings, &app_id, err)) != SSM_OK)
			return rc;
		useragent_format(client->user_agent, view_of(retry_mode_name(client->mode)),
		    app_id.text);
	}
	if (wanted->attempts_max == 0 && client->attempts_max == 0 && (rc = settings_attempts(
	    client->settings, client->mode, &client->attempts_max, err)) != SSM_OK)
		return rc;
	rules->mode = client->mode;
	rules->user_agent = client->user_agent;
	rules->attempts_max = wanted->attempts_max > 0 ? wanted->attempts_max : client->attempts_max;
	return SSM_OK;
}

static enum ssm_err
set_timeouts(const struct aws_client *client, const struct aws_client_request *wanted,
    struct exchange_rules *rules, struct ssm_error *err)
{
	rules->connect_timeout = wanted->timeout > 0 ? wanted->timeout : CONNECT_TIMEOUT;
	rules->read_timeout = wanted->timeout > 0 ? wanted->timeout : READ_TIMEOUT;
	rules->attempt_timeout = rules->read_timeout > ATTEMPT_TIMEOUT ? rules->read_timeout : ATTEMPT_TIMEOUT;
	return wanted->timeout > 0 ? SSM_OK : settings_connect_timeout(client->settings,
	    wanted->region, &rules->connect_timeout, err);
}

/* The authorities that the user trusts: looked up for TLS alone. */
static enum ssm_err
set_trust(struct aws_client *client, const struct url *url, struct exchange_rules *rules,
    struct ssm_error *err)
{
	struct setting_value value;
	enum ssm_err rc;

	if (view_equal_nocase(url->scheme, VIEW("http")))
		return SSM_OK;
	if (client->ca_bundle.len == 0) {
		if ((rc = settings_ca_bundle(client->settings, NULL, &client->ca_bundle, &value,
		    err)) != SSM_OK || client->ca_bundle.len == 0)
			return rc;
	}
	rules->ca_bundle = bytes_cstr(&client->ca_bundle);
	return rules->ca_bundle == NULL ? ssm_fail_memory(err) : SSM_OK;
}

static enum ssm_err
prepare(struct aws_client *client, struct call *call, struct ssm_error *err)
{
	const struct aws_client_request *wanted = call->wanted;
	struct exchange_rules rules = { .direct = wanted->direct, .pause = wanted->pause };
	enum ssm_err rc;

	if ((rc = set_request(call, err)) != SSM_OK ||
	    (rc = set_retries(client, wanted, &rules, err)) != SSM_OK ||
	    (rc = set_timeouts(client, wanted, &rules, err)) != SSM_OK ||
	    (rc = set_trust(client, &call->request.url, &rules, err)) != SSM_OK)
		return rc;
	if (wanted->who != NULL && client->signer == NULL && (client->signer = signer_new()) == NULL)
		return ssm_fail_memory(err);
	if (client->shared.http == NULL &&
	    (rc = http_open(&client->shared.http, &client->options, err)) != SSM_OK)
		return rc;
	return exchange_start(&call->exchange, &call->request, &rules, err);
}

static void
add_header(struct call *call, struct view name, struct view value)
{
	call->headers[call->request.header_count++] = (struct header_field){ name, value };
}

/* A signature is good for one attempt: the next has another time. */
static enum ssm_err
sign(struct aws_client *client, struct call *call, struct ssm_error *err)
{
	const struct aws_client_request *wanted = call->wanted;
	const struct credentials *who = wanted->who;
	enum ssm_err rc;

	call->request.header_count = wanted->header_count;
	if (who == NULL)
		return SSM_OK;
	rc = signer_sign(client->signer, &call->request, who, wanted->region, wanted->service,
	    time(NULL) - (time_t)client->skew, &call->signature, err);
	if (rc != SSM_OK)
		return rc;
	add_header(call, VIEW("x-amz-date"), view_of(call->signature.amz_date));
	if (who->session_token.len > 0)
		add_header(call, VIEW("x-amz-security-token"), bytes_view(&who->session_token));
	add_header(call, VIEW("authorization"), bytes_view(&call->signature.authorization));
	return SSM_OK;
}

/* Whether there is an answer, and what it or its absence makes of another try. */
static enum ssm_err
judge(const struct call *call, enum retry_class *failure, struct ssm_error *err)
{
	const struct response *answer = &call->exchange.transfer.response;
	enum retry_mode mode = call->exchange.rules.mode;
	struct view body = bytes_view(&answer->body);
	int status = answer->head.status;
	char code[ANSWERFAULT_CODE_MAX];

	*failure = RETRY_NEVER;
	if (answer->failure != RESPONSE_CAME)
		return answerfault_transport(answer, &call->exchange.expected, failure, err);
	if (call->wanted->retryable != NULL) {
		*failure = call->wanted->retryable(mode, status, body) ? RETRY_TRANSIENT : RETRY_NEVER;
	} else if (status < 200 || status > 299) {
		answerfault_code(code, &answer->head, body);
		*failure = retry_class_of_error(mode, status, view_of(code));
	}
	return SSM_OK;
}

static void
sleep_for(unsigned wait)
{
	const struct timespec delay = { .tv_sec = (time_t)(wait / 1000),
	    .tv_nsec = (long)(wait % 1000) * 1000000 };

	if (wait > 0)
		nanosleep(&delay, NULL);
}

/* One attempt, waited for. */
static enum exchange_step
attempt(struct aws_client *client, struct call *call, enum ssm_err *rc, struct ssm_error *err)
{
	struct exchange *exchange = &call->exchange;
	struct http *http = client->shared.http;
	struct json_scan scan JSON_SCAN_UNCLEARED;
	enum retry_class failure;
	int status;

	sleep_for(exchange_hold(exchange, &client->shared));
	if ((*rc = sign(client, call, err)) != SSM_OK)
		return EXCHANGE_DONE;
	if (exchange_send(exchange, &client->shared))
		while (http_next(http) == NULL)
			http_wait(http, -1, HTTP_WAIT_MAX);
	exchange_received(exchange, &scan);
	*rc = judge(call, &failure, err);
	status = exchange->transfer.response.head.status;
	return exchange_settle(exchange, &client->shared, *rc == SSM_OK && failure == RETRY_NEVER &&
	    status >= 200 && status < 300, failure, err);
}

/* Hands head and body over. */
static void
take_response(struct aws_client_response *response, struct exchange *exchange)
{
	struct response *answer = &exchange->transfer.response;

	response->status = answer->head.status;
	response->head = answer->head;
	response->body = answer->body;
	answer->head = (struct httphead)HTTPHEAD_INIT;
	answer->body = (struct bytes)BYTES_INIT(RESPONSE_BODY_MAX);
}

/* Once a client: a signature that was refused for this machine's clock is made with the service's time. */
static bool
corrects_clock(struct aws_client *client, const struct call *call)
{
	const struct response *answer = &call->exchange.transfer.response;

	return call->wanted->who != NULL && client->skew == 0 && signatureage_find_skew(&answer->head,
	    bytes_view(&answer->body), call->exchange.received, &client->skew);
}

static enum ssm_err
call_until_answered(struct aws_client *client, struct call *call,
    struct aws_client_response *response, struct ssm_error *err)
{
	struct exchange *exchange = &call->exchange;
	enum ssm_err rc;

	do
		while (attempt(client, call, &rc, err) == EXCHANGE_WAIT)
			sleep_for(exchange->wait);
	while (rc == SSM_OK && corrects_clock(client, call));
	response->retries = exchange_retries(exchange);
	response->used_up = exchange->used_up;
	if (rc != SSM_OK)
		return rc;
	ssm_error_clear(err);			/* an earlier attempt's */
	take_response(response, exchange);
	return SSM_OK;
}

long long
aws_client_skew(const struct aws_client *client)
{
	return client->skew;
}

enum ssm_err
aws_client_call(struct aws_client *client, const struct aws_client_request *request,
    struct aws_client_response *response, struct ssm_error *err)
{
	struct call call = CALL_INIT;
	enum ssm_err rc;

	aws_client_response_clear(response);
	call.wanted = request;
	if ((rc = prepare(client, &call, err)) == SSM_OK)
		rc = call_until_answered(client, &call, response, err);
	exchange_clear(&call.exchange);
	signature_clear(&call.signature);
	return rc;
}
