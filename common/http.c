#include "http.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "httpsetup.h"

#define WAIT_MAX 1000			/* libcurl's own clocks need a look now and then */
#define LINE_TOO_LONG 100		/* CURLE_TOO_LARGE, which libcurl 7.88 does not know */

struct http {
	CURLM *multi;
	CURL *easy;
	const struct http_options *options;
	enum httpsetup_trust system;	/* how the system's authorities are found */
	char reason[CURL_ERROR_SIZE];
};

void
transfer_clear(struct transfer *transfer)
{
	answer_clear(&transfer->answer);
	*transfer = (struct transfer)TRANSFER_INIT;
}

enum ssm_err
http_open(struct http **http, const struct http_options *options, struct ssm_error *err)
{
	/* What these name would get the keys of the session, or code into this process. */
	static const char *const variables[] = { "SSLKEYLOGFILE", "OPENSSL_CONF", "OPENSSL_MODULES",
	    "OPENSSL_ENGINES" };
	struct http *new = calloc(1, sizeof *new);

	*http = NULL;
	for (size_t i = 0; i < ARRAY_LEN(variables); i++)
		unsetenv(variables[i]);
	if (new == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(new);
		return ssm_fail_memory(err);
	}
	new->options = options;
	new->system = httpsetup_system_trust();
	new->multi = curl_multi_init();
	new->easy = curl_easy_init();
	if (new->multi == NULL || new->easy == NULL) {
		http_close(new);
		return ssm_fail_memory(err);
	}
	*http = new;
	return SSM_OK;
}

void
http_close(struct http *http)
{
	if (http == NULL)
		return;
	curl_easy_cleanup(http->easy);
	curl_multi_cleanup(http->multi);
	curl_global_cleanup();
	free(http);
}

unsigned
http_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (unsigned)((unsigned long long)t.tv_sec * 1000 + (unsigned long long)t.tv_nsec / 1000000);
}

/* What happened so far, in bytes either way: as long as it grows nobody is silent. */
static unsigned long long
progress(CURL *easy, const struct transfer *transfer)
{
	curl_off_t sent = 0;

	curl_easy_getinfo(easy, CURLINFO_SIZE_UPLOAD_T, &sent);
	return (unsigned long long)sent + transfer->answer.head.size + transfer->answer.wire;
}

static bool
is_connected(CURL *easy)
{
	curl_off_t microseconds = 0;

	curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &microseconds);
	return microseconds > 0;
}

/* The clocks of one transfer. */
struct watch {
	unsigned start, last_progress;
	unsigned long long progress;
	bool connected;
};

/* How long nothing needs to be looked at; 0 when time is over, with *failure set. */
static unsigned
time_to_wait(struct watch *watch, const struct http *http, const struct transfer *transfer,
    enum answer_failure *failure)
{
	unsigned long long bytes = progress(http->easy, transfer);
	unsigned at = http_clock(), wait = WAIT_MAX, silent;
	bool connected = is_connected(http->easy);

	if (bytes != watch->progress || connected != watch->connected)
		watch->last_progress = at;
	watch->progress = bytes;
	watch->connected = connected;
	silent = at - watch->last_progress;
	if (connected && http->options->read_timeout > 0) {
		*failure = ANSWER_READ_TIMEOUT;
		if (silent >= http->options->read_timeout)
			return 0;
		if (http->options->read_timeout - silent < wait)
			wait = http->options->read_timeout - silent;
	}
	if (transfer->time_left > 0) {
		if (at - watch->start >= transfer->time_left) {
			*failure = ANSWER_OUT_OF_TIME;
			return 0;
		}
		if (transfer->time_left - (at - watch->start) < wait)
			wait = transfer->time_left - (at - watch->start);
	}
	return wait;
}

/* Runs the handle to its end; false when our own clocks ended it, with *failure set. */
static bool
run(struct http *http, const struct transfer *transfer, CURLcode *rc, enum answer_failure *failure)
{
	struct watch watch = { .start = http_clock() };
	int running = 1, left;
	unsigned wait;
	CURLMsg *message;

	watch.last_progress = watch.start;
	*rc = CURLE_FAILED_INIT;
	for (;;) {
		if (curl_multi_perform(http->multi, &running) != CURLM_OK)
			return true;
		if (running == 0)
			break;
		if ((wait = time_to_wait(&watch, http, transfer, failure)) == 0) {
			*rc = CURLE_OPERATION_TIMEDOUT;
			return false;
		}
		if (curl_multi_poll(http->multi, NULL, 0, (int)wait, NULL) != CURLM_OK)
			return true;
	}
	while ((message = curl_multi_info_read(http->multi, &left)) != NULL)
		if (message->msg == CURLMSG_DONE)
			*rc = message->data.result;
	return true;
}

/* Of a server that has nothing to say to our kind of TLS; a handshake that broke off may go better. */
static bool
is_protocol_fault(const char *reason)
{
	return strstr(reason, "SSL routines:") != NULL && strstr(reason, "unexpected eof") == NULL;
}

