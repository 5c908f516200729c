/*
 * service/exchange: one request, sent until there is an answer to keep or no use in another attempt.
 *
 * Purpose:   all that calls to a service have in common, whoever makes them: the header fields of the
 *            wire, proxy and trust, attempts, back-off, the quota and the rates that the exchanges of
 *            a process share, the time that one may take. A machine of steps which never waits:
 *
 *                exchange_start()       once; then, for each attempt,
 *                exchange_hold()        how long the shared rates hold it back,
 *                exchange_send()        http_start(), and the driver waits for the transfer,
 *                exchange_received()    notes the time; the driver judges the response,
 *                exchange_settle()      done, or until when to wait before the next attempt
 *
 * Units:     milliseconds of clock.h, but for `received`: those since 1970; 0 is no limit.
 * Ownership: the request and the texts of the rules are borrowed; exchange_clear() ends an exchange,
 *            whose transfer must not be in flight.
 * Errors:    what a transfer came to is in its response, the want of memory too.
 * Does not:  wait, judge what an answer means, sign, print.
 */
#ifndef SSM_SERVICE_EXCHANGE_H
#define SSM_SERVICE_EXCHANGE_H

#include "http/http.h"
#include "http/proxy.h"
#include "json/scan.h"
#include "retry/adaptiverate.h"
#include "retry/retry.h"
#include "service/expectation.h"
#include "service/wire_headers.h"

#define EXCHANGE_HEEDED_MAX 300000	/* of all that the answers to a request ask to wait */

/* What the exchanges of a process have in common. */
struct exchange_shared {
	struct http *http;
	struct retry_quota quota;
	struct sendrate rate;			/* as the user wants it */
	struct adaptiverate adaptive;		/* as the service allows it, in adaptive mode */
};

/* Quota and rates full; rate is in requests a second, 0 for no limit. */
void exchange_shared_start(struct exchange_shared *shared, double rate);

struct exchange_rules {
	enum retry_mode mode;
	unsigned attempts_max;
	unsigned pause;				/* between attempts; 0: the back-off of retry.h */
	bool heeds_retry_after;			/* the back-off is no shorter than the answer asks for, up to a limit */
	bool signed_before;			/* by somebody else: a signature that gets old is the end */
	bool direct;				/* no proxy, none of an SDK's header fields */
	unsigned connect_timeout, read_timeout, attempt_timeout;	/* as in transfer.h */
	unsigned max_time;			/* of all attempts and pauses */
	const char *ca_bundle;			/* NULL: the system's */
	const char *user_agent;
};

enum exchange_step {
	EXCHANGE_DONE,
	EXCHANGE_SEND,				/* as soon as its turn comes */
	EXCHANGE_IN_FLIGHT,
	EXCHANGE_WAIT,				/* until clock_ms() is exchange->due, and then EXCHANGE_SEND */
};

/* The state of one. */
struct exchange {
	const struct request *request;
	struct exchange_rules rules;
	struct expectation expected;
	struct wire_headers headers;
	struct transfer transfer;
	struct retry retry;
	struct bytes proxy;			/* its URL, empty for none */
	uint64_t begun, due;			/* the first attempt; the next one */
	unsigned wait;				/* before that */
	bool asked;				/* the last answer asked for that wait */
	unsigned heeded;			/* of all waits that answers asked for */
	long long received;			/* when the last answer came, or failed to */
	unsigned elapsed;			/* from the first attempt until then */
	bool used_up;				/* it would be tried again, but that was the last attempt */
};

#define EXCHANGE_INIT { .expected = EXPECTATION_INIT, .headers = WIRE_HEADERS_INIT, \
	.transfer = TRANSFER_INIT, .retry = RETRY_INIT, .proxy = BYTES_INIT(PROXY_URL_MAX) }

/*
 * Gets ready to send request, whose header fields may change until exchange_send(). What answers are
 * held against is the caller's to set in exchange->expected, before or after. SSM_E_OTHER without random
 * numbers or memory; SSM_E_CONFIG for a proxy that is none.
 */
enum ssm_err exchange_start(struct exchange *exchange, const struct request *request,
    const struct exchange_rules *rules, struct ssm_error *err);

void exchange_clear(struct exchange *exchange);

/* How long the next attempt must be held back for the sake of a rate; 0: it may be sent now. */
unsigned exchange_hold(const struct exchange *exchange, struct exchange_shared *shared);

/* Starts the next attempt. False: it has come to its end already, as the response says. */
bool exchange_send(struct exchange *exchange, struct exchange_shared *shared);

/*
 * The attempt has ended; the response is there to be judged. Half of one is RESPONSE_CUT. scan is for who judges a body
 * of JSON: json_parse_scanned() takes it as it comes from here.
 */
void exchange_received(struct exchange *exchange, struct json_scan *scan);

/*
 * What is to be done, now that the driver has judged: there is an answer that is a success; or else it, or
 * its absence, is a failure of that kind, and err says so. A failure of time (the request would have to
 * be signed again) is added to err.
 */
enum exchange_step exchange_settle(struct exchange *exchange, struct exchange_shared *shared,
    bool succeeded, enum retry_class failure, struct ssm_error *err);

/* Attempts before the last one. */
unsigned exchange_retries(const struct exchange *exchange);

#endif
