#include "service/exchange.h"

#include <sys/random.h>
#include <unistd.h>

#include "core/clock.h"
#include "service/halfbody.h"
#include "service/signatureage.h"

void
exchange_shared_start(struct exchange_shared *shared, double rate)
{
	double now = (double)clock_ms();

	shared->quota = (struct retry_quota)RETRY_QUOTA_INIT;
	shared->rate = (struct sendrate)SENDRATE_INIT;
	if (rate > 0)
		sendrate_start(&shared->rate, rate, now);
	adaptiverate_start(&shared->adaptive, now);
}

/* Some at a time: of a thousand documents each has an id. */
static bool
draw(void *to, size_t len)
{
	static unsigned char drawn[256];
	static size_t left;

	if (left < len) {
		if (getrandom(drawn, sizeof drawn, 0) != (ssize_t)sizeof drawn)
			return false;
		left = sizeof drawn;
	}
	left -= len;
	memcpy(to, drawn + left, len);
	return true;
}

static void
set_transfer(struct exchange *exchange)
{
	const struct exchange_rules *rules = &exchange->rules;
	struct transfer *transfer = &exchange->transfer;

	transfer->method = view_is(exchange->request->method, "GET") ? HTTP_GET :
	    view_is(exchange->request->method, "PUT") ? HTTP_PUT : HTTP_POST;
	transfer->url = &exchange->request->url;
	transfer->body = exchange->request->body;
	transfer->proxy = bytes_view(&exchange->proxy);
	transfer->ca_bundle = rules->ca_bundle;
	transfer->connect_timeout = rules->connect_timeout;
	transfer->read_timeout = rules->read_timeout;
	transfer->attempt_timeout = rules->attempt_timeout;
}

enum ssm_err
exchange_start(struct exchange *exchange, const struct request *request,
    const struct exchange_rules *rules, struct ssm_error *err)
{
	unsigned char random[WIRE_HEADERS_ID_BYTES];
	enum ssm_err rc;

	if (!rules->direct && (rc = proxy_choose(&exchange->proxy, &request->url, environ, err)) != SSM_OK)
		return rc;
	if (!draw(random, sizeof random))
		return ssm_fail(err, SSM_E_OTHER, "RandomError", "no random numbers to be had");
	exchange->request = exchange->expected.request = request;
	exchange->rules = *rules;
	exchange->retry.mode = exchange->expected.mode = rules->mode;
	exchange->expected.proxy = bytes_view(&exchange->proxy);
	exchange->expected.ca_bundle = rules->ca_bundle;
	wire_headers_name(&exchange->headers, random);
	exchange->headers.user_agent = rules->user_agent;
	exchange->headers.plain = rules->direct;
	set_transfer(exchange);
	return bytes_failed(&exchange->proxy) ? ssm_fail_memory(err) : SSM_OK;
}

void
exchange_clear(struct exchange *exchange)
{
	wire_headers_clear(&exchange->headers);
	transfer_clear(&exchange->transfer);
	expectation_clear(&exchange->expected);
	bytes_clear(&exchange->proxy);
}

unsigned
exchange_retries(const struct exchange *exchange)
{
	return exchange->retry.attempts > 0 ? exchange->retry.attempts - 1 : 0;
}

unsigned
exchange_hold(const struct exchange *exchange, struct exchange_shared *shared)
{
	double now = (double)clock_ms();
	unsigned wait = sendrate_wait(&shared->rate, now), other = 0;

	if (exchange->rules.mode == RETRY_ADAPTIVE)
		other = adaptiverate_wait(&shared->adaptive, now);
	return wait > other ? wait : other;
}

static void
take_turn(const struct exchange *exchange, struct exchange_shared *shared)
{
	double now = (double)clock_ms();

	sendrate_take(&shared->rate, now);
	if (exchange->rules.mode == RETRY_ADAPTIVE)
		adaptiverate_take(&shared->adaptive, now);
}

/* What is left of the time into *left, 0 when there is no limit; false when it is over. */
static bool
has_time(const struct exchange *exchange, unsigned *left)
{
	unsigned limit = exchange->rules.max_time;
	uint64_t spent = limit == 0 ? 0 : clock_ms() - exchange->begun;

	*left = limit == 0 || spent >= limit ? 0 : limit - (unsigned)spent;
	return limit == 0 || spent < limit;
}

static bool
set_headers(struct exchange *exchange)
{
	const struct wire_headers_attempt attempt = { .number = exchange->retry.attempts,
	    .max = exchange->rules.attempts_max, .now = clock_utc_ms(),
	    .read_timeout = exchange->rules.read_timeout };

	if (!wire_headers_set(&exchange->headers, exchange->request, &attempt))
		return false;
	exchange->transfer.headers = exchange->headers.fields;
	exchange->transfer.header_count = exchange->headers.count;
	return true;
}

