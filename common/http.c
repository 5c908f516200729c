#include "http.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "clock.h"
#include "httpfault.h"
#include "httpsetup.h"

#define LOOK_INTERVAL 1000		/* how often the clocks of all transfers are looked at, at least */
#define OTHERS_MAX 8
#define DESCRIPTORS_BESIDE 128		/* libcurl's own and ours */

/* A handle of libcurl and the transfer that it works on. */
struct flight {
	CURL *easy;
	struct transfer *transfer;
	struct curl_slist *headers;
	enum httpsetup_trust trust;
	uint64_t start;
	char reason[CURL_ERROR_SIZE];
	TAILQ_ENTRY(flight) link;
};

TAILQ_HEAD(flights, flight);
TAILQ_HEAD(transfers, transfer);

struct http {
	CURLM *multi;
	CURLSH *share;			/* TLS sessions */
	const struct http_options *options;
	enum httpsetup_trust system;	/* how the system's authorities are found */
	uint64_t next_look;
	struct flights flying, idle;
	struct transfers ended;
};

void
transfer_clear(struct transfer *transfer)
{
	answer_clear(&transfer->answer);
	*transfer = (struct transfer)TRANSFER_INIT;
}

/* A connection takes a descriptor; the usual limit is one for programs that call select(). */
static void
allow_descriptors(unsigned connections)
{
	struct rlimit limit;
	rlim_t wanted = connections + DESCRIPTORS_BESIDE;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
		return;
	limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* What these name would get the keys of the session, or code into this process. */
static void
forget_environment(void)
{
	static const char *const variables[] = { "SSLKEYLOGFILE", "OPENSSL_CONF", "OPENSSL_MODULES",
	    "OPENSSL_ENGINES" };

	for (size_t i = 0; i < ARRAY_LEN(variables); i++)
		unsetenv(variables[i]);
}

enum ssm_err
http_open(struct http **http, const struct http_options *options, struct ssm_error *err)
{
	struct http *new = calloc(1, sizeof *new);

	*http = NULL;
	forget_environment();
	allow_descriptors(2 * options->connections_max);
	if (new == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(new);
		return ssm_fail_memory(err);
	}
	new->options = options;
	new->system = httpsetup_system_trust();
	TAILQ_INIT(&new->flying);
	TAILQ_INIT(&new->idle);
	TAILQ_INIT(&new->ended);
	new->multi = curl_multi_init();
	new->share = curl_share_init();
	if (new->multi == NULL || new->share == NULL || curl_share_setopt(new->share,
	    CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION) != CURLSHE_OK ||
	    (options->connections_max > 0 && curl_multi_setopt(new->multi, CURLMOPT_MAXCONNECTS,
	    (long)options->connections_max) != CURLM_OK)) {
		http_close(new);
		return ssm_fail_memory(err);
	}
	*http = new;
	return SSM_OK;
}

static void
flight_free(struct flight *flight)
{
	if (flight == NULL)
		return;
	curl_easy_cleanup(flight->easy);
	curl_slist_free_all(flight->headers);
	free(flight);
}

void
http_close(struct http *http)
{
	struct flight *flight;

	if (http == NULL)
		return;
	while ((flight = TAILQ_FIRST(&http->idle)) != NULL) {
		TAILQ_REMOVE(&http->idle, flight, link);
		flight_free(flight);
	}
	curl_multi_cleanup(http->multi);
	curl_share_cleanup(http->share);
	curl_global_cleanup();
	free(http);
}

static struct flight *
take_idle(struct http *http)
{
	struct flight *flight = TAILQ_FIRST(&http->idle);

	if (flight != NULL) {
		TAILQ_REMOVE(&http->idle, flight, link);
		return flight;
	}
	if ((flight = calloc(1, sizeof *flight)) == NULL)
		return NULL;
	if ((flight->easy = curl_easy_init()) == NULL ||
	    httpsetup_fixed(flight->easy, http->share, flight->reason, flight) != CURLE_OK) {
		flight_free(flight);
		return NULL;
	}
	return flight;
}

static void
end(struct http *http, struct transfer *transfer)
{
	struct flight *flight = transfer->flight;
	long connections = 0;

	curl_easy_getinfo(flight->easy, CURLINFO_NUM_CONNECTS, &connections);
	transfer->kept = connections == 0;
	transfer->took = (unsigned)(clock_ms() - flight->start);
	transfer->flight = NULL;
	TAILQ_INSERT_TAIL(&http->ended, transfer, link);
	TAILQ_REMOVE(&http->flying, flight, link);
	TAILQ_INSERT_HEAD(&http->idle, flight, link);
}

/* Libcurl is done with the flight. */
static void
land(struct http *http, struct flight *flight, CURLcode rc)
{
	struct answer *answer = &flight->transfer->answer;

	answer->failure = httpfault_classify(flight->easy, flight->transfer, rc, flight->reason);
	if (answer->failure != ANSWER_CAME)
		httpfault_note(flight->easy, flight->transfer, rc, flight->reason);
	curl_multi_remove_handle(http->multi, flight->easy);
}

/* Our own clocks are. */
static void
break_off(struct http *http, struct flight *flight, enum answer_failure failure)
{
	flight->transfer->answer.failure = failure;
	httpfault_note(flight->easy, flight->transfer, CURLE_OPERATION_TIMEDOUT, flight->reason);
	curl_multi_remove_handle(http->multi, flight->easy);
	end(http, flight->transfer);
}

static CURLcode
launch(struct http *http, struct flight *flight)
{
	CURLcode rc;

	flight->trust = http->options->no_verify ? TRUST_UNASKED :
	    flight->transfer->ca_bundle != NULL ? TRUST_BUNDLE : http->system;
	flight->transfer->sent = 0;
	flight->transfer->sent_last = 0;
	flight->reason[0] = '\0';
	answer_reset(&flight->transfer->answer);
	flight->transfer->connected = flight->transfer->heard = 0;
	curl_slist_free_all(flight->headers);
	rc = httpsetup_apply(flight->easy, flight->trust, flight->transfer, &flight->headers);
	if (rc == CURLE_OK && curl_multi_add_handle(http->multi, flight->easy) != CURLM_OK)
		rc = CURLE_OUT_OF_MEMORY;
	return rc;
}

void
http_start(struct http *http, struct transfer *transfer)
{
	struct flight *flight = take_idle(http);
	CURLcode rc;

	if ((transfer->flight = flight) == NULL) {
		answer_reset(&transfer->answer);
		transfer->answer.failure = ANSWER_NO_MEMORY;
		TAILQ_INSERT_TAIL(&http->ended, transfer, link);
		return;
	}
	flight->transfer = transfer;
	flight->start = clock_ms();
	http->next_look = 0;
	TAILQ_INSERT_TAIL(&http->flying, flight, link);
	if ((rc = launch(http, flight)) != CURLE_OK) {
		land(http, flight, rc);
		end(http, transfer);
	}
}

/* Nothing was sent yet, and the directory may lack what the bundle has. */
static bool
deserves_bundle(const struct flight *flight)
{
	return flight->trust == TRUST_DIRECTORY && flight->transfer->connected == 0 &&
	    flight->transfer->answer.failure == ANSWER_TLS_REFUSED;
}

static void
finish(struct http *http, struct flight *flight, CURLcode rc)
{
	land(http, flight, rc);
	if (deserves_bundle(flight)) {
		http->system = TRUST_SYSTEM;
		if ((rc = launch(http, flight)) == CURLE_OK)
			return;
		land(http, flight, rc);
	}
	end(http, flight->transfer);
}

static void
finish_all(struct http *http, CURLcode rc)
{
	struct flight *flight;

	while ((flight = TAILQ_FIRST(&http->flying)) != NULL) {
		land(http, flight, rc);
		end(http, flight->transfer);
	}
}

/* Lets libcurl do what it can without waiting. */
static void
work(struct http *http)
{
	int running, left;
	CURLMsg *message;

	if (curl_multi_perform(http->multi, &running) != CURLM_OK) {
		finish_all(http, CURLE_FAILED_INIT);
		return;
	}
	while ((message = curl_multi_info_read(http->multi, &left)) != NULL) {
		char *flight = NULL;

		if (message->msg == CURLMSG_DONE && curl_easy_getinfo(message->easy_handle,
		    CURLINFO_PRIVATE, &flight) == CURLE_OK && flight != NULL)
			finish(http, (struct flight *)(void *)flight, message->data.result);
	}
}

/* When something last went over the wire, either way. */
static uint64_t
last_sign(const struct transfer *transfer)
{
	uint64_t last = transfer->heard > transfer->connected ? transfer->heard : transfer->connected;

	return transfer->sent_last > last ? transfer->sent_last : last;
}

/* What is left of `limit` since `from`. */
static unsigned
remaining(uint64_t from, unsigned limit, uint64_t now)
{
	return now - from >= limit ? 0 : limit - (unsigned)(now - from);
}

/* How long a flight's clocks give it; 0 when its time is over, and *failure says which ended it. */
static unsigned
time_of(struct flight *flight, uint64_t now, enum answer_failure *failure)
{
	const struct transfer *transfer = flight->transfer;
	unsigned left = LOOK_INTERVAL, rest;

	if (transfer->connected > 0 && transfer->read_timeout > 0) {
		*failure = ANSWER_READ_TIMEOUT;
		if ((rest = remaining(last_sign(transfer), transfer->read_timeout, now)) < left)
			left = rest;
	}
	if (left > 0 && transfer->time_left > 0) {
		*failure = ANSWER_OUT_OF_TIME;
		if ((rest = remaining(flight->start, transfer->time_left, now)) < left)
			left = rest;
	}
	return left;
}

/* Ends flights whose time is over; how long nobody's will be, at least. */
static unsigned
look_at_clocks(struct http *http)
{
	struct flight *flight, *next;
	uint64_t now = clock_ms();
	unsigned least = LOOK_INTERVAL;

	if (TAILQ_EMPTY(&http->flying))
		return INT_MAX;
	if (now < http->next_look)
		return (unsigned)(http->next_look - now);
	for (flight = TAILQ_FIRST(&http->flying); flight != NULL; flight = next) {
		enum answer_failure failure = ANSWER_READ_TIMEOUT;
		unsigned left = time_of(flight, now, &failure);

		next = TAILQ_NEXT(flight, link);
		if (left == 0)
			break_off(http, flight, failure);
		else if (left < least)
			least = left;
	}
	http->next_look = now + least;
	return least;
}

/* Waits as curl_multi_poll() does; `others` go in and out in its own form. */
static void
wait_for(struct http *http, struct pollfd *others, size_t count, unsigned longest)
{
	struct curl_waitfd fds[OTHERS_MAX];

	for (size_t i = 0; i < count; i++) {
		others[i].revents = 0;
		fds[i] = (struct curl_waitfd){ .fd = others[i].fd,
		    .events = (short)((others[i].events & POLLIN ? CURL_WAIT_POLLIN : 0) |
		    (others[i].events & POLLOUT ? CURL_WAIT_POLLOUT : 0)) };
	}
	if (curl_multi_poll(http->multi, fds, (unsigned)count, (int)longest, NULL) != CURLM_OK)
		finish_all(http, CURLE_FAILED_INIT);
	for (size_t i = 0; i < count; i++)
		others[i].revents = (short)((fds[i].revents & CURL_WAIT_POLLIN ? POLLIN : 0) |
		    (fds[i].revents & CURL_WAIT_POLLOUT ? POLLOUT : 0));
}

void
http_wait(struct http *http, struct pollfd *others, size_t count, unsigned longest)
{
	unsigned least;

	if (count > OTHERS_MAX)
		count = OTHERS_MAX;
	work(http);
	least = look_at_clocks(http);
	if (!TAILQ_EMPTY(&http->ended))
		return;
	wait_for(http, others, count, least < longest ? least : longest);
	work(http);
}

struct transfer *
http_next(struct http *http)
{
	struct transfer *transfer = TAILQ_FIRST(&http->ended);

	if (transfer != NULL)
		TAILQ_REMOVE(&http->ended, transfer, link);
	return transfer;
}

void
http_cancel(struct http *http, struct transfer *transfer)
{
	if (transfer->flight != NULL) {
		curl_multi_remove_handle(http->multi, transfer->flight->easy);
		end(http, transfer);
	}
	TAILQ_REMOVE(&http->ended, transfer, link);
}

void
http_perform(struct http *http, struct transfer *transfer)
{
	http_start(http, transfer);
	while (http_next(http) == NULL)
		http_wait(http, NULL, 0, LOOK_INTERVAL);
}
