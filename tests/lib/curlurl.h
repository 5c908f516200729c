/*
 * curlurl: what libcurl reads in a URL, to hold our own reading against.
 *
 * Ownership: a curlurl owns its parts; curlurl_clear() ends it. A part that there is not is NULL.
 */
#ifndef SSM_TESTS_CURLURL_H
#define SSM_TESTS_CURLURL_H

#include <curl/curl.h>

#include "fuzz.h"

struct curlurl {
	CURLU *handle;
	char *host, *port, *path, *query, *user;
};

static inline char *
curlurl_part(const struct curlurl *url, CURLUPart part)
{
	char *text = NULL;

	return curl_url_get(url->handle, part, &text, 0) == CURLUE_OK ? text : NULL;
}

/* False when libcurl takes it for none. The text has no NUL. */
static inline bool
curlurl_read(struct curlurl *url, struct view text)
{
	struct bytes copy = BYTES_INIT(65536);
	CURLUcode code;

	*url = (struct curlurl){ .handle = curl_url() };
	bytes_add(&copy, text);
	HOLDS(url->handle != NULL && bytes_cstr(&copy) != NULL);
	code = curl_url_set(url->handle, CURLUPART_URL, bytes_cstr(&copy),
	    CURLU_NON_SUPPORT_SCHEME | CURLU_PATH_AS_IS);
	bytes_clear(&copy);
	url->host = curlurl_part(url, CURLUPART_HOST);
	url->port = curlurl_part(url, CURLUPART_PORT);
	url->path = curlurl_part(url, CURLUPART_PATH);
	url->query = curlurl_part(url, CURLUPART_QUERY);
	url->user = curlurl_part(url, CURLUPART_USER);
	return code == CURLUE_OK;
}

static inline void
curlurl_clear(struct curlurl *url)
{
	curl_free(url->host);
	curl_free(url->port);
	curl_free(url->path);
	curl_free(url->query);
	curl_free(url->user);
	curl_url_cleanup(url->handle);
}

#endif
