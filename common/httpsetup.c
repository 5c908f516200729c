#include "httpsetup.h"

#include <dirent.h>

#include "clock.h"

#define CONNECT_TIMEOUT_NONE (24L * 3600 * 1000)
#define HEADER_LINE_MAX (2 * (size_t)JSON_DOCUMENT_MAX)

/* 1f2e3d4c.0: what OpenSSL looks a certificate's issuer up by. */
static bool
is_hash_link(const char *name)
{
	size_t digits = strspn(name, "0123456789abcdef");

	return digits == 8 && name[8] == '.' && name[9] >= '0' && name[9] <= '9';
}

static bool
is_hashed_directory(const char *path)
{
	DIR *dir = path == NULL ? NULL : opendir(path);
	const struct dirent *entry;
	bool found = false;

	if (dir == NULL)
		return false;
	while (!found && (entry = readdir(dir)) != NULL)
		found = is_hash_link(entry->d_name);
	closedir(dir);
	return found;
}

/*
 * Reading the system's bundle takes longer than all the rest of a connection; a hashed directory of
 * the same certificates costs nothing.
 */
enum httpsetup_trust
httpsetup_system_trust(void)
{
	return is_hashed_directory(curl_version_info(CURLVERSION_NOW)->capath) ?
	    TRUST_DIRECTORY : TRUST_SYSTEM;
}

static size_t
take_line(char *text, size_t size, size_t count, void *context)
{
	struct transfer *transfer = context;

	(void)size;			/* libcurl's is 1, by definition */
	transfer->heard = clock_ms();
	return httphead_line(&transfer->answer.head, (struct view){ text, count }) ? count : 0;
}

static size_t
take_body(char *text, size_t size, size_t count, void *context)
{
	struct transfer *transfer = context;

	(void)size;
	transfer->heard = clock_ms();
	return answer_add(&transfer->answer, (struct view){ text, count }) ? count : 0;
}

/* The connection is there; the request goes out next. */
static int
note_connected(void *context, char *address, char *local_address, int port, int local_port)
{
	struct transfer *transfer = context;

	(void)address, (void)local_address, (void)port, (void)local_port;
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

static CURLcode
set_numbers(CURL *easy)
{
	static const struct {
		CURLoption option;
		long value;
	} numbers[] = {
		{ CURLOPT_DISALLOW_USERNAME_IN_URL, 1 }, { CURLOPT_PATH_AS_IS, 1 },
		{ CURLOPT_FOLLOWLOCATION, 0 }, { CURLOPT_MAXREDIRS, 0 }, { CURLOPT_POSTREDIR, 0 },
		{ CURLOPT_UNRESTRICTED_AUTH, 0 },
		{ CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1 }, { CURLOPT_HTTP09_ALLOWED, 0 },
		{ CURLOPT_HTTP_TRANSFER_DECODING, 0 },
		{ CURLOPT_HEADEROPT, CURLHEADER_SEPARATE }, { CURLOPT_SUPPRESS_CONNECT_HEADERS, 1 },
		{ CURLOPT_NETRC, CURL_NETRC_IGNORED }, { CURLOPT_PROXYAUTH, (long)CURLAUTH_BASIC },
		{ CURLOPT_NOSIGNAL, 1 }, { CURLOPT_QUICK_EXIT, 1 }, { CURLOPT_VERBOSE, 0 },
		{ CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2 },
		{ CURLOPT_PROXY_SSLVERSION, CURL_SSLVERSION_TLSv1_2 },
	};
	CURLcode rc = curl_easy_setopt(easy, CURLOPT_NOPROXY, "");

	for (size_t i = 0; i < ARRAY_LEN(numbers) && rc == CURLE_OK; i++)
		rc = curl_easy_setopt(easy, numbers[i].option, numbers[i].value);
	if (rc == CURLE_OK)
		rc = curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)ANSWER_WIRE_MAX);
	return rc;
}

static CURLcode
set_trust(CURL *easy, const char *ca_bundle, enum httpsetup_trust trust)
{
	const curl_version_info_data *built = curl_version_info(CURLVERSION_NOW);
	bool verify = trust != TRUST_UNASKED;
	const char *bundle = trust == TRUST_BUNDLE ? ca_bundle :
	    trust == TRUST_SYSTEM ? built->cainfo : NULL;
	const char *directory = trust == TRUST_DIRECTORY || trust == TRUST_SYSTEM ?
	    built->capath : NULL;
	CURLcode rc;

	if ((rc = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, verify ? 1L : 0L)) == CURLE_OK &&
	    (rc = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L)) == CURLE_OK &&
	    (rc = curl_easy_setopt(easy, CURLOPT_CAINFO, bundle)) == CURLE_OK)
		rc = curl_easy_setopt(easy, CURLOPT_CAPATH, directory);
	return rc;
}

