#include "httpfault.h"

#include <errno.h>
#include <stdio.h>

#include "tlsfault.h"

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

/* ANSWER_CAME when it is none of the proxy's. */
static enum answer_failure
classify_proxy_fault(CURL *easy, const struct transfer *transfer, CURLcode rc, const char *reason)
{
	bool led_on = is_led_on(easy, transfer);

	if (transfer->proxy.len == 0 || transfer->connected > 0)
		return ANSWER_CAME;
	if (connect_status(easy) == LOGIN_WANTED)
		return ANSWER_PROXY_LOGIN;
	switch (rc) {
	case CURLE_OPERATION_TIMEDOUT:
		return led_on ? ANSWER_CAME : ANSWER_PROXY_TIMEOUT;
	case CURLE_SSL_CONNECT_ERROR:
		if (!led_on)
			return tlsfault_is_lasting(reason) ? ANSWER_PROXY_UNTRUSTED : ANSWER_NO_PROXY;
		return ANSWER_CAME;
	case CURLE_PEER_FAILED_VERIFICATION: case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_ISSUER_ERROR: case CURLE_SSL_INVALIDCERTSTATUS:
		return led_on ? ANSWER_CAME : ANSWER_PROXY_UNTRUSTED;
	case CURLE_COULDNT_RESOLVE_PROXY: case CURLE_COULDNT_CONNECT: case CURLE_PROXY:
	case CURLE_SEND_ERROR: case CURLE_RECV_ERROR: case CURLE_GOT_NOTHING:
	case CURLE_WEIRD_SERVER_REPLY: case CURLE_UNSUPPORTED_PROTOCOL:
		return ANSWER_NO_PROXY;
	default:
		return connect_status(easy) >= 300 || (int)rc == LINE_TOO_LONG ? ANSWER_NO_PROXY :
		    ANSWER_CAME;
	}
}

/* An answer, unless it is the proxy's own about the log-in: that of http comes like any other. */
static enum answer_failure
classify_whole(const struct transfer *transfer)
{
	return transfer->proxy.len > 0 && transfer->answer.head.status == LOGIN_WANTED &&
	    view_equal_nocase(transfer->url->scheme, VIEW("http")) ? ANSWER_PROXY_LOGIN : ANSWER_CAME;
}

/* TLS 1.3 lets a client send before the server has looked at its certificate. */
static enum answer_failure
classify_cut(const struct answer *answer, const char *reason)
{
	const struct tlsfault *fault = tlsfault_find(reason);

	return answer->head.size == 0 && fault != NULL && fault->lasting ? ANSWER_TLS_REFUSED :
	    ANSWER_CUT;
}

static enum answer_failure
classify_on_its_way(CURL *easy, const struct transfer *transfer, CURLcode rc, const char *reason)
{
	const struct answer *answer = &transfer->answer;

	switch (rc) {
	case CURLE_OK:
	case CURLE_SEND_ERROR:		/* a server may answer and read no further */
		return answer_is_whole(answer) ? classify_whole(transfer) :
		    classify_cut(answer, reason);
	case CURLE_RECV_ERROR:
		return classify_cut(answer, reason);
	case CURLE_GOT_NOTHING: case CURLE_PARTIAL_FILE:
	case CURLE_WEIRD_SERVER_REPLY: case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_BAD_CONTENT_ENCODING:
		return ANSWER_CUT;
	case CURLE_COULDNT_RESOLVE_HOST:
		return ANSWER_NO_NAME;
	case CURLE_COULDNT_CONNECT:
		return ANSWER_NO_CONNECTION;
	case CURLE_OPERATION_TIMEDOUT:
		return ANSWER_CONNECT_TIMEOUT;
	case CURLE_SSL_CONNECT_ERROR:
		return tlsfault_is_lasting(reason) ? ANSWER_TLS_REFUSED : ANSWER_TLS_BROKEN;
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

enum answer_failure
httpfault_classify(CURL *easy, const struct transfer *transfer, CURLcode rc, const char *reason)
{
	enum answer_failure failure = rc == CURLE_OK ? ANSWER_CAME :
	    classify_proxy_fault(easy, transfer, rc, reason);

	return failure != ANSWER_CAME ? failure : classify_on_its_way(easy, transfer, rc, reason);
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
	struct answer *answer = &transfer->answer;
	long status = connect_status(easy);

	if (answer->failure == ANSWER_PROXY_LOGIN)
		snprintf(answer->reason, sizeof answer->reason, "%s (status 407)",
		    login_words(easy, transfer));
	else if (answer->failure == ANSWER_PROXY_UNTRUSTED || rc == CURLE_SSL_CONNECT_ERROR)
		tlsfault_tell(answer->reason, sizeof answer->reason, reason);
	else if (status >= 300)
		snprintf(answer->reason, sizeof answer->reason,
		    "the proxy refuses to connect with status %ld", status);
	else
		snprintf(answer->reason, sizeof answer->reason, "%s", proxy_words(easy, rc));
}

/* libcurl knows only that we wanted no more. */
static const char *
own_words(const struct transfer *transfer, CURLcode rc)
{
	const struct answer *answer = &transfer->answer;

	if (answer->head.why != NULL)
		return answer->head.why;
	if (answer->failure != ANSWER_CUT)
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
	struct answer *answer = &transfer->answer;

	answer->words = own_words(transfer, rc);
	if (*reason == '\0')
		reason = curl_easy_strerror(rc);
	switch (answer->failure) {
	case ANSWER_NO_PROXY: case ANSWER_PROXY_TIMEOUT: case ANSWER_PROXY_LOGIN:
	case ANSWER_PROXY_UNTRUSTED:
		note_proxy(easy, transfer, rc, reason);
		break;
	case ANSWER_TLS_REFUSED: case ANSWER_TLS_BROKEN:
		tlsfault_tell(answer->reason, sizeof answer->reason, reason);
		break;
	default:
		snprintf(answer->reason, sizeof answer->reason, "%s",
		    answer->words != NULL ? answer->words : reason);
	}
	keep_printable(answer->reason);
}
