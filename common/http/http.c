#include "http/http.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/clock.h"
#include "http/fault.h"
#include "http/setup.h"

#define CHECK_INTERVAL 1000		/* how often the timeouts of all transfers are checked, at least */
#define DESCRIPTORS_BESIDE 128		/* libcurl's own and ours */

/* A handle of libcurl and the transfer that it works on. */
struct handle {
	CURL *easy;
	struct transfer *transfer;
	struct httpfields fields;
	enum trust trust;
	struct httpsetup_told told;
	uint64_t start;
	char reason[CURL_ERROR_SIZE];
	TAILQ_ENTRY(handle) link;
};

TAILQ_HEAD(handles, handle);
TAILQ_HEAD(transfers, transfer);

struct http {
	CURLM *multi;
	CURLSH *share;			/* TLS sessions */
	const struct http_options *options;
	enum trust system;	/* how the system's authorities are found; TRUST_UNUSED until they are */
	uint64_t next_check;
	struct handles active, idle;
	struct transfers ended;
	struct reuse reuse;
};

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

enum ssm_err
http_open(struct http **http, const struct http_options *options, struct ssm_error *err)
{
	struct http *new = calloc(1, sizeof *new);

	*http = NULL;
	allow_descriptors(2 * options->connections_max);
	if (new == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(new);
		return ssm_fail_memory(err);
	}
	new->options = options;
	TAILQ_INIT(&new->active);
	TAILQ_INIT(&new->idle);
	TAILQ_INIT(&new->ended);
	reuse_start(&new->reuse);
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
handle_free(struct handle *handle)
{
	if (handle == NULL)
		return;
	curl_easy_cleanup(handle->easy);
	httpfields_clear(&handle->fields);
	httpsetup_told_clear(&handle->told);
	free(handle);
}

void
http_close(struct http *http)
{
	struct handle *handle;

	if (http == NULL)
		return;
	while ((handle = TAILQ_FIRST(&http->idle)) != NULL) {
		TAILQ_REMOVE(&http->idle, handle, link);
		handle_free(handle);
	}
	curl_multi_cleanup(http->multi);
	curl_share_cleanup(http->share);
	curl_global_cleanup();
	reuse_end(&http->reuse);
	free(http);
}

static struct handle *
acquire(struct http *http)
{
	struct handle *handle = TAILQ_FIRST(&http->idle);

	if (handle != NULL) {
		TAILQ_REMOVE(&http->idle, handle, link);
		return handle;
	}
	if ((handle = calloc(1, sizeof *handle)) == NULL)
		return NULL;
	handle->told = (struct httpsetup_told)HTTPSETUP_TOLD_INIT;
	handle->fields = (struct httpfields)HTTPFIELDS_INIT;
	if ((handle->easy = curl_easy_init()) == NULL ||
	    httpsetup_fixed(handle->easy, http->share, &http->reuse, handle->reason, handle) != CURLE_OK) {
		handle_free(handle);
		return NULL;
	}
	return handle;
}

static void
release(struct http *http, struct transfer *transfer)
{
	struct handle *handle = transfer->handle;
	long connections = 0;

	curl_easy_getinfo(handle->easy, CURLINFO_NUM_CONNECTS, &connections);
	transfer->kept = connections == 0;
	transfer->took = (unsigned)(clock_ms() - handle->start);
	transfer->handle = NULL;
	TAILQ_INSERT_TAIL(&http->ended, transfer, link);
	TAILQ_REMOVE(&http->active, handle, link);
	TAILQ_INSERT_HEAD(&http->idle, handle, link);
}

/* libcurl is done with the transfer. */
static void
finish(struct http *http, struct handle *handle, CURLcode rc)
{
	struct response *response = &handle->transfer->response;

	if (http->reuse.no_memory && rc == CURLE_COULDNT_CONNECT)
		rc = CURLE_OUT_OF_MEMORY;
	http->reuse.no_memory = false;
	response->failure = httpfault_classify(handle->easy, handle->transfer, rc, handle->reason);
	if (response->failure != RESPONSE_CAME)
		httpfault_note(handle->easy, handle->transfer, rc, handle->reason);
	curl_multi_remove_handle(http->multi, handle->easy);
}

/* Our own clocks are: aborted. */
static void
time_out(struct http *http, struct handle *handle, enum response_failure failure)
{
	handle->transfer->response.failure = failure;
	httpfault_note(handle->easy, handle->transfer, CURLE_OPERATION_TIMEDOUT, handle->reason);
	curl_multi_remove_handle(http->multi, handle->easy);
	release(http, handle->transfer);
}

static CURLcode
start(struct http *http, struct handle *handle)
{
	CURLcode rc;

	handle->trust = trust_choose(&http->system, handle->transfer, http->options->no_verify);
	handle->transfer->sent = 0;
	handle->transfer->sent_last = 0;
	handle->reason[0] = '\0';
	response_reset(&handle->transfer->response);
	handle->transfer->connected = handle->transfer->heard = 0;
	handle->transfer->connection = NULL;
	rc = httpsetup_apply(handle->easy, &handle->told, handle->trust, handle->transfer, &handle->fields);
	if (rc == CURLE_OK && curl_multi_add_handle(http->multi, handle->easy) != CURLM_OK)
		rc = CURLE_OUT_OF_MEMORY;
	return rc;
}

void
http_start(struct http *http, struct transfer *transfer)
{
	struct handle *handle = acquire(http);
	CURLcode rc;

	if ((transfer->handle = handle) == NULL) {
		response_reset(&transfer->response);
		transfer->response.failure = RESPONSE_NO_MEMORY;
		TAILQ_INSERT_TAIL(&http->ended, transfer, link);
		return;
	}
	handle->transfer = transfer;
	handle->start = clock_ms();
	transfer->reuse = &http->reuse;
	transfer->fresh = false;
	http->next_check = 0;
	TAILQ_INSERT_TAIL(&http->active, handle, link);
	if ((rc = start(http, handle)) != CURLE_OK) {
		finish(http, handle, rc);
		release(http, transfer);
	}
}

static void
complete(struct http *http, struct handle *handle, CURLcode rc)
{
	bool unclean = rc == CURLE_ABORTED_BY_CALLBACK && handle->transfer->fresh, bundle;

	finish(http, handle, rc);
	bundle = trust_grows(&http->system, handle->trust, handle->transfer);
	if (bundle || unclean) {
		if ((rc = start(http, handle)) == CURLE_OK)
			return;
		finish(http, handle, rc);
	}
	release(http, handle->transfer);
}

static void
finish_all(struct http *http, CURLcode rc)
{
	struct handle *handle;

	while ((handle = TAILQ_FIRST(&http->active)) != NULL) {
		finish(http, handle, rc);
		release(http, handle->transfer);
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
		char *handle = NULL;

		if (message->msg == CURLMSG_DONE && curl_easy_getinfo(message->easy_handle,
		    CURLINFO_PRIVATE, &handle) == CURLE_OK && handle != NULL)
			complete(http, (struct handle *)(void *)handle, message->data.result);
	}
}

/* When something last went over the wire, either way. */
static uint64_t
last_activity(const struct transfer *transfer)
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

/* How long the timeouts give a transfer; 0 when its time is over, and *failure says which ended it. */
static unsigned
time_left(struct handle *handle, uint64_t now, enum response_failure *failure)
{
	const struct transfer *transfer = handle->transfer;
	unsigned left = CHECK_INTERVAL, rest;

	if (transfer->connected > 0 && transfer->read_timeout > 0) {
		*failure = RESPONSE_READ_TIMEOUT;
		if ((rest = remaining(last_activity(transfer), transfer->read_timeout, now)) < left)
			left = rest;
	}
	if (left > 0 && transfer->connected > 0 && transfer->attempt_timeout > 0) {
		*failure = RESPONSE_TOO_SLOW;
		if ((rest = remaining(transfer->connected, transfer->attempt_timeout, now)) < left)
			left = rest;
	}
	if (left > 0 && transfer->time_left > 0) {
		*failure = RESPONSE_OUT_OF_TIME;
		if ((rest = remaining(handle->start, transfer->time_left, now)) < left)
			left = rest;
	}
	return left;
}

/* Ends transfers whose time is over; how long nobody's will be, at least. */
static unsigned
check_timeouts(struct http *http)
{
	struct handle *handle, *next;
	uint64_t now = clock_ms();
	unsigned least = CHECK_INTERVAL;

	if (TAILQ_EMPTY(&http->active))
		return INT_MAX;
	if (now < http->next_check)
		return (unsigned)(http->next_check - now);
	for (handle = TAILQ_FIRST(&http->active); handle != NULL; handle = next) {
		enum response_failure failure = RESPONSE_READ_TIMEOUT;
		unsigned left = time_left(handle, now, &failure);

		next = TAILQ_NEXT(handle, link);
		if (left == 0)
			time_out(http, handle, failure);
		else if (left < least)
			least = left;
	}
	http->next_check = now + least;
	return least;
}

void
http_wait(struct http *http, int beside, unsigned longest)
{
	struct curl_waitfd other = { .fd = beside, .events = CURL_WAIT_POLLIN };
	unsigned least;

	work(http);
	least = check_timeouts(http);
	if (!TAILQ_EMPTY(&http->ended))
		return;
	if (curl_multi_poll(http->multi, &other, beside >= 0, (int)(least < longest ? least : longest),
	    NULL) != CURLM_OK)
		finish_all(http, CURLE_FAILED_INIT);
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
	if (transfer->handle != NULL) {
		curl_multi_remove_handle(http->multi, transfer->handle->easy);
		release(http, transfer);
	}
	TAILQ_REMOVE(&http->ended, transfer, link);
}

void
http_library(struct bytes *out)
{
	const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);

	bytes_add(out, VIEW("libcurl/"));
	bytes_add_text(out, info->version);
	if (info->ssl_version != NULL) {
		bytes_add_char(out, ' ');
		bytes_add_text(out, info->ssl_version);
	}
}
