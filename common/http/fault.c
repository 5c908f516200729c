#include "http/fault.h"

#include <errno.h>
#include <stdio.h>

#include "http/tlsfault.h"

#define LINE_TOO_LONG 100		/* CURLE_TOO_LARGE, which libcurl 7.88 does not know */
#define LOGIN_WANTED 407
#define NO_WHOLE_ANSWER "the proxy gives no whole answer"

static bool
is_connected(CURL *easy)
{
	curl_off_t microseconds = 0;

	curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &microseconds);
	return microseconds > 0;
}

static enum response_failure
classify_write_error(const struct response *response)
{
	if (response->wire > RESPONSE_WIRE_MAX - CURL_MAX_WRITE_SIZE)
		return RESPONSE_TOO_LONG;
	if (!bytes_failed(&response->body))
		return RESPONSE_CUT;		/* a head or a chunk that makes no sense */
	return response->body.len < RESPONSE_BODY_MAX - CURL_MAX_WRITE_SIZE ? RESPONSE_NO_MEMORY :
	    RESPONSE_TOO_LONG;
}

/* What the proxy said to CONNECT; 0 when it was not asked, or said nothing. */
static long
connect_status(CURL *easy)
{
	long status = 0;

	curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &status);
	return status;
}

/* Whether the proxy has led on to the server, so that the handshake is with that. */
static bool
is_led_on(CURL *easy, const struct transfer *transfer)
{
	return connect_status(easy) / 100 == 2 &&
	    view_equal_nocase(transfer->url->scheme, VIEW("https"));
}

/* RESPONSE_CAME when it is none of the proxy's. */
static enum response_failure
classify_proxy_fault(CURL *easy, const struct transfer *transfer, CURLcode rc, const char *reason)
{
	bool led_on = is_led_on(easy, transfer);

	if (transfer->proxy.len == 0 || transfer->connected > 0)
		return RESPONSE_CAME;
	if (connect_status(easy) == LOGIN_WANTED)
		return RESPONSE_PROXY_LOGIN;
	switch (rc) {
	case CURLE_OPERATION_TIMEDOUT:
		return led_on ? RESPONSE_CAME : RESPONSE_PROXY_TIMEOUT;
	case CURLE_SSL_CONNECT_ERROR:
		if (!led_on)
			return tlsfault_is_lasting(reason) ? RESPONSE_PROXY_UNTRUSTED : RESPONSE_NO_PROXY;
		return RESPONSE_CAME;
	case CURLE_PEER_FAILED_VERIFICATION: case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_ISSUER_ERROR: case CURLE_SSL_INVALIDCERTSTATUS:
		return led_on ? RESPONSE_CAME : RESPONSE_PROXY_UNTRUSTED;
	case CURLE_COULDNT_RESOLVE_PROXY: case CURLE_COULDNT_CONNECT: case CURLE_PROXY:
	case CURLE_SEND_ERROR: case CURLE_RECV_ERROR: case CURLE_GOT_NOTHING:
	case CURLE_WEIRD_SERVER_REPLY: case CURLE_UNSUPPORTED_PROTOCOL:
		return RESPONSE_NO_PROXY;
	default:
		return connect_status(easy) >= 300 || (int)rc == LINE_TOO_LONG ? RESPONSE_NO_PROXY :
		    RESPONSE_CAME;
	}
}

/* An answer, unless it is the proxy's own about the log-in: that of http comes like any other. */
static enum response_failure
classify_whole(const struct transfer *transfer)
{
	return transfer->proxy.len > 0 && transfer->response.head.status == LOGIN_WANTED &&
	    view_equal_nocase(transfer->url->scheme, VIEW("http")) ? RESPONSE_PROXY_LOGIN : RESPONSE_CAME;
}

/* TLS 1.3 lets a client send before the server has looked at its certificate. */
static enum response_failure
classify_cut(const struct response *response, const char *reason)
{
	const struct tlsfault *fault = tlsfault_find(reason);

	return response->head.size == 0 && fault != NULL && fault->lasting ? RESPONSE_TLS_REFUSED :
	    RESPONSE_CUT;
}

static enum response_failure
classify_transfer(CURL *easy, const struct transfer *transfer, CURLcode rc, const char *reason)
{
	const struct response *response = &transfer->response;

	switch (rc) {
	case CURLE_OK:
		if (response_ends_with_connection(response))
			return classify_whole(transfer);
		__attribute__((fallthrough));
	case CURLE_SEND_ERROR:		/* a server may answer and read no further */
		return response_is_whole(response) ? classify_whole(transfer) :
		    classify_cut(response, reason);
	case CURLE_RECV_ERROR:
		return classify_cut(response, reason);
	case CURLE_GOT_NOTHING: case CURLE_PARTIAL_FILE:
	case CURLE_WEIRD_SERVER_REPLY: case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_BAD_CONTENT_ENCODING:
		return RESPONSE_CUT;
	case CURLE_COULDNT_RESOLVE_HOST:
		return RESPONSE_NO_NAME;
	case CURLE_COULDNT_CONNECT:
		return RESPONSE_NO_CONNECTION;
	case CURLE_OPERATION_TIMEDOUT:
		return RESPONSE_CONNECT_TIMEOUT;
	case CURLE_SSL_CONNECT_ERROR:
		return tlsfault_is_lasting(reason) ? RESPONSE_TLS_REFUSED : RESPONSE_TLS_BROKEN;
	case CURLE_PEER_FAILED_VERIFICATION: case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_ISSUER_ERROR: case CURLE_SSL_INVALIDCERTSTATUS:
		return RESPONSE_TLS_REFUSED;
	case CURLE_SSL_CACERT_BADFILE:
		return RESPONSE_NO_CA_BUNDLE;
	case CURLE_FILESIZE_EXCEEDED:
		return RESPONSE_TOO_LONG;
	case CURLE_WRITE_ERROR:
		return classify_write_error(response);
	case CURLE_OUT_OF_MEMORY:
		/* libcurl 7.88 says so of a line that is too long for it, too. */
		return is_connected(easy) && !response->head.complete ? RESPONSE_CUT : RESPONSE_NO_MEMORY;
	default:
		return (int)rc == LINE_TOO_LONG ? RESPONSE_CUT : RESPONSE_NOT_SENT;
	}
}