static enum answer_failure
classify_write_error(const struct answer *answer)
{
	if (answer->wire > ANSWER_WIRE_MAX - CURL_MAX_WRITE_SIZE)
		return ANSWER_TOO_LONG;
	if (!bytes_failed(&answer->body))
		return ANSWER_CUT;		/* a head or a chunk that makes no sense */
	return answer->body.len < ANSWER_BODY_MAX - CURL_MAX_WRITE_SIZE ? ANSWER_NO_MEMORY :
	    ANSWER_TOO_LONG;
}

static bool
is_proxy_fault(CURL *easy, const struct transfer *transfer, CURLcode rc)
{
	long status = 0;

	if (transfer->proxy.len == 0)
		return false;
	curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &status);
	return rc == CURLE_COULDNT_CONNECT || rc == CURLE_COULDNT_RESOLVE_PROXY || rc == CURLE_PROXY ||
	    (status >= 300 && !transfer->answer.head.complete);
}

static enum answer_failure
classify(CURL *easy, const struct transfer *transfer, CURLcode rc, const char *reason)
{
	const struct answer *answer = &transfer->answer;

	if (is_proxy_fault(easy, transfer, rc))
		return ANSWER_NO_PROXY;
	switch (rc) {
	case CURLE_OK:
	case CURLE_SEND_ERROR:		/* a server may answer and read no further */
		return answer_is_whole(answer) ? ANSWER_CAME : ANSWER_CUT;
	case CURLE_GOT_NOTHING: case CURLE_RECV_ERROR: case CURLE_PARTIAL_FILE:
	case CURLE_WEIRD_SERVER_REPLY: case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_BAD_CONTENT_ENCODING:
		return ANSWER_CUT;
	case CURLE_COULDNT_RESOLVE_HOST: case CURLE_COULDNT_CONNECT:
		return ANSWER_NO_CONNECTION;
	case CURLE_OPERATION_TIMEDOUT:
		return ANSWER_CONNECT_TIMEOUT;
	case CURLE_SSL_CONNECT_ERROR:
		return is_protocol_fault(reason) ? ANSWER_TLS_REFUSED : ANSWER_TLS_BROKEN;
	case CURLE_PEER_FAILED_VERIFICATION: case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_ISSUER_ERROR: case CURLE_SSL_INVALIDCERTSTATUS:
		return ANSWER_TLS_REFUSED;
	case CURLE_SSL_CACERT_BADFILE:
		return ANSWER_NO_CA_BUNDLE;
	case CURLE_FILESIZE_EXCEEDED:
		return ANSWER_TOO_LONG;
	case CURLE_WRITE_ERROR:
		return classify_write_error(answer);
	case CURLE_OUT_OF_MEMORY:
		/* libcurl 7.88 says so of a line that is too long for it, too. */
		return is_connected(easy) && !answer->head.complete ? ANSWER_CUT : ANSWER_NO_MEMORY;
	default:
		return (int)rc == LINE_TOO_LONG ? ANSWER_CUT : ANSWER_NOT_SENT;
	}
}

/* Ours first: libcurl knows only that we wanted no more. */
static void
note_reason(struct answer *answer, CURLcode rc, const char *reason)
{
	const char *text = answer->head.why != NULL ? answer->head.why :
	    *reason != '\0' ? reason : curl_easy_strerror(rc);
	size_t len = 0;

	for (; len < sizeof answer->reason - 1 && text[len] != '\0'; len++)
		answer->reason[len] = text[len] >= ' ' && text[len] < 0x7F ? text[len] : '?';
	answer->reason[len] = '\0';
}

static void
perform_once(struct http *http, struct transfer *transfer)
{
	struct answer *answer = &transfer->answer;
	struct curl_slist *headers = NULL;
	long connections = 0;
	bool ended = true;
	CURLcode rc;

	answer_reset(answer);
	http->reason[0] = '\0';
	rc = httpsetup_apply(http->easy, http->options, http->system, transfer, &headers, http->reason);
	if (rc == CURLE_OK && curl_multi_add_handle(http->multi, http->easy) == CURLM_OK) {
		ended = run(http, transfer, &rc, &answer->failure);
		curl_multi_remove_handle(http->multi, http->easy);
	}
	if (ended)
		answer->failure = classify(http->easy, transfer, rc, http->reason);
	if (answer->failure != ANSWER_CAME)
		note_reason(answer, rc, http->reason);
	curl_easy_getinfo(http->easy, CURLINFO_NUM_CONNECTS, &connections);
	transfer->kept = connections == 0;
	curl_easy_reset(http->easy);		/* forgets the headers and the body */
	curl_slist_free_all(headers);
}

void
http_perform(struct http *http, struct transfer *transfer)
{
	unsigned start = http_clock();

	perform_once(http, transfer);
	/* The directory may lack what the bundle has. Nothing was sent yet. */
	if (transfer->answer.failure == ANSWER_TLS_REFUSED && http->system == TRUST_DIRECTORY &&
	    transfer->ca_bundle == NULL) {
		http->system = TRUST_SYSTEM;
		perform_once(http, transfer);
	}
	transfer->took = http_clock() - start;
}
