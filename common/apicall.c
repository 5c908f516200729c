#include "apicall.h"

#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "answerfault.h"
#include "clock.h"
#include "http.h"
#include "outgoing.h"
#include "proxy.h"
#include "signer.h"
#include "useragent.h"

#define CONNECT_TIMEOUT 10000		/* as ssm-call */
#define READ_TIMEOUT 60000
#define HEADERS_MAX 32			/* of a caller and of signing together */
#define OWN_HEADERS 3			/* that signing, or a direct call, adds at most */

struct apicall {
	const struct settings *settings;
	struct http_options options;
	struct http *http;		/* from the first call on: libcurl takes milliseconds to start */
	struct signer *signer;
	struct retry_quota quota;
	struct bytes ca_bundle;
	enum retry_mode mode;		/* as configured, with the User-Agent */
	unsigned attempts_max;		/* as configured; 0 until it is asked for */
	char user_agent[USERAGENT_MAX];
};

/* One call on its way. */
struct call {
	const struct apicall_request *wanted;
	struct request request;
	struct request_header headers[HEADERS_MAX];
	struct expectation expected;
	struct outgoing outgoing;
	struct signature signature;
	struct transfer transfer;
	struct retry retry;
	struct bytes proxy;
	unsigned attempts_max;
};

#define CALL_INIT { .request = REQUEST_INIT, .expected = EXPECTATION_INIT, .outgoing = OUTGOING_INIT, \
	.signature = SIGNATURE_INIT, .transfer = TRANSFER_INIT, .retry = RETRY_INIT, \
	.proxy = BYTES_INIT(PROXY_URL_MAX) }

enum ssm_err
apicall_open(struct apicall **calls, const struct settings *settings, struct ssm_error *err)
{
	struct apicall *new = malloc(sizeof *new);

	*calls = NULL;
	if (new == NULL)
		return ssm_fail_memory(err);
	*new = (struct apicall){ .settings = settings, .quota = RETRY_QUOTA_INIT,
	    .ca_bundle = BYTES_INIT(JSON_DOCUMENT_MAX) };
	*calls = new;
	return SSM_OK;
}

void
apicall_close(struct apicall *calls)
{
	if (calls == NULL)
		return;
	http_close(calls->http);
	signer_free(calls->signer);
	bytes_clear(&calls->ca_bundle);
	free(calls);
}

void
apicall_result_clear(struct apicall_result *result)
{
	httphead_clear(&result->head);
	bytes_clear(&result->body);
	*result = (struct apicall_result)APICALL_RESULT_INIT;
}

static enum ssm_err
set_user_agent(struct apicall *calls, struct ssm_error *err)
{
	struct setting_value app_id;
	enum ssm_err rc;

	if ((rc = settings_retry_mode(calls->settings, NULL, &calls->mode, err)) == SSM_OK &&
	    (rc = settings_app_id(calls->settings, &app_id, err)) == SSM_OK)
		useragent_format(calls->user_agent, view_of(retry_mode_name(calls->mode)), app_id.text);
	return rc;
}

static enum ssm_err
set_timeouts(const struct apicall *calls, struct call *call, struct ssm_error *err)
{
	const struct apicall_request *wanted = call->wanted;
	struct transfer *transfer = &call->transfer;

	transfer->connect_timeout = wanted->timeout > 0 ? wanted->timeout : CONNECT_TIMEOUT;
	transfer->read_timeout = wanted->timeout > 0 ? wanted->timeout : READ_TIMEOUT;
	return wanted->timeout > 0 ? SSM_OK : settings_connect_timeout(calls->settings,
	    wanted->region, &transfer->connect_timeout, err);
}

/* Settings are looked up when the first call needs them: who makes none is not told of a bad one. */
static enum ssm_err
start(struct apicall *calls, struct call *call, struct ssm_error *err)
{
	const struct apicall_request *wanted = call->wanted;
	enum ssm_err rc;

	if (wanted->who != NULL && calls->signer == NULL && (calls->signer = signer_new()) == NULL)
		return ssm_fail_memory(err);
	if ((calls->user_agent[0] == '\0' && (rc = set_user_agent(calls, err)) != SSM_OK) ||
	    (wanted->attempts_max == 0 && calls->attempts_max == 0 &&
	    (rc = settings_attempts(calls->settings, calls->mode, &calls->attempts_max, err)) != SSM_OK) ||
	    (rc = set_timeouts(calls, call, err)) != SSM_OK)
		return rc;
	return calls->http != NULL ? SSM_OK : http_open(&calls->http, &calls->options, err);
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
	const struct apicall_request *wanted = call->wanted;

	call->request.headers = call->headers;
	if (wanted->header_count > HEADERS_MAX - OWN_HEADERS)
		return ssm_fail(err, SSM_E_OTHER, "InvalidDocument", "a call with more than %d headers",
		    HEADERS_MAX - OWN_HEADERS);
	for (size_t i = 0; i < wanted->header_count; i++) {
		if (!request_value_is_safe(wanted->headers[i].value))
			return ssm_fail(err, SSM_E_CONFIG, "InvalidHeader",
			    "header '%s' would hold a control character", wanted->headers[i].name);
		call->headers[i].name = view_of(wanted->headers[i].name);
		call->headers[i].value = wanted->headers[i].value;
	}
	call->request.header_count = wanted->header_count;
	return SSM_OK;
}