/* The attempt ends before it begins. */
static bool
fail(struct exchange *exchange, enum response_failure failure)
{
	response_reset(&exchange->transfer.response);
	exchange->transfer.response.failure = failure;
	return false;
}

bool
exchange_send(struct exchange *exchange, struct exchange_shared *shared)
{
	if (exchange->retry.attempts++ == 0)
		exchange->begun = clock_ms();
	if (!set_headers(exchange))
		return fail(exchange, RESPONSE_NO_MEMORY);
	if (!has_time(exchange, &exchange->transfer.time_left))
		return fail(exchange, RESPONSE_OUT_OF_TIME);
	take_turn(exchange, shared);
	http_start(shared->http, &exchange->transfer);
	return true;
}

void
exchange_received(struct exchange *exchange, struct json_scan *scan)
{
	struct response *answer = &exchange->transfer.response;

	exchange->received = clock_utc_ms();
	exchange->elapsed = (unsigned)(clock_ms() - exchange->begun);
	json_scan_start(scan, 1, 1);
	if (answer->failure == RESPONSE_CAME && (answer->malformed_reason = halfbody_find(answer, scan)) != NULL)
		answer->failure = RESPONSE_CUT;
}

static enum retry_verdict
decide(struct exchange *exchange, struct exchange_shared *shared, enum retry_class failure)
{
	const struct exchange_rules *rules = &exchange->rules;

	if (rules->pause == 0)
		return retry_next(&exchange->retry, &shared->quota, rules->attempts_max, failure);
	return failure == RETRY_NEVER ? RETRY_STOP :
	    exchange->retry.attempts < rules->attempts_max ? RETRY_GO : RETRY_USED_UP;
}

/* What answers ask for may add up to as long as a signature lasts, of one that has none too. */
static bool
heed(struct exchange *exchange, struct ssm_error *err)
{
	if (exchange->wait > EXCHANGE_HEEDED_MAX - exchange->heeded) {
		ssm_error_add(err, "; it asks to wait %u s, and answers may ask for %d s in all",
		    exchange->wait / 1000, EXCHANGE_HEEDED_MAX / 1000);
		return false;
	}
	exchange->heeded += exchange->wait;
	return true;
}

static bool
choose_wait(struct exchange *exchange)
{
	unsigned number, after = 0;

	exchange->wait = exchange->rules.pause;
	exchange->asked = false;
	if (exchange->wait > 0)
		return true;
	if (!draw(&number, sizeof number))
		return false;
	if (exchange->rules.heeds_retry_after)
		after = httphead_retry_after(&exchange->transfer.response.head,
		    (time_t)(exchange->received / 1000));
	exchange->wait = retry_delay(&exchange->retry, (double)number / 4294967296.0, after);
	exchange->asked = after > 0 && exchange->wait == after;
	return true;
}

/* False when the time for another attempt is not there, or it would come too late. */
static bool
back_off(struct exchange *exchange, struct ssm_error *err)
{
	long long now = signatureage_now(&exchange->transfer.response.head, exchange->received);
	unsigned left;

	if (!choose_wait(exchange) || !has_time(exchange, &left) ||
	    (left != 0 && exchange->wait >= left))
		return false;
	if (exchange->rules.signed_before &&
	    signatureage_is_over(exchange->request, now, exchange->elapsed, exchange->wait)) {
		signatureage_fail(exchange->request, now, exchange->elapsed, exchange->wait, err);
		return false;
	}
	if (exchange->asked && !heed(exchange, err))
		return false;
	exchange->due = clock_ms() + exchange->wait;
	return true;
}

enum exchange_step
exchange_settle(struct exchange *exchange, struct exchange_shared *shared, bool succeeded,
    enum retry_class failure, struct ssm_error *err)
{
	enum retry_verdict verdict;

	if (exchange->rules.mode == RETRY_ADAPTIVE)
		adaptiverate_answered(&shared->adaptive, failure == RETRY_THROTTLED, (double)clock_ms());
	if (succeeded) {
		retry_succeeded(&exchange->retry, &shared->quota);
		return EXCHANGE_DONE;
	}
	wire_headers_answered(&exchange->headers, &exchange->transfer.response.head, exchange->received);
	verdict = decide(exchange, shared, failure);
	exchange->used_up = verdict == RETRY_USED_UP;
	return verdict == RETRY_GO && back_off(exchange, err) ? EXCHANGE_WAIT : EXCHANGE_DONE;
}
