#include "httpfault.h"

#define LINE_TOO_LONG 100		/* CURLE_TOO_LARGE, which libcurl 7.88 does not know */

static bool
is_connected(CURL *easy)
{
	curl_off_t microseconds = 0;

	curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &microseconds);
	return microseconds > 0;
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

enum answer_failure
httpfault_classify(CURL *easy, const struct transfer *transfer, CURLcode rc, const char *reason)
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

/* libcurl knows only that we wanted no more. */
void
httpfault_note(struct answer *answer, CURLcode rc, const char *reason)
{
	const char *text = answer->head.why != NULL ? answer->head.why :
	    *reason != '\0' ? reason : curl_easy_strerror(rc);
	size_t len = 0;

	for (; len < sizeof answer->reason - 1 && text[len] != '\0'; len++)
		answer->reason[len] = text[len] >= ' ' && text[len] < 0x7F ? text[len] : '?';
	answer->reason[len] = '\0';
}