/* The authorities that the user trusts: looked up for TLS alone. */
static enum ssm_err
set_trust(struct apicall *calls, struct call *call, struct ssm_error *err)
{
	struct setting_value value;
	enum ssm_err rc;

	if (view_equal_nocase(call->request.url.scheme, VIEW("http")))
		return SSM_OK;
	if (calls->ca_bundle.len == 0) {
		if ((rc = settings_ca_bundle(calls->settings, NULL, &value, err)) != SSM_OK ||
		    value.text.len == 0)
			return rc;
		bytes_set(&calls->ca_bundle, value.text);
	}
	call->transfer.ca_bundle = call->expected.ca_bundle = bytes_cstr(&calls->ca_bundle);
	return call->transfer.ca_bundle == NULL ? ssm_fail_memory(err) : SSM_OK;
}

static enum ssm_err
set_name(struct apicall *calls, struct call *call, struct ssm_error *err)
{
	unsigned char random[OUTGOING_ID_BYTES];

	if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
		return ssm_fail(err, SSM_E_OTHER, "RandomError", "no random numbers to be had");
	outgoing_name(&call->outgoing, random);
	call->outgoing.user_agent = calls->user_agent;
	return SSM_OK;
}

static enum ssm_err
prepare(struct apicall *calls, struct call *call, struct ssm_error *err)
{
	const struct apicall_request *wanted = call->wanted;
	enum ssm_err rc;

	call->request.method = view_of(wanted->method);
	call->request.body = wanted->body;
	if ((rc = set_url(call, err)) != SSM_OK ||
	    (rc = set_headers(call, err)) != SSM_OK ||
	    (rc = start(calls, call, err)) != SSM_OK ||
	    (rc = set_trust(calls, call, err)) != SSM_OK ||
	    (rc = set_name(calls, call, err)) != SSM_OK ||
	    (!wanted->direct &&
	    (rc = proxy_choose(&call->proxy, &call->request.url, environ, err)) != SSM_OK))
		return rc;
	call->retry.mode = call->expected.mode = calls->mode;
	call->attempts_max = wanted->attempts_max > 0 ? wanted->attempts_max : calls->attempts_max;
	call->expected.request = &call->request;
	call->expected.proxy = call->transfer.proxy = bytes_view(&call->proxy);
	call->transfer.url = &call->request.url;
	call->transfer.body = wanted->body;
	call->transfer.method = strcmp(wanted->method, "GET") == 0 ? HTTP_GET :
	    strcmp(wanted->method, "PUT") == 0 ? HTTP_PUT : HTTP_POST;
	return bytes_failed(&call->proxy) ? ssm_fail_memory(err) : SSM_OK;
}

static void
add_header(struct call *call, struct view name, struct view value)
{
	call->headers[call->request.header_count++] = (struct request_header){ name, value };
}

/* A signature is good for one attempt: the next has another time. */
static enum ssm_err
sign(struct apicall *calls, struct call *call, struct ssm_error *err)
{
	const struct apicall_request *wanted = call->wanted;
	const struct credentials *who = wanted->who;
	enum ssm_err rc;

	call->request.header_count = wanted->header_count;
	if (who == NULL)
		return SSM_OK;
	rc = signer_sign(calls->signer, &call->request, who, wanted->region, wanted->service,
	    time(NULL), &call->signature, err);
	if (rc != SSM_OK)
		return rc;
	add_header(call, VIEW("x-amz-date"), view_of(call->signature.amz_date));
	if (who->session_token.len > 0)
		add_header(call, VIEW("x-amz-security-token"), bytes_view(&who->session_token));
	add_header(call, VIEW("authorization"), bytes_view(&call->signature.authorization));
	return SSM_OK;
}