/* Of a proxy with TLS; one that anybody could take the place of would see our log-in. */
static CURLcode
set_proxy_trust(CURL *easy, const char *ca_bundle, enum httpsetup_trust trust)
{
	const curl_version_info_data *built = curl_version_info(CURLVERSION_NOW);
	bool own = trust == TRUST_BUNDLE;
	CURLcode rc = curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, own ? ca_bundle : built->cainfo);

	return rc != CURLE_OK ? rc :
	    curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, own ? NULL : built->capath);
}

CURLcode
httpsetup_fixed(CURL *easy, CURLSH *share, char *reason, void *owner)
{
	CURLcode rc;

	if ((rc = set_numbers(easy)) == CURLE_OK &&
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
	return rc;
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
set_target(CURL *easy, const struct transfer *transfer)
{
	struct bytes url = BYTES_INIT(URL_LEN_MAX), proxy = BYTES_INIT(2 * URL_LEN_MAX);
	const char *protocol = view_equal_nocase(transfer->url->scheme, VIEW("http")) ? "http" : "https";
	const char *url_text, *proxy_text;
	CURLcode rc = CURLE_OUT_OF_MEMORY;

	bytes_set(&url, transfer->url->text);
	bytes_set(&proxy, transfer->proxy);
	if ((url_text = bytes_cstr(&url)) != NULL && (proxy_text = bytes_cstr(&proxy)) != NULL &&
	    (rc = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, protocol)) == CURLE_OK &&
	    (rc = curl_easy_setopt(easy, CURLOPT_URL, url_text)) == CURLE_OK)
		rc = curl_easy_setopt(easy, CURLOPT_PROXY, proxy_text);
	bytes_clear(&url);
	bytes_clear(&proxy);
	return rc;
}

static bool
is_sent(const struct transfer *transfer, const char *name)
{
	for (size_t i = 0; i < transfer->header_count; i++)
		if (view_is(transfer->headers[i].name, name))
			return true;
	return false;
}

static bool
append(struct curl_slist **list, const char *line)
{
	struct curl_slist *longer = line == NULL ? NULL : curl_slist_append(*list, line);

	if (longer != NULL)
		*list = longer;
	return longer != NULL;
}

/* "name: value"; libcurl takes "name;" for an empty value and "name:" for one that is left out. */
static bool
append_header(struct curl_slist **list, const struct request_header *header, struct bytes *line)
{
	bytes_reset(line);
	bytes_add(line, header->name);
	bytes_add_text(line, header->value.len == 0 ? ";" : ": ");
	bytes_add(line, header->value);
	return append(list, bytes_cstr(line));
}

/* The caller's header fields and nothing that libcurl would put beside them. */
static struct curl_slist *
make_headers(const struct transfer *transfer)
{
	static const char *const own[] = { "accept", "content-type", "expect", "user-agent" };
	struct bytes line = BYTES_INIT(HEADER_LINE_MAX);
	struct curl_slist *list = NULL;
	bool good = true;

	for (size_t i = 0; i < transfer->header_count && good; i++)
		good = append_header(&list, &transfer->headers[i], &line);
	for (size_t i = 0; i < ARRAY_LEN(own) && good; i++) {
		if (is_sent(transfer, own[i]))
			continue;
		bytes_reset(&line);
		bytes_add_text(&line, own[i]);
		bytes_add_char(&line, ':');
		good = append(&list, bytes_cstr(&line));
	}
	bytes_clear(&line);
	if (good)
		return list;
	curl_slist_free_all(list);
	return NULL;
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

	if ((rc = curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers)) == CURLE_OK &&
	    (rc = set_method(easy, transfer)) == CURLE_OK)
		rc = curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, limit);
	return rc;
}

CURLcode
httpsetup_apply(CURL *easy, enum httpsetup_trust trust, struct transfer *transfer,
    struct curl_slist **headers)
{
	CURLcode rc;

	if ((*headers = make_headers(transfer)) == NULL)
		return CURLE_OUT_OF_MEMORY;
	if ((rc = set_trust(easy, transfer->ca_bundle, trust)) == CURLE_OK &&
	    (rc = set_proxy_trust(easy, transfer->ca_bundle, trust)) == CURLE_OK &&
	    (rc = set_owner(easy, transfer)) == CURLE_OK &&
	    (rc = set_target(easy, transfer)) == CURLE_OK)
		rc = set_request(easy, transfer, *headers);
	return rc;
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
