#include "http/setup.h"

#include "core/clock.h"

#define CONNECT_TIMEOUT_NONE (24L * 3600 * 1000)
#define BUFFER_SIZE 4096L			/* of what is received at once; libcurl has one of 16 KiB a transfer */
#define TUNNEL_BUFFER_SIZE 65536L		/* there is one */

static size_t
take_line(char *text, size_t size, size_t count, void *context)
{
	struct transfer *transfer = context;

	(void)size;			/* libcurl's is 1, by definition */
	if (transfer->heard == 0 && transfer->connection != NULL && !reuse_answers(transfer->connection)) {
		transfer->response.head.why = "it was there before the request";
		return 0;
	}
	transfer->heard = clock_ms();
	return httphead_line(&transfer->response.head, (struct view){ text, count }) ? count : 0;
}

static size_t
take_body(char *text, size_t size, size_t count, void *context)
{
	struct transfer *transfer = context;

	(void)size;
	transfer->heard = clock_ms();
	if (!response_add(&transfer->response, (struct view){ text, count }))
		return 0;
	if (transfer->response.excess && transfer->connection != NULL)
		transfer->connection->spoilt = true;
	return count;
}

/* The connection is there; the request goes out next, unless something waits there already. */
static int
note_connected(void *context, char *address, char *local_address, int port, int local_port)
{
	struct transfer *transfer = context;

	(void)address, (void)local_address;
	transfer->connection = reuse_find(transfer->reuse, port, local_port);
	if (!transfer->fresh && transfer->connection != NULL && !reuse_send(transfer->connection)) {
		transfer->fresh = true;
		return CURL_PREREQFUNC_ABORT;
	}
	transfer->connected = clock_ms();
	return CURL_PREREQFUNC_OK;
}

/* Called whenever libcurl has done something. */
static int
note_sent(void *context, curl_off_t down, curl_off_t downloaded, curl_off_t up, curl_off_t uploaded)
{
	struct transfer *transfer = context;

	(void)down, (void)downloaded, (void)up;
	if (uploaded != transfer->sent)
		transfer->sent_last = clock_ms();
	transfer->sent = uploaded;
	return 0;
}

struct number {
	CURLoption option;
	long value;
};

static CURLcode
set_numbers(CURL *easy, const struct number *numbers, size_t count)
{
	CURLcode rc = CURLE_OK;

	for (size_t i = 0; i < count && rc == CURLE_OK; i++)
		rc = curl_easy_setopt(easy, numbers[i].option, numbers[i].value);
	return rc;
}

static CURLcode
set_rules(CURL *easy)
{
	static const struct number numbers[] = {
		{ CURLOPT_DISALLOW_USERNAME_IN_URL, 1 }, { CURLOPT_PATH_AS_IS, 1 },
		{ CURLOPT_FOLLOWLOCATION, 0 }, { CURLOPT_MAXREDIRS, 0 }, { CURLOPT_POSTREDIR, 0 },
		{ CURLOPT_UNRESTRICTED_AUTH, 0 },
		{ CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1 }, { CURLOPT_HTTP09_ALLOWED, 0 },
		{ CURLOPT_HTTP_TRANSFER_DECODING, 0 },
		{ CURLOPT_HEADEROPT, CURLHEADER_SEPARATE }, { CURLOPT_SUPPRESS_CONNECT_HEADERS, 1 },
		{ CURLOPT_NETRC, CURL_NETRC_IGNORED }, { CURLOPT_PROXYAUTH, (long)CURLAUTH_BASIC },
		{ CURLOPT_BUFFERSIZE, BUFFER_SIZE }, { CURLOPT_NOSIGNAL, 1 }, { CURLOPT_QUICK_EXIT, 1 }, { CURLOPT_VERBOSE, 0 },
		{ CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2 },
		{ CURLOPT_PROXY_SSLVERSION, CURL_SSLVERSION_TLSv1_2 },
	};
	CURLcode rc = curl_easy_setopt(easy, CURLOPT_NOPROXY, "");

	if (rc == CURLE_OK)
		rc = set_numbers(easy, numbers, ARRAY_LEN(numbers));
	if (rc == CURLE_OK)
		rc = curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)RESPONSE_WIRE_MAX);
	return rc;
}

static CURLcode
set_sockets(CURL *easy, struct reuse *reuse)
{
	CURLcode rc;

	if ((rc = curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, reuse_open)) == CURLE_OK &&
	    (rc = curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, reuse)) == CURLE_OK &&
	    (rc = curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, reuse_close)) == CURLE_OK)
		rc = curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, reuse);
	return rc;
}

void
httpsetup_told_clear(struct httpsetup_told *told)
{
	bytes_clear(&told->url);
	bytes_clear(&told->proxy);
}

/* A bundle may be another file by the same name. */
static CURLcode
tell_trust(CURL *easy, struct httpsetup_told *told, const char *ca_bundle, enum trust trust)
{
	CURLcode rc;

	if (trust == TRUST_UNUSED || (trust == told->trust && trust != TRUST_BUNDLE))
		return CURLE_OK;
	told->trust = TRUST_UNUSED;
	if ((rc = trust_apply(easy, ca_bundle, trust)) == CURLE_OK)
		told->trust = trust;
	return rc;
}