static enum ssm_err
attempt(struct apicall *calls, struct call *call, struct ssm_error *err)
{
	enum ssm_err rc;

	if ((rc = sign(calls, call, err)) != SSM_OK)
		return rc;
	call->retry.attempts++;
	if (call->wanted->direct) {
		add_header(call, VIEW("accept-encoding"), VIEW("identity"));
		add_header(call, VIEW("user-agent"), view_of(calls->user_agent));
		call->transfer.headers = call->headers;
		call->transfer.header_count = call->request.header_count;
	} else {
		const struct outgoing_attempt number = { .number = call->retry.attempts,
		    .max = call->attempts_max, .now = clock_utc_ms(), .read_timeout = call->transfer.read_timeout };

		if ((rc = outgoing_set(&call->outgoing, &call->request, &number, err)) != SSM_OK)
			return rc;
		call->transfer.headers = call->outgoing.headers;
		call->transfer.header_count = call->outgoing.count;
	}
	http_perform(calls->http, &call->transfer);
	outgoing_answered(&call->outgoing, &call->transfer.answer.head, clock_utc_ms());
	return SSM_OK;
}

/* Whether there is an answer, and what it or its absence makes of another try. */
static enum ssm_err
judge(const struct call *call, enum retry_class *failure, struct ssm_error *err)
{
	const struct answer *answer = &call->transfer.answer;
	struct view body = bytes_view(&answer->body);
	int status = answer->head.status;
	char code[ANSWERFAULT_CODE_MAX];

	*failure = RETRY_NEVER;
	if (answer->failure != ANSWER_CAME)
		return answerfault_transport(answer, &call->expected, failure, err);
	if (call->wanted->retryable != NULL) {
		*failure = call->wanted->retryable(call->retry.mode, status, body) ? RETRY_TRANSIENT : RETRY_NEVER;
	} else if (status < 200 || status > 299) {
		answerfault_code(code, &answer->head, body);
		*failure = retry_class_of_error(call->retry.mode, status, view_of(code));
	}
	return SSM_OK;
}

static enum retry_verdict
decide(struct apicall *calls, struct call *call, enum retry_class failure)
{
	if (call->wanted->pause == 0)
		return retry_next(&call->retry, &calls->quota, call->attempts_max, failure);
	return failure == RETRY_NEVER ? RETRY_STOP :
	    call->retry.attempts < call->attempts_max ? RETRY_GO : RETRY_USED_UP;
}

static bool
wait_before_next(const struct call *call)
{
	unsigned number, wait = call->wanted->pause;
	struct timespec delay;

	if (wait == 0) {
		if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number)
			return false;
		wait = retry_delay(&call->retry, (double)number / 4294967296.0, 0);
	}
	delay.tv_sec = (time_t)(wait / 1000);
	delay.tv_nsec = (long)(wait % 1000) * 1000000;
	nanosleep(&delay, NULL);
	return true;
}

/* Hands head and body over. */
static void
take_answer(struct apicall_result *result, struct call *call)
{
	struct answer *answer = &call->transfer.answer;

	result->status = answer->head.status;
	result->head = answer->head;
	result->body = answer->body;
	answer->head = (struct httphead)HTTPHEAD_INIT;
	answer->body = (struct bytes)BYTES_INIT(ANSWER_BODY_MAX);
}

static enum ssm_err
call_until_answered(struct apicall *calls, struct call *call, struct apicall_result *result,
    struct ssm_error *err)
{
	enum retry_verdict verdict;
	enum retry_class failure;
	enum ssm_err rc;

	do {
		if ((rc = attempt(calls, call, err)) != SSM_OK)
			return rc;
		rc = judge(call, &failure, err);
		verdict = decide(calls, call, failure);
	} while (verdict == RETRY_GO && wait_before_next(call));
	result->retries = call->retry.attempts - 1;
	result->used_up = verdict == RETRY_USED_UP;
	if (rc != SSM_OK)
		return rc;
	ssm_error_clear(err);			/* an earlier attempt's */
	take_answer(result, call);
	if (result->status >= 200 && result->status < 300)
		retry_succeeded(&call->retry, &calls->quota);
	return SSM_OK;
}

enum ssm_err
apicall_perform(struct apicall *calls, const struct apicall_request *request,
    struct apicall_result *result, struct ssm_error *err)
{
	struct call call = CALL_INIT;
	enum ssm_err rc;

	apicall_result_clear(result);
	call.wanted = request;
	if ((rc = prepare(calls, &call, err)) == SSM_OK)
		rc = call_until_answered(calls, &call, result, err);
	outgoing_clear(&call.outgoing);
	transfer_clear(&call.transfer);
	signature_clear(&call.signature);
	bytes_clear(&call.proxy);
	return rc;
}