enum response_failure
httpfault_classify(CURL *easy, const struct transfer *transfer, CURLcode rc, const char *reason)
{
	enum response_failure failure = rc == CURLE_OK ? RESPONSE_CAME :
	    classify_proxy_fault(easy, transfer, rc, reason);

	return failure != RESPONSE_CAME ? failure : classify_transfer(easy, transfer, rc, reason);
}

/* Of a log-in that the proxy asks for. */
static const char *
login_words(CURL *easy, const struct transfer *transfer)
{
	long kinds = 0;

	curl_easy_getinfo(easy, CURLINFO_PROXYAUTH_AVAIL, &kinds);
	if (kinds != 0 && (kinds & (long)CURLAUTH_BASIC) == 0)
		return "the proxy asks for another log-in than by user name and password";
	return view_find(transfer->proxy, '@') < transfer->proxy.len ?
	    "the proxy does not take the user name and password" :
	    "the proxy asks for a user name and password";
}

/* Why the connection to the proxy did not come to be. */
static const char *
connect_words(CURL *easy)
{
	long number = 0;

	curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &number);
	switch (number) {
	case ECONNREFUSED: return "the connection is refused";
	case ETIMEDOUT: return "nobody answers";
	case EHOSTUNREACH: case ENETUNREACH: return "there is no way to it";
	case 0: return NO_WHOLE_ANSWER;
	default: return "it cannot be connected to";
	}
}

static const char *
proxy_words(CURL *easy, CURLcode rc)
{
	switch (rc) {
	case CURLE_COULDNT_RESOLVE_PROXY:
		return "its name cannot be resolved";
	case CURLE_COULDNT_CONNECT:
		return connect_words(easy);
	case CURLE_OPERATION_TIMEDOUT:
		return "no connection through it in the time to connect";
	default:
		return NO_WHOLE_ANSWER;
	}
}

static void
note_proxy(CURL *easy, struct transfer *transfer, CURLcode rc, const char *reason)
{
	struct response *response = &transfer->response;
	long status = connect_status(easy);

	if (response->failure == RESPONSE_PROXY_LOGIN)
		snprintf(response->reason, sizeof response->reason, "%s (status 407)",
		    login_words(easy, transfer));
	else if (response->failure == RESPONSE_PROXY_UNTRUSTED || rc == CURLE_SSL_CONNECT_ERROR)
		tlsfault_tell(response->reason, sizeof response->reason, reason);
	else if (status >= 300)
		snprintf(response->reason, sizeof response->reason,
		    "the proxy refuses to connect with status %ld", status);
	else
		snprintf(response->reason, sizeof response->reason, "%s", proxy_words(easy, rc));
}

/* libcurl knows only that we wanted no more. */
static const char *
own_words(const struct transfer *transfer, CURLcode rc)
{
	const struct response *response = &transfer->response;

	if (response->head.why != NULL)
		return response->head.why;
	if (response->failure != RESPONSE_CUT)
		return NULL;
	return rc == CURLE_UNSUPPORTED_PROTOCOL || rc == CURLE_WEIRD_SERVER_REPLY ?
	    "what came is no HTTP" : NULL;
}

static void
keep_printable(char *text)
{
	for (; *text != '\0'; text++)
		if (*text < ' ' || *text >= 0x7F)
			*text = '?';
}

void
httpfault_note(CURL *easy, struct transfer *transfer, CURLcode rc, const char *reason)
{
	struct response *response = &transfer->response;

	response->malformed_reason = own_words(transfer, rc);
	if (*reason == '\0')
		reason = curl_easy_strerror(rc);
	switch (response->failure) {
	case RESPONSE_NO_PROXY: case RESPONSE_PROXY_TIMEOUT: case RESPONSE_PROXY_LOGIN:
	case RESPONSE_PROXY_UNTRUSTED:
		note_proxy(easy, transfer, rc, reason);
		break;
	case RESPONSE_TLS_REFUSED: case RESPONSE_TLS_BROKEN:
		tlsfault_tell(response->reason, sizeof response->reason, reason);
		break;
	case RESPONSE_TOO_SLOW:
		snprintf(response->reason, sizeof response->reason, "no whole answer in %u s",
		    transfer->attempt_timeout / 1000);
		break;
	default:
		snprintf(response->reason, sizeof response->reason, "%s",
		    response->malformed_reason != NULL ? response->malformed_reason : reason);
	}
	keep_printable(response->reason);
}

void
httpfault_words(char *words, size_t size, CURLcode rc)
{
	if (*words == '\0')
		snprintf(words, size, "%s", curl_easy_strerror(rc));
	keep_printable(words);
}