CURLcode
httpsetup_fixed(CURL *easy, CURLSH *share, struct reuse *reuse, char *reason, void *owner)
{
	CURLcode rc;

	if ((rc = set_rules(easy)) == CURLE_OK &&
	    (rc = curl_easy_setopt(easy, CURLOPT_SHARE, share)) == CURLE_OK &&
	    (rc = curl_easy_setopt(easy, CURLOPT_PRIVATE, owner)) == CURLE_OK &&
	    (rc = curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, reason)) == CURLE_OK &&
	    (rc = curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "https")) == CURLE_OK &&
	    (rc = curl_easy_setopt(easy, CURLOPT_DEFAULT_PROTOCOL, "https")) == CURLE_OK &&
	    (rc = curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_line)) == CURLE_OK &&
	    (rc = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body)) == CURLE_OK)
		rc = curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, note_connected);
	if (rc == CURLE_OK && (rc = curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L)) == CURLE_OK)
		rc = curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, note_sent);
	return rc == CURLE_OK ? set_sockets(easy, reuse) : rc;
}

static CURLcode
set_owner(CURL *easy, struct transfer *transfer)
{
	CURLcode rc;

	if ((rc = curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer)) == CURLE_OK &&
	    (rc = curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer)) == CURLE_OK)
		rc = curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
	if (rc == CURLE_OK)
		rc = curl_easy_setopt(easy, CURLOPT_XFERINFODATA, transfer);
	return rc;
}

/* Where it goes: the URL as it is, by its own protocol, through the proxy we chose or none. */
static CURLcode
set_target(CURL *easy, struct httpsetup_told *told, const struct transfer *transfer)
{
	const char *protocol = view_equal_nocase(transfer->url->scheme, VIEW("http")) ? "http" : "https";
	const char *url, *proxy;
	CURLcode rc = CURLE_OUT_OF_MEMORY;

	if (told->targeted && view_equal(bytes_view(&told->url), transfer->url->text) &&
	    view_equal(bytes_view(&told->proxy), transfer->proxy))
		return CURLE_OK;
	told->targeted = false;
	bytes_set(&told->url, transfer->url->text);
	bytes_set(&told->proxy, transfer->proxy);
	if ((url = bytes_cstr(&told->url)) != NULL && (proxy = bytes_cstr(&told->proxy)) != NULL &&
	    (rc = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, protocol)) == CURLE_OK &&
	    (rc = curl_easy_setopt(easy, CURLOPT_URL, url)) == CURLE_OK)
		rc = curl_easy_setopt(easy, CURLOPT_PROXY, proxy);
	told->targeted = rc == CURLE_OK;
	return rc;
}

/* A PUT is told as a POST of another name: libcurl's own would be read from a callback. */
static CURLcode
set_method(CURL *easy, const struct transfer *transfer)
{
	curl_off_t size = (curl_off_t)transfer->body.len;
	const char *body = transfer->body.ptr == NULL ? "" : transfer->body.ptr;
	const char *name = transfer->method == HTTP_PUT ? "PUT" : NULL;
	CURLcode rc;

	if ((rc = curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, name)) != CURLE_OK)
		return rc;
	if (transfer->method == HTTP_GET)
		return curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
	if ((rc = curl_easy_setopt(easy, CURLOPT_POST, 1L)) == CURLE_OK &&
	    (rc = curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, size)) == CURLE_OK)
		rc = curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
	return rc;
}

static CURLcode
set_request(CURL *easy, const struct transfer *transfer, struct curl_slist *headers)
{
	long limit = transfer->connect_timeout == 0 ? CONNECT_TIMEOUT_NONE :
	    (long)transfer->connect_timeout;
	CURLcode rc;

	if ((rc = curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, transfer->fresh ? 1L : 0L)) == CURLE_OK &&
	    (rc = curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers)) == CURLE_OK &&
	    (rc = set_method(easy, transfer)) == CURLE_OK)
		rc = curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, limit);
	return rc;
}

CURLcode
httpsetup_apply(CURL *easy, struct httpsetup_told *told, enum trust trust,
    struct transfer *transfer, struct httpfields *fields)
{
	struct curl_slist *headers = httpfields_make(fields, transfer);
	CURLcode rc;

	if (headers == NULL)
		return CURLE_OUT_OF_MEMORY;
	if ((rc = tell_trust(easy, told, transfer->ca_bundle, trust)) == CURLE_OK &&
	    (rc = set_owner(easy, transfer)) == CURLE_OK &&
	    (rc = set_target(easy, told, transfer)) == CURLE_OK)
		rc = set_request(easy, transfer, headers);
	return rc;
}

CURLcode
httpsetup_tunnel(CURL *easy)
{
	static const struct number numbers[] = {
		{ CURLOPT_CONNECT_ONLY, 1 }, { CURLOPT_HTTPPROXYTUNNEL, 1 }, { CURLOPT_TCP_NODELAY, 1 },
		{ CURLOPT_SSL_ENABLE_ALPN, 0 }, { CURLOPT_BUFFERSIZE, TUNNEL_BUFFER_SIZE },
	};

	return set_numbers(easy, numbers, ARRAY_LEN(numbers));
}
