/*
 * http/fields: the header fields of a request as libcurl takes them.
 *
 * Purpose:   the caller's fields and nothing that libcurl would put beside them, as a list that libcurl
 *            reads and does not keep. All lines stand in one block, all links in another, and both are
 *            used again for the next request: a list of libcurl's own making takes two blocks a field.
 * Ownership: httpfields_clear() ends it, and wipes it; the list is good until then or until the next one.
 */
#ifndef SSM_HTTP_FIELDS_H
#define SSM_HTTP_FIELDS_H

#include <curl/curl.h>

#include "http/transfer.h"

#define HTTPFIELDS_MAX ((size_t)4 * 1024 * 1024)	/* of a document's limit, and room */

struct httpfields {
	struct bytes text;
	struct curl_slist *links;
	size_t room, count;		/* of links */
};

#define HTTPFIELDS_INIT { .text = BYTES_INIT(HTTPFIELDS_MAX) }

/* The list for this transfer's request, or NULL when memory ended. */
struct curl_slist *httpfields_make(struct httpfields *fields, const struct transfer *transfer);

void httpfields_clear(struct httpfields *fields);

#endif
